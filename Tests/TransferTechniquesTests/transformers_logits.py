"""Prints the logits that transformers computes with exported classifiers, as JSON, a line for each folder.

    python transformers_logits.py FOLDER… < texts.json
"""

import json
import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()
texts = json.load(sys.stdin)
for folder in sys.argv[1:]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    for kind in ["missing_keys", "unexpected_keys", "mismatched_keys"]:
        if loading[kind]:
            sys.exit(f"{folder}: {kind}: {loading[kind]}")
    model.eval()
    limit = model.config.graft["maximum_length"]
    # All in one padded batch, as users would run it: padding must not matter to the exported pooling.
    batch = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=limit)
    with torch.no_grad():
        logits = model(**batch).logits
    labels = [model.config.id2label[i] for i in range(logits.shape[1])]
    print(json.dumps({"labels": labels, "architecture": type(model).__name__, "logits": logits.tolist()}))
