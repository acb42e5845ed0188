"""Writes Resources/image-references.safetensors: features and gradients of MobileNetV2s and vision transformers
under timm, torchvision and transformers.

    python make_image_references.py [--check]

Weights are not stored: both sides compute them from names and places, as in make_resnet_references.py. Sums are
in double precision. The loss is the sum of pooled features times numbers of the name "upstream".
"""

import pathlib
import sys

import numpy as np
import timm
import torch
import torchvision
from safetensors.torch import save_file
from transformers import DeiTConfig, DeiTModel, ViTConfig, ViTModel

from make_resnet_references import numbers, samples, weight

SMALL = dict(hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=80, image_size=32,
             patch_size=8)


class MobileNet(torch.nn.Module):
    """Pooled features of either library's, under its names."""

    def __init__(self, name):
        super().__init__()
        self.own = name == "mobilenet_v2"
        self.net = torchvision.models.mobilenet_v2() if self.own else timm.create_model(name)

    def forward(self, x):
        return (self.net.features(x) if self.own else self.net.forward_features(x)).mean((2, 3))


class TimmViT(torch.nn.Module):
    def __init__(self, name, **arguments):
        super().__init__()
        self.net = timm.create_model(name, **arguments)

    def forward(self, x):
        return self.net.forward_features(x)[:, 0]


class TransformersViT(torch.nn.Module):
    def __init__(self, kind, config):
        super().__init__()
        self.net = kind(config, add_pooling_layer=False)

    def forward(self, x):
        return self.net(x).last_hidden_state[:, 0]


# What makes each network, the side of its images, how many there are.
NETWORKS = {
    "mobilenetv2_100": (lambda: MobileNet("mobilenetv2_100"), 96, 6),
    "mobilenetv2_140": (lambda: MobileNet("mobilenetv2_140"), 96, 4),
    "mobilenet_v2": (lambda: MobileNet("mobilenet_v2"), 96, 6),
    "vit_tiny_patch16_224": (lambda: TimmViT("vit_tiny_patch16_224"), 224, 2),
    "vit_base_patch32_224": (lambda: TimmViT("vit_base_patch32_224"), 224, 1),
    "vit": (lambda: TransformersViT(ViTModel, ViTConfig(**SMALL)), 32, 3),
    "deit": (
        lambda: TransformersViT(
            DeiTModel, DeiTConfig(hidden_size=192, num_attention_heads=3, intermediate_size=768)), 224, 2),
}
# Too large for a test of gradients.
FORWARD_ONLY = ["vit_base_patch32_224"]
# Images on which rounding errors stay small, where the first ones are none.
SEEDS = {}


def is_rectified(key):
    """Whether a ReLU6 follows a MobileNetV2's normalisation."""
    return not any(part in key for part in ["bn3.", "conv.3.", "blocks.0.0.bn2.", "features.1.conv.2."])


def network_weight(name, key, shape):
    """As `weight`, but what a ReLU6 sees keeps away from its corners, where rounding changes gradients by a
    jump: most channels lie between them, some below, some above."""
    if not name.startswith("mobilenet") or len(shape) != 1 or "running" in key or not is_rectified(key):
        return weight(key, shape)
    u = numbers(key, shape[0])
    half = np.float32(0.5)
    if key.endswith("weight"):
        return torch.from_numpy((u + half) * np.float32(0.4))
    inside = (u - half) * np.float32(0.25) + np.float32(3)
    return torch.from_numpy(np.where(u < 0.125, np.float32(-4), np.where(u > 0.875, np.float32(10), inside)))


def saved_name(key):
    """transformers calls parts otherwise in memory than in its files."""
    for old, new in {
        "layers.": "encoder.layer.", "attention.q_proj": "attention.attention.query",
        "attention.k_proj": "attention.attention.key", "attention.v_proj": "attention.attention.value",
        "attention.o_proj": "attention.output.dense", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
    }.items():
        key = key.replace(old, new)
    return key


def make(name, precision):
    module = NETWORKS[name][0]()
    rename = saved_name if name in ("vit", "deit") else str
    state = module.net.state_dict()
    module.net.load_state_dict(
        {k: v if k.endswith("num_batches_tracked") else network_weight(name, rename(k), tuple(v.shape)) for k, v in state.items()}
    )
    return module.to(precision), rename


def images(name, seed, precision):
    _, side, count = NETWORKS[name]
    values = numbers(f"images-{seed}", count * side * side * 3) * np.float32(4) - np.float32(2)
    return torch.from_numpy(values).reshape(count, side, side, 3).permute(0, 3, 1, 2).to(precision)


def train(name, seed, precision, noise=0.0):
    module, rename = make(name, precision)
    module.train()
    x = images(name, seed, precision)
    features = module(x * (1 + noise * torch.randn_like(x)))
    upstream = torch.from_numpy(numbers("upstream", features.numel())).reshape(features.shape).to(precision)
    (features * (upstream - 0.5)).sum().backward()
    return module, rename, features


def gradient_scales(module):
    """What a gradient's error is relative to: its largest element, but no less than a twentieth of the largest of
    its layer. Some gradients are zero by their nature: of a shift that the next normalisation takes away again.
    """
    largest = {key: float(p.grad.abs().max()) for key, p in module.named_parameters() if p.grad is not None}
    layers = {}
    for key, value in largest.items():
        layer = key.rpartition(".")[0]
        layers[layer] = max(layers.get(layer, 0), value)
    return {key: max(value, layers[key.rpartition(".")[0]] / 20) for key, value in largest.items()}


def rounding_error(name, seed):
    """Of single precision. It is large where an activation lies so near to a corner that it crosses it."""
    torch.manual_seed(1)
    exact, _, _ = train(name, seed, torch.float64)
    worst = 0.0
    for noise in (0.0, 3e-7, 3e-7):
        rounded, _, _ = train(name, seed, torch.float32, noise)
        scales = gradient_scales(exact)
        for (key, a), (_, b) in zip(exact.named_parameters(), rounded.named_parameters()):
            if a.grad is not None:
                worst = max(worst, float((a.grad - b.grad).abs().max()) / scales[key])
    return worst


def main():
    results = {}
    for name in NETWORKS:
        seed = SEEDS.get(name, 0)
        if "--check" in sys.argv and name not in FORWARD_ONLY:
            print(name, "images", seed, "rounding error", rounding_error(name, seed), flush=True)
        results[f"{name}/seed"] = torch.tensor([float(seed)])
        with torch.no_grad():
            module, _ = make(name, torch.float64)
            results[f"{name}/features"] = samples(module.eval()(images(name, seed, torch.float64)))
        if name in FORWARD_ONLY:
            continue
        module, rename, features = train(name, seed, torch.float64)
        results[f"{name}/training-features"] = samples(features)
        scales = gradient_scales(module.net)
        for key, parameter in module.net.named_parameters():
            if parameter.grad is not None:
                found = samples(parameter.grad)
                results[f"{name}/gradient/{rename(key)}"] = torch.cat([found, torch.tensor([scales[key]])])
        for key, buffer in module.net.named_buffers():
            if not key.endswith("num_batches_tracked"):
                results[f"{name}/buffer/{key}"] = samples(buffer)
    save_file(results, pathlib.Path(__file__).parent / "Resources" / "image-references.safetensors")


if __name__ == "__main__":
    main()
