"""The usual loop: ten epochs of a linear head, the frozen backbone computed anew for every batch.

    pytorch_epochs.py BACKBONE_FOLDER TEXT_FILE OUTPUT_FOLDER
"""

import pathlib
import random
import sys

import torch
from transformers import AutoModel, AutoTokenizer

EPOCHS, BATCH = 10, 32
folder, file, output = sys.argv[1:]
torch.set_num_threads(1)
torch.manual_seed(0)
texts = open(file, encoding="utf-8").read().splitlines()
labels = torch.tensor([place % 2 for place in range(len(texts))])
tokenizer = AutoTokenizer.from_pretrained(folder)
backbone = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
head = torch.nn.Linear(backbone.config.hidden_size, 2)
optimizer = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=0.01)
order = list(range(len(texts)))
for epoch in range(EPOCHS):
    random.Random(epoch).shuffle(order)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        encoded = tokenizer(
            [texts[place] for place in places], padding=True, truncation=True, max_length=128, return_tensors="pt")
        with torch.no_grad():
            hidden = backbone(**encoded).last_hidden_state
            mask = encoded["attention_mask"].unsqueeze(-1)
            features = (hidden * mask).sum(1) / mask.sum(1)
        torch.nn.functional.cross_entropy(head(features), labels[places]).backward()
        optimizer.step()
        optimizer.zero_grad()
pathlib.Path(output).mkdir(exist_ok=True)
backbone.save_pretrained(output)
torch.save(head.state_dict(), pathlib.Path(output) / "head.pt")
