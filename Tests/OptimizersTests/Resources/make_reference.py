"""Writes reference.json: parameters after updates by PyTorch's AdamW and SGD in double precision.

Run with torch: python make_reference.py
"""
import json
import pathlib

import torch

torch.manual_seed(2)
torch.set_default_dtype(torch.float64)
flat = lambda t: [float(f"{x:.9g}") for x in t.detach().flatten().tolist()]
cases = []
for name, make in {
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "sgd-plain": lambda p: torch.optim.SGD(p, lr=0.1),
}.items():
    start = torch.randn(20).float().double()
    p = start.clone().requires_grad_()
    optimizer = make([p])
    gradients, values = [], []
    for _ in range(5):
        g = torch.randn(20).float().double()
        p.grad = g.clone()
        optimizer.step()
        gradients.append(flat(g))
        values.append(flat(p))
    cases.append({"name": name, "start": flat(start), "gradients": gradients, "values": values})
pathlib.Path(__file__).with_name("reference.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
