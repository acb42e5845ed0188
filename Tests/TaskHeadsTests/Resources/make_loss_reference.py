"""Writes loss-reference.json: what PyTorch's CrossEntropyLoss and its gradients are, in double precision.

Run with torch: python make_loss_reference.py
"""
import json
import pathlib

import torch

torch.manual_seed(4)
torch.set_default_dtype(torch.float64)
cases = []


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


samples, classes = 9, 4
labels = torch.tensor([0, 3, 1, 1, 0, 2, 0, 0, 3])
mixtures = torch.rand(samples, classes).float().double()
mixtures = (mixtures / mixtures.sum(1, keepdim=True)).float().double()
for weights in [None, [0.5, 2.0, 3.5, 1.25]]:
    for smoothing in [0.0, 0.125]:
        for soft in [False, True]:
            logits = (2 * torch.randn(samples, classes)).float().double().requires_grad_()
            criterion = torch.nn.CrossEntropyLoss(
                weight=None if weights is None else torch.tensor(weights), label_smoothing=smoothing)
            loss = criterion(logits, mixtures if soft else labels)
            gradient, = torch.autograd.grad(loss, logits)
            cases.append({
                "weights": weights, "smoothing": smoothing, "logits": flat(logits), "loss": loss.item(),
                "gradient": flat(gradient), "labels": None if soft else labels.tolist(),
                "mixtures": flat(mixtures) if soft else None,
            })
pathlib.Path(__file__).with_name("loss-reference.json").write_text(json.dumps(cases))
