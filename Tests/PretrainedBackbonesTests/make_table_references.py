"""Writes Resources/table-references.safetensors: features and gradients of multilayer perceptrons under PyTorch.

    python make_table_references.py

Weights are not stored: both sides compute them from names and places, as in make_resnet_references.py. Sums are
in double precision. The loss is the sum of features times numbers of the name "upstream".
"""

import pathlib

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from make_resnet_references import numbers, weight

COLUMNS = 7
ROWS = 5
NETWORKS = {
    "relu": ([24, 16], nn.ReLU()), "gelu": ([40], nn.GELU()), "tanh": ([12, 12, 9], nn.Tanh()), "linear": ([], nn.ReLU()),
}


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip([COLUMNS] + sizes, sizes))
        self.activation = activation

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return x


def main():
    results = {}
    means = torch.from_numpy(numbers("means", COLUMNS) * np.float32(100)).double()
    deviations = torch.from_numpy(numbers("deviations", COLUMNS) + np.float32(0.5)).double()
    rows = torch.from_numpy(numbers("rows", ROWS * COLUMNS)).reshape(ROWS, COLUMNS).double() * 100
    for name, (sizes, activation) in NETWORKS.items():
        network = MLP(sizes, activation)
        network.load_state_dict({k: weight(k, tuple(v.shape)) for k, v in network.state_dict().items()})
        features = network.double()((rows - means) / deviations)
        results[f"{name}/features"] = features.detach().float().contiguous()
        if not sizes:
            continue
        upstream = torch.from_numpy(numbers("upstream", features.numel())).reshape(features.shape) - 0.5
        (features * upstream).sum().backward()
        for key, parameter in network.named_parameters():
            results[f"{name}/gradient/{key}"] = parameter.grad.float().contiguous()
    save_file(results, pathlib.Path(__file__).parent / "Resources" / "table-references.safetensors")


if __name__ == "__main__":
    main()
