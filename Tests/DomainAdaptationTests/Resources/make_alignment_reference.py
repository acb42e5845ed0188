"""Writes alignment-reference.json: alignment losses and their gradients by PyTorch, in double precision.

Every loss is written out from its paper; inputs are rounded to single precision first.
Run with torch: python make_alignment_reference.py
"""
import json
import math
import pathlib

import torch

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)


class Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x.clone()

    @staticmethod
    def backward(ctx, upstream):
        return -ctx.factor * upstream, None


def flat(tensor):
    return [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()]


def single(*shape, scale=1.0, shift=0.0):
    return (scale * torch.randn(*shape) + shift).float().double().requires_grad_()


def discriminator(x, parameters):
    for layer in range(3):
        x = torch.nn.functional.linear(x, parameters[2 * layer], parameters[2 * layer + 1])
        x = torch.relu(x) if layer < 2 else x
    return x.flatten()


def adversarial(source, target, parameters, progress, conditional):
    factor = 2 / (1 + math.exp(-10 * progress)) - 1
    judged = []
    for features, logits in [source, target]:
        if conditional:
            probabilities = torch.softmax(logits, 1).detach()
            features = torch.einsum("ni,nj->nij", features, probabilities).flatten(1)
        judged.append(Reversal.apply(features, factor))
    ofSource, ofTarget = (discriminator(x, parameters) for x in judged)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    loss = (entropy(ofSource, torch.ones_like(ofSource)) + entropy(ofTarget, torch.zeros_like(ofTarget))) / 2
    return loss, int((ofSource > 0).sum() + (ofTarget <= 0).sum()), len(ofSource) + len(ofTarget)


def covariance(x):
    return torch.cov(x.T).reshape(x.shape[1], x.shape[1]) if len(x) > 1 else torch.zeros(x.shape[1], x.shape[1])


def correlation(source, target):
    difference = covariance(source[0]) - covariance(target[0])
    return (difference**2).sum() / (4 * source[0].shape[1] ** 2)


def discrepancy(source, target):
    def distances(a, b):
        return ((a[:, None] - b[None]) ** 2).sum(2)

    union = torch.cat([source[0], target[0]])
    gamma = (distances(union, union).sum() / (len(union) * (len(union) - 1))).detach()

    def kernel(a, b):
        return sum(torch.exp(-distances(a, b) / (gamma * 2.0**k)) for k in range(-2, 3)).mean() / 5

    return kernel(source[0], source[0]) + kernel(target[0], target[0]) - 2 * kernel(source[0], target[0])


cases = []
shapes = [(5, 5, 4, 3, 6), (3, 7, 8, 2, 16), (1, 1, 2, 2, 3), (1, 6, 17, 5, 9), (6, 1, 3, 2, 4), (16, 12, 21, 3, 5)]
for number, (sources, targets, width, classes, hidden) in enumerate(shapes):
    progress = [0.0, 0.125, 0.25, 0.5, 0.75, 1.0][number]
    for kind in ["none", "classes", "correlation", "discrepancy"]:
        source = single(sources, width), single(sources, classes)
        target = single(targets, width, scale=1.5, shift=0.5), single(targets, classes)
        parameters, correct, count = [], 0, 0
        if kind in ["none", "classes"]:
            inputs = width * (classes if kind == "classes" else 1)
            for fanIn, fanOut in [(inputs, hidden), (hidden, hidden), (hidden, 1)]:
                parameters += [single(fanOut, fanIn, scale=fanIn**-0.5), single(fanOut, scale=0.1)]
            loss, correct, count = adversarial(source, target, parameters, progress, kind == "classes")
        else:
            loss = (correlation if kind == "correlation" else discrepancy)(source, target)
        variables = [source[0], target[0]] + parameters
        gradients = (
            torch.autograd.grad(loss, variables, allow_unused=True)
            if loss.requires_grad else [None] * len(variables))
        gradients = [torch.zeros_like(v) if g is None else g for v, g in zip(variables, gradients)]
        cases.append({
            "kind": kind, "progress": progress, "width": width, "classes": classes, "hidden": hidden,
            "sourceFeatures": flat(source[0]), "sourceLogits": flat(source[1]),
            "targetFeatures": flat(target[0]), "targetLogits": flat(target[1]),
            "parameters": [flat(p) for p in parameters], "loss": loss.item(), "correct": correct,
            "count": count, "sourceGradient": flat(gradients[0]), "targetGradient": flat(gradients[1]),
            "parameterGradients": [flat(g) for g in gradients[2:]],
        })
pathlib.Path(__file__).with_name("alignment-reference.json").write_text(json.dumps(cases))
