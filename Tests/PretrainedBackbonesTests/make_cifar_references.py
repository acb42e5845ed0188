"""Writes Resources/cifar-references.safetensors: outputs and gradients of the published CIFAR-10 networks under
PyTorch, with their own weights.

    python make_cifar_references.py WEIGHTS [--check]

WEIGHTS holds the folders resnet20-cifar10 and resnet56-cifar10; images are those of make_resnet_references.py. Sums
are in double precision.
"""

import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from make_resnet_references import CIFAR_BLOCKS, ResNet, images, samples

# Images on which rounding errors stay small: see `rounding_error` in make_resnet_references.py.
SEEDS = {"resnet20": 0, "resnet56": 0}


def make(name, precision):
    network = ResNet(CIFAR_BLOCKS[name], 16, False, True)
    network.load_state_dict(load_file(pathlib.Path(sys.argv[1]) / f"{name}-cifar10" / "model.safetensors"))
    return network.to(precision)


def train(name, seed, precision):
    network = make(name, precision).train()
    logits = network(images(name, seed, precision), {})
    F.cross_entropy(logits, torch.arange(4), reduction="sum").backward()
    return network, logits


def rounding_error(name, seed):
    (exact, _), (rounded, _) = train(name, seed, torch.float64), train(name, seed, torch.float32)
    pairs = zip(exact.parameters(), rounded.parameters())
    return max(float((a.grad - b.grad).abs().max() / a.grad.abs().max()) for a, b in pairs)


def main():
    results = {}
    for name, seed in SEEDS.items():
        if "--check" in sys.argv:
            print(name, {seed: rounding_error(name, seed) for seed in range(12)})
        results[f"{name}/seed"] = torch.tensor([float(seed)])
        with torch.no_grad():
            logits = make(name, torch.float64).eval()(images(name, seed, torch.float64), {})
        results[f"{name}/logits"] = logits.float().contiguous()
        network, logits = train(name, seed, torch.float64)
        results[f"{name}/training-logits"] = logits.detach().float().contiguous()
        for key, parameter in network.named_parameters():
            results[f"{name}/gradient/{key}"] = samples(parameter.grad)
    save_file(results, pathlib.Path(__file__).parent / "Resources" / "cifar-references.safetensors")


if __name__ == "__main__":
    main()
