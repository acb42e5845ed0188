"""Writes Resources/minilm-gradients.safetensors: gradients of MiniLM's parameters under PyTorch.

    python make_minilm_gradients.py FOLDER_OF_MINILM

What is derived is the sum over four sentences' mean-pooled rows times weights by a formula (see `weights`). Of each
parameter's gradient the sixteen largest elements are kept, with their places, and its norm.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

RESOURCES = pathlib.Path(__file__).parent / "Resources"
SENTENCES = [0, 1, 50, 120]


def weights(sentence, columns):
    return torch.sin(0.37 * sentence + 0.11 * torch.arange(columns, dtype=torch.float64)).float()


folder = sys.argv[1]
sentences = json.loads((RESOURCES / "sentences.json").read_text())
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
total = 0
for place, index in enumerate(SENTENCES):
    batch = tokenizer(sentences[index], return_tensors="pt", truncation=True, max_length=32)
    pooled = model(**batch).last_hidden_state[0].mean(0)
    total = total + (pooled * weights(place, pooled.shape[0])).sum()
total.backward()
kept = {"total": total.detach().reshape(1)}
for name, parameter in model.named_parameters():
    if parameter.grad is None:
        continue
    gradient = parameter.grad.flatten()
    places = gradient.abs().topk(16).indices
    kept[f"{name}/places"] = places.float()
    kept[f"{name}/values"] = gradient[places].contiguous()
    kept[f"{name}/norm"] = gradient.double().norm().float().reshape(1)
save_file(kept, RESOURCES / "minilm-gradients.safetensors")
