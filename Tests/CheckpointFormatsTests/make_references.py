"""Writes Resources/types.safetensors with the safetensors library: the same numbers in several types.

    python make_references.py
"""

import pathlib

import torch
from safetensors.torch import save_file

RESOURCES = pathlib.Path(__file__).parent / "Resources"
RESOURCES.mkdir(exist_ok=True)
torch.manual_seed(1)
special = [0.0, -0.0, 1.0, -1.5, 65504.0, 6.1e-5, 6e-8, -5.96e-8, float("inf"), float("-inf"), 1 / 3, 3.14159]
values = torch.cat([torch.tensor(special), torch.randn(20)]).reshape(4, 8)
half, brain = values.to(torch.float16), values.to(torch.bfloat16)
save_file(
    {
        "float32": values,
        "float16": half,
        "float16.expected": half.to(torch.float32),
        "bfloat16": brain,
        "bfloat16.expected": brain.to(torch.float32),
        "int64": torch.arange(4),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
    },
    RESOURCES / "types.safetensors",
    metadata={"format": "pt", "remark": 'quotes " and \\ and ü'},
)
