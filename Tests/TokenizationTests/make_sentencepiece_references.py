"""Writes Resources/sentencepiece/: a small SentencePiece model with T5's settings, and what transformers' T5
tokenizer makes of texts with it.

    python make_sentencepiece_references.py
"""

import json
import pathlib

import sentencepiece
from transformers import T5Tokenizer

RESOURCES = pathlib.Path(__file__).parent / "Resources"
FOLDER = RESOURCES / "sentencepiece"
FOLDER.mkdir(exist_ok=True)
texts = json.loads((RESOURCES / "texts.json").read_text())
odd = [
    "", " ", "\n\t ", "a", " leading and trailing  ", "two  spaces\tand a tab\nand a line", "no\u00a0break", "\u3000wide\u3000",
    "ﬁne ligatures ① ½ Ⅳ", "café cafe\u0301 Å Å", "soft\u00adhyphen zero\u200bwidth\u200djoiner\ufeff", "｢ﾊﾝｶｸ｣ ＡＢＣ１２３",
    "한국어 한국어", "日本語のテキスト", "Привет, мир!", "עברית العربية हिन्दी ไทย", "👩‍👩‍👧 🇩🇪 ✈️ \U0001f9d1\U0001f3fd",
    "control\u0001char\u007f", "\u2028line\u2029paragraph\u0085next", "unknown ꙮꙮ ꙮ 𒀀𒀀", "▁already▁marked ▁", "<unk> <pad> </s> within",
    "<extra_id_0> the <extra_id_1>", "a<extra_id_5>b", " <extra_id_99> ", "<extra_id_100> <extra_id_-1> <extra_id_>", "</s></s>",
    "translate English to German: That is good.", "x" * 300, "the " * 200, "\u202eright to left\u202c", "ẛ̣ Ǆ ß ŉ İı",
]

sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter([text for text in odd + texts[:60] if text.strip()] * 3), model_prefix=str(FOLDER / "spiece"),
    vocab_size=900, model_type="unigram", pad_id=0, eos_id=1, unk_id=2, bos_id=-1, character_coverage=0.98,
    hard_vocab_limit=False, normalization_rule_name="nmt_nfkc", num_threads=1, minloglevel=2)
(FOLDER / "spiece.vocab").unlink()
tokenizer = T5Tokenizer.from_pretrained(FOLDER)
processor = sentencepiece.SentencePieceProcessor(model_file=str(FOLDER / "spiece.model"))


def is_tied(text):
    """Whether two ways to cut the text are equally good: versions of the library choose differently."""
    best = processor.nbest_encode(text, nbest_size=2, return_type="proto").nbests
    return len(best) == 2 and abs(best[0].score - best[1].score) < 1e-3


lines = []
for text in odd + texts:
    if is_tied(text):
        continue
    line = {"text": text, "ids": tokenizer(text)["input_ids"]}
    # transformers reads the model with a library of its own, which cuts some texts otherwise: next-line characters,
    # stray combining marks, pieces of equal worth. There SentencePiece itself is the reference.
    library = processor.encode(text) + [processor.eos_id()]
    if "<" not in text and library != line["ids"]:
        line["library"] = library
    lines.append(json.dumps(line))
(FOLDER / "references.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
