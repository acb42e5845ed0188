"""Prints the logits that PEFT computes with a backbone and an adapter, as JSON, a line for each pair of folders.

    python peft_logits.py BACKBONE MODEL BACKBONE MODEL… < texts.json

MODEL is an exported model folder with the adapter in adapter/; its weights are not read.
"""

import json
import sys

import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()
texts = json.load(sys.stdin)
for backbone, folder in zip(sys.argv[1::2], sys.argv[2::2]):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = AutoConfig.from_pretrained(folder)
    base = AutoModelForSequenceClassification.from_pretrained(backbone, config=config)
    model = PeftModel.from_pretrained(base, f"{folder}/adapter")
    result = model.load_adapter(f"{folder}/adapter", "again")
    missing = [k for k in result.missing_keys if "lora_" in k or "modules_to_save" in k]
    if missing or result.unexpected_keys:
        sys.exit(f"{folder}: missing {missing}, unexpected {result.unexpected_keys}")
    model.set_adapter("default")
    model.eval()
    limit = config.graft["maximum_length"]
    batch = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=limit)
    with torch.no_grad():
        logits = model(**batch).logits
        merged = model.merge_and_unload()(**batch).logits
    print(json.dumps({"logits": logits.tolist(), "merged": merged.tolist()}))
