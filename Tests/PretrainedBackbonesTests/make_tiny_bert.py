"""Writes Resources/tiny-bert/: a BERT classifier with random weights, and what transformers computes with it.

    python make_tiny_bert.py

reference.safetensors holds the hidden states at every cut for three texts of different lengths, the logits,
the summed cross-entropy and its gradient by every parameter ("gradient/<name>").
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

FOLDER = pathlib.Path(__file__).parent / "Resources" / "tiny-bert"
FOLDER.mkdir(parents=True, exist_ok=True)

torch.manual_seed(20240229)
config = BertConfig(
    vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
    max_position_embeddings=20, type_vocab_size=2, num_labels=3, hidden_dropout_prob=0.1,
    attention_probs_dropout_prob=0.1, layer_norm_eps=1e-12, attn_implementation="eager",
)
model = BertForSequenceClassification(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        # Wider than BERT's own start, so that every part matters to the result.
        mean = 1.0 if name.endswith("LayerNorm.weight") else 0.0
        parameter.copy_(mean + 0.2 * torch.randn(parameter.shape))

sequences = [[2, 7, 11, 39, 3], [2, 3], [2, 30, 31, 5, 6, 7, 8, 9, 30, 12, 13, 14, 25, 26, 27, 28, 29, 3]]
labels = [0, 2, 1]
longest = max(map(len, sequences))
ids = torch.tensor([s + [0] * (longest - len(s)) for s in sequences])
mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
output = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
loss = torch.nn.functional.cross_entropy(output.logits, torch.tensor(labels), reduction="sum")
loss.backward()

reference = {"logits": output.logits.detach(), "loss": loss.detach().reshape(1)}
for cut, hidden in enumerate(output.hidden_states):
    rows = [hidden[i, : len(s)].detach() for i, s in enumerate(sequences)]
    reference[f"hidden/{cut}"] = torch.cat(rows).contiguous()
for name, parameter in model.named_parameters():
    reference["gradient/" + name] = parameter.grad.contiguous()
save_file(reference, FOLDER / "reference.safetensors")
model.save_pretrained(FOLDER)
(FOLDER / "inputs.json").write_text(json.dumps({"sequences": sequences, "labels": labels}) + "\n")

# The tokenizer's files, so that the folder is a whole classifier.
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
words += list("abcdefghijklmnopqrstuvwxyz.,!?'") + ["the", "##s", "and", "of"]
assert len(words) == config.vocab_size
(FOLDER / "vocab.txt").write_text("".join(word + "\n" for word in words))
