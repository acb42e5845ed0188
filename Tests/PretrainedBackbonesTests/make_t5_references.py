"""Writes Resources/tiny-t5{,-gated}/: T5 models with random weights, and what transformers computes with them.

    python make_t5_references.py

reference.safetensors holds the encoder's hidden states at every cut for texts of different lengths, the logits with
teacher forcing, the summed cross-entropy and its gradient by every parameter ("gradient/<name>"); inputs.json the
texts, and what is generated from them greedily. The gated one has a matrix of its own for scores, as version 1.1 has.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import T5Config, T5ForConditionalGeneration

RESOURCES = pathlib.Path(__file__).parent / "Resources"
SOURCES = [[7, 11, 39, 1], [1], [3 + (7 * i) % 36 for i in range(30)] + [1]]
TARGETS = [[5, 6, 1], [9 + i for i in range(20)] + [1], [1]]
COPIES = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]


def padded(sequences):
    longest = max(map(len, sequences))
    ids = torch.tensor([s + [0] * (longest - len(s)) for s in sequences])
    return ids, torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])


def write(name, gated):
    folder = RESOURCES / name
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20240601 + gated)
    config = T5Config(
        vocab_size=40, d_model=16, d_kv=6, d_ff=24, num_layers=2, num_decoder_layers=3, num_heads=2,
        relative_attention_num_buckets=8, relative_attention_max_distance=20, n_positions=64,
        feed_forward_proj="gated-gelu" if gated else "relu", tie_word_embeddings=not gated, decoder_start_token_id=0,
        attn_implementation="eager")
    model = T5ForConditionalGeneration(config).eval()
    if gated:
        model.lm_head.weight = torch.nn.Parameter(torch.zeros(40, 16))
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            is_scale = parameter_name.endswith("norm.weight")
            parameter.copy_((1.0 if is_scale else 0.0) + 0.3 * torch.randn(parameter.shape))

    ids, mask = padded(SOURCES)
    inputs = [[0] + target[:-1] for target in TARGETS]
    output = model(
        input_ids=ids, attention_mask=mask, decoder_input_ids=padded(inputs)[0], output_hidden_states=True,
        use_cache=False)
    logits = torch.cat([output.logits[i, : len(t)] for i, t in enumerate(TARGETS)])
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(sum(TARGETS, [])), reduction="sum")
    loss.backward()

    reference = {"logits": logits.detach().contiguous(), "loss": loss.detach().reshape(1)}
    for cut, hidden in enumerate(output.encoder_hidden_states):
        reference[f"hidden/{cut}"] = torch.cat([hidden[i, : len(s)].detach() for i, s in enumerate(SOURCES)]).contiguous()
    for parameter_name, parameter in model.named_parameters():
        reference["gradient/" + parameter_name] = parameter.grad.contiguous()
    save_file(reference, folder / "reference.safetensors")

    weights = {n: p.detach().clone() for n, p in model.named_parameters()}
    if gated:
        weights |= {copy: weights["shared.weight"].clone() for copy in COPIES}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    written = config.to_dict()
    # As releases before 5 write it; later ones keep the fact under a name of its own.
    written["tie_word_embeddings"] = not gated
    (folder / "config.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    generated = []
    for source in SOURCES:
        ids = model.generate(
            torch.tensor([source]), do_sample=False, num_beams=1, max_new_tokens=8, use_cache=False)[0, 1:].tolist()
        generated.append(ids)
    (folder / "inputs.json").write_text(
        json.dumps({"sources": SOURCES, "targets": TARGETS, "generated": generated}) + "\n")


write("tiny-t5", False)
write("tiny-t5-gated", True)

# Rows of the table of biases for distances -200 ... 200, with the settings as published.
from transformers.models.t5.modeling_t5 import T5Attention

distances = torch.arange(-200, 201)
buckets = {
    name: T5Attention._relative_position_bucket(distances, bidirectional, 32, 128).tolist()
    for name, bidirectional in [("encoder", True), ("decoder", False)]
}
(RESOURCES / "t5-buckets.json").write_text(json.dumps(buckets) + "\n")
