"""Prints the logits that plain PyTorch computes with an exported table classifier, as JSON.

    python table_logits.py FOLDER < rows.json
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from torch import nn


class Classifier(nn.Module):
    def __init__(self, config):
        super().__init__()
        sizes = [len(config["columns"])] + config["hidden_sizes"]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.head = nn.Linear(sizes[-1], config["num_classes"])
        self.activation = {"relu": nn.ReLU(), "gelu": nn.GELU(), "tanh": nn.Tanh()}[config["activation"]]

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return self.head(x)


folder = pathlib.Path(sys.argv[1])
config = json.loads((folder / "config.json").read_text())
model = Classifier(config)
model.load_state_dict(load_file(folder / "model.safetensors"))
rows = torch.tensor(json.load(sys.stdin))
rows = (rows - torch.tensor(config["column_means"])) / torch.tensor(config["column_deviations"])
with torch.no_grad():
    print(json.dumps({"labels": config["label_names"], "logits": model(rows).tolist()}))
