"""The peer of GraftBenchmarks: the same work by PyTorch and transformers, a round for each line read.

    pytorch_minilm.py (features-sorted | features-shuffled | fine-tuning) BACKBONE_FOLDER TEXT_FILE
"""

import random
import sys
import time

import torch
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

BATCH = 32


def batches(texts, by_length):
    order = list(range(len(texts)))
    if by_length:
        order.sort(key=lambda place: -len(texts[place]))
    else:
        random.Random(0).shuffle(order)
    return [[texts[place] for place in order[start : start + BATCH]] for start in range(0, len(order), BATCH)]


def features(folder, texts, by_length):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()

    def run():
        with torch.inference_mode():
            for batch in batches(texts, by_length):
                encoded = tokenizer(batch, padding=True, truncation=True, max_length=128, return_tensors="pt")
                hidden = model(**encoded).last_hidden_state
                mask = encoded["attention_mask"].unsqueeze(-1)
                (hidden * mask).sum(1) / mask.sum(1)

    return run


def fine_tuning(folder, texts):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2, dtype=torch.float32).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01)

    def run():
        for number, batch in enumerate(batches(texts, by_length=False)):
            encoded = tokenizer(batch, padding=True, truncation=True, max_length=128, return_tensors="pt")
            labels = torch.tensor([place % 2 for place in range(len(batch))])
            model(**encoded, labels=labels).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()

    return run


kind, folder, file = sys.argv[1:]
texts = open(file, encoding="utf-8").read().splitlines()
torch.set_num_threads(1)
torch.manual_seed(0)
run = {
    "features-sorted": lambda: features(folder, texts, True),
    "features-shuffled": lambda: features(folder, texts, False),
    "fine-tuning": lambda: fine_tuning(folder, texts),
}[kind]()
print(f"ready {len(texts)}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, flush=True)
