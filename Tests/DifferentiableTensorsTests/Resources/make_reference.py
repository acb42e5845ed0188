"""Writes reference.json: operations and their gradients as PyTorch computes them in double precision.

Run with torch: python make_reference.py
"""
import json
import math
import pathlib

import torch

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
cases = []


def record(name, inputs, output, extra=None):
    """Gradients are those of sum(output * weights)."""
    weights = torch.randn_like(output)
    gradients = torch.autograd.grad((output * weights).sum(), list(inputs.values()))
    flat = lambda t: [float(f"{x:.9g}") for x in t.detach().flatten().tolist()]
    cases.append({
        "name": name,
        "inputs": {k: {"shape": list(v.shape), "scalars": flat(v)} for k, v in inputs.items()},
        "output": flat(output),
        "weights": flat(weights),
        "gradients": {k: flat(g) for k, g in zip(inputs, gradients)},
        **(extra or {}),
    })


def leaf(*shape):
    # Rounded to single precision, so that both sides start from the same numbers.
    return torch.randn(*shape).float().double().requires_grad_()


x = leaf(5, 7)
record("gelu", {"x": x}, torch.nn.functional.gelu(x))

x, residual, scale, shift = leaf(4, 10), leaf(4, 10), leaf(10), leaf(10)
record("layer-normalization", {"x": x, "residual": residual, "scale": scale, "shift": shift},
       torch.nn.functional.layer_norm(x + residual, (10,), scale, shift, 1e-5))

logits = leaf(6, 3)
labels = [0, 2, 1, 1, 0, 2]
record("cross-entropy", {"logits": logits},
       0.25 * torch.nn.functional.cross_entropy(logits, torch.tensor(labels), reduction="sum"),
       {"labels": labels})

lengths, heads, hidden = [3, 1, 5], 2, 8
q, k, v = (leaf(sum(lengths), hidden) for _ in range(3))
parts, start = [], 0
for n in lengths:
    split = lambda t: t[start:start + n].view(n, heads, hidden // heads).transpose(0, 1)
    attended = torch.nn.functional.scaled_dot_product_attention(split(q)[None], split(k)[None], split(v)[None])
    parts.append(attended[0].transpose(0, 1).reshape(n, hidden))
    start += n
record("attention", {"query": q, "key": k, "value": v}, torch.cat(parts), {"lengths": lengths, "heads": heads})

pathlib.Path(__file__).with_name("reference.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
