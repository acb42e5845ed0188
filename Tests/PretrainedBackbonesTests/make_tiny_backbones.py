"""Writes Resources/tiny-{roberta,distilbert,gpt2}/: classifiers with random weights, and what transformers
computes with them.

    python make_tiny_backbones.py

reference.safetensors holds the hidden states at every cut for texts of different lengths, the logits, the
summed cross-entropy and its gradient by every parameter ("gradient/<name>").
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import (
    DistilBertConfig, DistilBertForSequenceClassification, GPT2Config, GPT2ForSequenceClassification, RobertaConfig,
    RobertaForSequenceClassification)

RESOURCES = pathlib.Path(__file__).parent / "Resources"
LABELS = [0, 2, 1]


def write(name, model, sequences, pad):
    folder = RESOURCES / name
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            # Wider than the models' own start, so that every part matters to the result.
            is_scale = "orm.weight" in parameter_name or ".ln_" in parameter_name and parameter_name.endswith("weight")
            parameter.copy_((1.0 if is_scale else 0.0) + 0.2 * torch.randn(parameter.shape))
    longest = max(map(len, sequences))
    ids = torch.tensor([s + [pad] * (longest - len(s)) for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    loss = torch.nn.functional.cross_entropy(output.logits, torch.tensor(LABELS), reduction="sum")
    loss.backward()

    reference = {"logits": output.logits.detach(), "loss": loss.detach().reshape(1)}
    for cut, hidden in enumerate(output.hidden_states):
        rows = [hidden[i, : len(s)].detach() for i, s in enumerate(sequences)]
        reference[f"hidden/{cut}"] = torch.cat(rows).contiguous()
    for parameter_name, parameter in model.named_parameters():
        reference["gradient/" + parameter_name] = parameter.grad.contiguous()
    save_file(reference, folder / "reference.safetensors")
    model.save_pretrained(folder)
    (folder / "inputs.json").write_text(json.dumps({"sequences": sequences, "labels": LABELS}) + "\n")


TEXTS = [[7, 11, 39], [], [30, 31, 5, 6, 7, 8, 9, 30, 12, 13, 14, 25]]
torch.manual_seed(20240302)

config = RobertaConfig(
    vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=18, type_vocab_size=1, num_labels=3, layer_norm_eps=1e-5, attn_implementation="eager")
write("tiny-roberta", RobertaForSequenceClassification(config), [[0] + t + [2] for t in TEXTS], 1)

config = DistilBertConfig(
    vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=16, num_labels=3,
    attn_implementation="eager")
write("tiny-distilbert", DistilBertForSequenceClassification(config), [[2] + t + [3] for t in TEXTS], 0)

config = GPT2Config(
    vocab_size=41, n_embd=16, n_layer=2, n_head=2, n_positions=16, num_labels=3, pad_token_id=40, bos_token_id=0,
    eos_token_id=0, attn_implementation="eager")
write("tiny-gpt2", GPT2ForSequenceClassification(config), [t or [0] for t in TEXTS], 40)
