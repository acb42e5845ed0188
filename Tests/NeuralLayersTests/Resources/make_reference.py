"""Writes reference.json: one BERT encoder layer of the transformers library, forward and gradients.

Run with torch and transformers: python make_reference.py
"""
import json
import pathlib

import torch
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
config = BertConfig(hidden_size=8, num_attention_heads=2, intermediate_size=12, hidden_act="gelu",
                    hidden_dropout_prob=0, attention_probs_dropout_prob=0, layer_norm_eps=1e-12,
                    attn_implementation="eager")
layer = BertLayer(config)
with torch.no_grad():
    for parameter in layer.parameters():
        parameter.copy_((0.4 * torch.randn_like(parameter)).float().double())
flat = lambda t: [float(f"{x:.9g}") for x in t.detach().flatten().tolist()]
lengths = [4, 2]
x = torch.randn(sum(lengths), 8).float().double().requires_grad_()
first = lambda r: r[0] if isinstance(r, tuple) else r
y = torch.cat([first(layer(part[None]))[0] for part in x.split(lengths)])
weights = torch.randn_like(y)
(y * weights).sum().backward()
pathlib.Path(__file__).with_name("reference.json").write_text(json.dumps({
    "lengths": lengths, "x": flat(x), "output": flat(y), "weights": flat(weights), "xGradient": flat(x.grad),
    "parameters": {n: flat(p) for n, p in layer.named_parameters()},
    "gradients": {n: flat(p.grad) for n, p in layer.named_parameters()},
}, separators=(",", ":")) + "\n")
