"""Writes Resources/resnet-references.safetensors: outputs and gradients of residual networks under PyTorch.

    python make_resnet_references.py [--check]

Weights are not stored: both sides compute them from names and places; see `numbers`. Sums are in double
precision.
"""

import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

SAMPLES = 16


def numbers(name, count):
    """0 <= u < 1 in steps of 2^-24, from the FNV-1a hash of the name and the index."""
    hash = 0x811C9DC5
    for byte in name.encode():
        hash = (hash ^ byte) * 0x01000193 & 0xFFFFFFFF
    x = np.arange(count, dtype=np.uint64) * 2654435761 + hash & 0xFFFFFFFF
    x = (x ^ x >> 16) * 0x45D9F3B & 0xFFFFFFFF
    x = x ^ x >> 16
    return (x >> 8).astype(np.float32) / np.float32(1 << 24)


def weight(name, shape):
    u = numbers(name, int(np.prod(shape)))
    if name.endswith("running_var") or len(shape) == 1 and name.endswith("weight"):
        values = u + np.float32(0.5)
        if name.endswith(("bn2.weight", "bn3.weight")):
            # Branches that change little, as in trained networks: others magnify rounding errors.
            values = values * np.float32(0.25)
    elif len(shape) == 1:
        values = (u - np.float32(0.5)) * np.float32(0.25)
    else:
        bound = np.float32(np.sqrt(np.float32(12) / np.float32(np.prod(shape[1:]))))
        values = (u - np.float32(0.5)) * bound
    return torch.from_numpy(values).reshape(shape)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck, cifar):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        sizes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        sizes = sizes if bottleneck else [(inputs, width, 3, stride), (width, width, 3, 1)]
        self.count = len(sizes)
        for i, (a, b, k, s) in enumerate(sizes, 1):
            setattr(self, f"conv{i}", nn.Conv2d(a, b, k, s, k // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(b))
        self.stride, self.padding = stride, (outputs - inputs) // 2
        self.cifar = cifar
        if not cifar and (stride > 1 or inputs != outputs):
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        if self.cifar:
            residual = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))
        else:
            residual = self.downsample(x) if hasattr(self, "downsample") else x
        for i in range(1, self.count + 1):
            x = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(x))
            x = F.relu(x) if i < self.count else F.relu(x + residual)
        return x


class ResNet(nn.Module):
    def __init__(self, counts, width, bottleneck, cifar):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False) if cifar else nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.cifar, self.stages = cifar, len(counts)
        inputs = width
        for stage, count in enumerate(counts):
            blocks = []
            for index in range(count):
                blocks.append(Block(inputs, width << stage, 2 if stage and not index else 1, bottleneck, cifar))
                inputs = (width << stage) * (4 if bottleneck else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        setattr(self, "linear" if cifar else "fc", nn.Linear(inputs, 10))

    def forward(self, x, cuts):
        x = F.relu(self.bn1(self.conv1(x)))
        x = x if self.cifar else F.max_pool2d(x, 3, 2, 1)
        cuts["stem"] = x
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
            cuts[f"layer{stage}"] = x
        x = x.mean((2, 3))
        cuts["pooled"] = x
        return self.linear(x) if self.cifar else self.fc(x)


def samples(tensor):
    """Some elements, and the largest magnitude of all."""
    flat = tensor.detach().flatten()
    places = [i * (flat.numel() - 1) // (SAMPLES - 1) for i in range(SAMPLES)]
    return torch.cat([flat[places], flat.abs().max().reshape(1)]).float()


# Blocks of the three stages.
CIFAR_BLOCKS = {"resnet20": [3] * 3, "resnet32": [5] * 3, "resnet44": [7] * 3, "resnet56": [9] * 3}

NETWORKS = {
    "resnet18": ([2, 2, 2, 2], 64, False, False, 64),
    "resnet34": ([3, 4, 6, 3], 64, False, False, 64),
    "resnet50": ([3, 4, 6, 3], 64, True, False, 64),
} | {name: (blocks, 16, False, True, 32) for name, blocks in CIFAR_BLOCKS.items()}


def make(name, precision):
    counts, width, bottleneck, cifar, _ = NETWORKS[name]
    network = ResNet(counts, width, bottleneck, cifar)
    state = network.state_dict()
    network.load_state_dict(
        {k: v if k.endswith("num_batches_tracked") else weight(k, tuple(v.shape)) for k, v in state.items()}
    )
    return network.to(precision)


def images(name, seed, precision):
    side = NETWORKS[name][-1]
    values = numbers(f"images-{seed}", 4 * side * side * 3) * np.float32(4) - np.float32(2)
    return torch.from_numpy(values).reshape(4, side, side, 3).permute(0, 3, 1, 2).to(precision)


def train(name, seed, precision, noise=0.0):
    network = make(name, precision).train()
    x = images(name, seed, precision)
    logits = network(x * (1 + noise * torch.randn_like(x)), {})
    F.cross_entropy(logits, torch.arange(4), reduction="sum").backward()
    return network, logits


def rounding_error(name, seed):
    """Of single precision. It is large where an activation lies so near to relu's corner that it crosses it."""
    torch.manual_seed(1)
    exact, _ = train(name, seed, torch.float64)
    worst = 0.0
    for noise in (0.0, 3e-7, 3e-7):
        rounded, _ = train(name, seed, torch.float32, noise)
        pairs = zip(exact.parameters(), rounded.parameters())
        worst = max(worst, *(float((a.grad - b.grad).abs().max() / a.grad.abs().max()) for a, b in pairs))
    return worst


# Images on which rounding errors stay small, where the first ones are none: see `rounding_error`.
SEEDS = {"resnet32": 5, "resnet34": 3}


def main():
    results = {}
    for name in NETWORKS:
        seed = SEEDS.get(name, 0)
        if "--check" in sys.argv:
            print(name, "images", seed, "rounding error", rounding_error(name, seed))
        results[f"{name}/seed"] = torch.tensor([float(seed)])
        cuts = {}
        with torch.no_grad():
            logits = make(name, torch.float64).eval()(images(name, seed, torch.float64), cuts)
        results[f"{name}/logits"] = logits.float().contiguous()
        for cut, value in cuts.items():
            value = value.permute(0, 2, 3, 1) if value.dim() == 4 else value
            results[f"{name}/cut/{cut}"] = samples(value)
        network, logits = train(name, seed, torch.float64)
        results[f"{name}/training-logits"] = logits.detach().float().contiguous()
        for key, parameter in network.named_parameters():
            results[f"{name}/gradient/{key}"] = samples(parameter.grad)
        for key, buffer in network.named_buffers():
            if not key.endswith("num_batches_tracked"):
                results[f"{name}/buffer/{key}"] = samples(buffer)
    save_file(results, pathlib.Path(__file__).parent / "Resources" / "resnet-references.safetensors")


if __name__ == "__main__":
    main()
