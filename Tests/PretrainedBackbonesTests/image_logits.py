"""Prints the logits that timm, torchvision, transformers or plain PyTorch compute with exported classifiers, as
JSON, a line for each folder.

    python image_logits.py FOLDER…

A folder holds images.bin: bytes of images of the input's size. timm decides for itself how it loads a folder;
nothing of the weights may be missing or left over anywhere.
"""

import json
import pathlib
import sys

import numpy as np
import timm
import torch
import torchvision
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForImageClassification
from transformers.utils import logging

from make_resnet_references import CIFAR_BLOCKS, ResNet

logging.set_verbosity_error()
logging.disable_progress_bar()


class CIFARResNet(ResNet):
    def __init__(self, blocks, classes):
        super().__init__(blocks, 16, False, True)
        self.linear = torch.nn.Linear(64, classes)

    def forward(self, x):
        return super().forward(x, {})


class LeNet(torch.nn.Module):
    """The modules and their names as CDAN's authors have them."""

    def __init__(self, channels, side, classes):
        super().__init__()
        nn = torch.nn
        self.conv_params = nn.Sequential(
            nn.Conv2d(channels, 20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(20, 50, 5), nn.Dropout2d(0.5),
            nn.MaxPool2d(2), nn.ReLU())
        map_side = ((side - 4) // 2 - 4) // 2
        self.fc_params = nn.Sequential(nn.Linear(50 * map_side**2, 500), nn.ReLU(), nn.Dropout(0.5))
        self.classifier = nn.Linear(500, classes)

    def forward(self, x):
        return self.classifier(self.fc_params(self.conv_params(x).flatten(1)))


def load(folder, config):
    """The model, its labels, and mean and deviation of its images."""
    if "model_type" in config:
        model, report = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
        for kind in ["missing_keys", "unexpected_keys", "mismatched_keys"]:
            if report[kind]:
                sys.exit(f"{folder}: {kind}: {report[kind]}")
        labels = AutoConfig.from_pretrained(folder).id2label
        processor = json.loads((folder / "preprocessor_config.json").read_text())
        return (
            lambda x: model(x).logits, model, [labels[i] for i in sorted(labels)], processor["image_mean"],
            processor["image_std"],
        )
    normal = config.get("pretrained_cfg", config)
    name, classes = config["architecture"], config["num_classes"]
    if name.split(".")[0] == "lenet":
        model = LeNet(normal["input_size"][0], normal["input_size"][1], classes)
        model.load_state_dict(load_file(folder / "model.safetensors"))
    elif name in CIFAR_BLOCKS or name in ("mobilenet_v2",):
        model = CIFARResNet(CIFAR_BLOCKS[name], classes) if name in CIFAR_BLOCKS else (
            torchvision.models.mobilenet_v2(num_classes=classes))
        model.load_state_dict(load_file(folder / "model.safetensors"))
    else:
        model = timm.create_model(f"local-dir:{folder}", pretrained=True)
    labels = model.pretrained_cfg["label_names"] if hasattr(model, "pretrained_cfg") else config["label_names"]
    return model, model, list(labels), normal["mean"], normal["std"]


for folder in map(pathlib.Path, sys.argv[1:]):
    config = json.loads((folder / "config.json").read_text())
    call, model, labels, mean, deviation = load(folder, config)
    model.eval()
    size = config.get("pretrained_cfg", config).get("input_size") or [3, config["image_size"], config["image_size"]]
    images = np.fromfile(folder / "images.bin", dtype=np.uint8).reshape(-1, size[1], size[2], 3)
    x = (torch.from_numpy(images).float() / 255 - torch.tensor(mean)) / torch.tensor(deviation)
    if size[0] == 1:
        x = (x @ torch.tensor([0.299, 0.587, 0.114]))[..., None]
    with torch.no_grad():
        logits = call(x.permute(0, 3, 1, 2).contiguous())
    print(json.dumps({"labels": labels, "logits": logits.tolist()}))
