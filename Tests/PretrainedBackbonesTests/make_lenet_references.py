"""Writes Resources/lenet-references.safetensors: features and gradients of LeNets under PyTorch.

    python make_lenet_references.py

Weights are not stored: both sides compute them from names and places, as in make_resnet_references.py. Sums are
in double precision, without dropout. The loss is the sum of features times numbers of the name "upstream".
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

from make_resnet_references import numbers, samples, weight

SIZES = {"grey": (1, 28), "colour": (3, 32)}
LUMA = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)


def make(channels, side):
    map_side = ((side - 4) // 2 - 4) // 2
    module = nn.ModuleDict({
        "conv_params": nn.Sequential(
            nn.Conv2d(channels, 20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(20, 50, 5), nn.Identity(),
            nn.MaxPool2d(2), nn.ReLU()),
        "fc_params": nn.Sequential(nn.Linear(50 * map_side**2, 500), nn.ReLU()),
    })
    # A bias is a row of its own: `weight` has those of normalisations for what ends in "weight".
    module.load_state_dict({key: weight(key, tuple(value.shape)) for key, value in module.state_dict().items()})
    return module.double()


def main():
    results = {}
    for name, (channels, side) in SIZES.items():
        module = make(channels, side)
        x = torch.from_numpy(numbers("images-0", 3 * side * side * 3) * 4 - 2).double().reshape(3, side, side, 3)
        x = (x @ LUMA)[:, None] if channels == 1 else x.permute(0, 3, 1, 2)
        features = module["fc_params"](module["conv_params"](x).flatten(1))
        results[f"{name}/features"] = samples(features)
        upstream = torch.from_numpy(numbers("upstream", features.numel())).double().reshape(features.shape)
        (features * (upstream - 0.5)).sum().backward()
        for key, parameter in module.named_parameters():
            results[f"{name}/gradient/{key}"] = samples(parameter.grad)
    save_file(results, pathlib.Path(__file__).parent / "Resources" / "lenet-references.safetensors")


if __name__ == "__main__":
    main()
