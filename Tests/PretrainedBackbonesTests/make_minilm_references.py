"""Writes Resources/sentences.json and minilm.safetensors: sentence embeddings by sentence-transformers' rule.

    python make_minilm_references.py FOLDER_OF_MINILM

The sentences are taken from Debian's package descriptions (dpkg-query) by a fixed seed, and stay as they are
once the file is there.
"""

import json
import pathlib
import random
import re
import subprocess
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

RESOURCES = pathlib.Path(__file__).parent / "Resources"
SENTENCES = RESOURCES / "sentences.json"


def debian_sentences(count):
    """Sentences and beginnings of paragraphs from the descriptions of the packages installed here."""
    query = ["dpkg-query", "-W", "-f=${Description}\n\n"]
    descriptions = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    paragraphs = re.findall(r"(?:^ [^ .].*\n)+", descriptions, re.MULTILINE)
    texts = sorted({" ".join(paragraph.split()) for paragraph in paragraphs})
    generator = random.Random(5)
    chosen = []
    for text in generator.sample(texts, len(texts)):
        # From a few words to a paragraph.
        text = text[: generator.choice([60, 120, 240, 480])].rsplit(" ", 1)[0]
        if len(text) > 20 and len(chosen) < count:
            chosen.append(text)
    return chosen


if not SENTENCES.exists():
    SENTENCES.write_text(json.dumps(debian_sentences(200), indent=0) + "\n")
sentences = json.loads(SENTENCES.read_text())

folder = sys.argv[1]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
rows = []
with torch.no_grad():
    for sentence in sentences:
        batch = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=128)
        hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        rows.append((hidden * mask).sum(1) / mask.sum(1))
pooled = torch.cat(rows)
save_file(
    {"pooled": pooled, "normalized": pooled / pooled.norm(dim=1, keepdim=True)}, RESOURCES / "minilm.safetensors"
)
