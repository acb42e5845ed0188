"""Writes image-reference.json: PyTorch's results and gradients of operations on images.

    python make_image_reference.py

Images are given channels last, as Graft keeps them.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(11)


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def case(name, operation, **inputs):
    leaves = {key: value.detach().clone().requires_grad_() for key, value in inputs.items()}
    output = operation(**leaves)
    weights = torch.randn_like(output)
    (output * weights).sum().backward()
    flat = lambda t: [round(float(v), 7) for v in t.detach().flatten()]
    return {
        "name": name,
        "inputs": {k: {"shape": list(v.shape), "scalars": [float(x) for x in v.flatten()]} for k, v in inputs.items()},
        "output": flat(output),
        "weights": [float(v) for v in weights.flatten()],
        "gradients": {k: flat(v.grad) for k, v in leaves.items()},
    }


def convolution(stride, padding, groups):
    return lambda x, weight, bias: channels_last(
        F.conv2d(channels_first(x), weight, bias, stride=stride, padding=padding, groups=groups)
    )


def batch_norm(x, scale, shift):
    return channels_last(F.batch_norm(channels_first(x), None, None, scale, shift, training=True, eps=1e-5))


cases = [
    case("convolution", convolution(1, 1, 1), x=torch.randn(2, 5, 4, 3), weight=torch.randn(4, 3, 3, 3), bias=torch.randn(4)),
    case("strided-groups", convolution(2, 1, 2), x=torch.randn(1, 6, 5, 4), weight=torch.randn(6, 2, 3, 3), bias=torch.randn(6)),
    case("depthwise", convolution(2, 1, 5), x=torch.randn(2, 5, 5, 5), weight=torch.randn(5, 1, 3, 3), bias=torch.randn(5)),
    case("pointwise", convolution(2, 0, 1), x=torch.randn(2, 5, 4, 3), weight=torch.randn(4, 3, 1, 1), bias=torch.randn(4)),
    case("batch-normalization", batch_norm, x=torch.randn(3, 4, 2, 5) * 3 + 7, scale=torch.randn(5), shift=torch.randn(5)),
    case("maximum-pooling", lambda x: channels_last(F.max_pool2d(channels_first(x), 3, 2, 1)), x=torch.randn(2, 6, 5, 3)),
    case("average-pooling", lambda x: channels_last(F.avg_pool2d(channels_first(x), 3, 2, 1)), x=torch.randn(2, 6, 5, 3)),
    case("relu6", lambda x: F.relu6(x), x=torch.randn(2, 3, 2, 4) * 5),
]
path = pathlib.Path(__file__).with_name("image-reference.json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
