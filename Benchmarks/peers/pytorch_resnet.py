"""The peer of GraftBenchmarks for images: a round for each line read.

    pytorch_resnet.py (resnet50-features | resnet20-step) (nchw | nhwc)

The networks are He et al.'s (arXiv:1512.03385) with random weights, in PyTorch's own layers.
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Two convolutions of 3 by 3, or three with a wide end; `expansion` says which."""

    def __init__(self, inputs, width, stride, expansion, projects):
        super().__init__()
        outputs = width * expansion
        shapes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        if expansion > 1:
            shapes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, k, stride=s, padding=k // 2, bias=False) for i, o, k, s in shapes)
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _, _ in shapes)
        self.stride, self.missing = stride, outputs - inputs
        self.projection = None
        if projects and (stride > 1 or inputs != outputs):
            self.projection = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x
        if self.projection is not None:
            shortcut = self.projection(x)
        elif self.stride > 1 or self.missing:
            half = self.missing // 2
            shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, half, self.missing - half))
        last = len(self.convolutions) - 1
        for place, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = norm(convolution(x))
            x = x + shortcut if place == last else x
            x = F.relu(x, inplace=True)
        return x


class ResNet(nn.Module):
    def __init__(self, counts, width, expansion, classes, is_small):
        super().__init__()
        stem = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.stem = nn.Sequential(stem, nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        if not is_small:
            self.stem = nn.Sequential(
                nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(width),
                nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1))
        blocks, inputs = [], width
        for stage, count in enumerate(counts):
            for index in range(count):
                stride = 2 if stage and not index else 1
                blocks.append(Block(inputs, width << stage, stride, expansion, not is_small))
                inputs = (width << stage) * expansion
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Linear(inputs, classes) if classes else nn.Identity()

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


kind, layout = sys.argv[1:]
torch.set_num_threads(1)
torch.manual_seed(0)
form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
if kind == "resnet50-features":
    network = ResNet([3, 4, 6, 3], 64, 4, 0, False).eval().to(memory_format=form)
    images = torch.randn(16, 3, 224, 224).to(memory_format=form)

    def run():
        with torch.inference_mode():
            network(images)
else:
    network = ResNet([3, 3, 3], 16, 1, 10, True).train().to(memory_format=form)
    images = torch.randn(128, 3, 32, 32).to(memory_format=form)
    labels = torch.arange(128) % 10
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)

    def run():
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

print(f"ready {len(images)}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
