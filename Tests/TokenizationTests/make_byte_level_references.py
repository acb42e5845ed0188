"""Writes the byte-level part of Resources/: small tokenizers trained here, texts, and the library's ids.

    python make_byte_level_references.py
"""

import json
import pathlib
import random

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

RESOURCES = pathlib.Path(__file__).parent / "Resources" / "byte-level"
RESOURCES.mkdir(parents=True, exist_ok=True)

TEXTS = [
    "", " ", "  ", "\n", "\t\n\r ", "a", " a", "a ", "  a", "   a  b   ", "a\n\nb", "a \n b", "\n\n\nend", "x\t\ty",
    "Hello, world!", " Hello world", "HELLO WORLD", "the quick brown fox jumps over the lazy dog",
    "don't I'm we've you'll they'd it's we're", "DON'T I'M IT'S", "'s 't 're 've 'm 'll 'd", " 's '  's",
    "''s '''ll x'y 'n' rock'n'roll ’s don’t", "'", "''", "' ", "'l", "'r e", "'ll'll'd'd",
    "3.14 1,000,000 2024-01-31T12:34:56Z a1b2 1a 12 34", "½ ⅓ ² ³ Ⅷ ① ⑳ ４２ ٣٤ ०१ x² 二十",
    "e-mail: someone@example.org, http://example.org/a?b=c#d", "def f(x):\n    return x  # why\n\n\nf( 1 )",
    "naïve café résumé Ångström e\u0301 A\u030a", "İstanbul ẞ Straße Ǆ ǅ", "Привет, МИР! ΑΒΓ Σίσυφος",
    "שָׁלוֹם עולם السَّلَامُ عَلَيْكُمْ", "हिन्दी नमस्ते ภาษาไทย", "中文字符測試 日本語テスト 한국어 시험",
    "😀 😃😄 👨\u200d👩\u200d👧 🇩🇪 👍🏽", "☃ ★ ♥️ ™ © ®", "a\u200bb\ufeffc\u00add", "a\u0000b\u0001\u007f\u0080",
    "a\u00a0b\u2003c\u2028d\u2029e\u202ff\u3000g", "\u00a0\u00a0x", " \u00a0 x", "a\u000bb\u000cc\u0085d\u1680e\u180ef",
    "\u001c\u001d\u001e\u001f x", "\ufffd\ue000\U000f0000\U0010ffff", "\U00010400\U0001d400\U00020000", "\u0378\u0301\u20dd",
    "<s>", "a<s>b", "<s></s>", "  <mask>  x<mask>", "a <mask> b", "<pad><unk>", "<|endoftext|>", "a<|endoftext|> b",
    "<|endoftext", "<<|endoftext|>>", "<s", "</S>", "_a__b_ snake_case camelCase", "!!! ... -- ?!", "a.b.c", "$5 €6 ₹7",
    "x" * 300, "ab" * 500, "the" * 200, "!" * 257, "1" * 129, " " * 200, "a" + " " * 99 + "b", "word " * 600,
    "the cat sat on the mat. " * 90, "é" * 100, "😀" * 64, "\n" * 50 + "x",
]
BLOCKS = [
    (0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0x30, 0x39), (0, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x300, 0x52F),
    (0x530, 0x9FF), (0xA00, 0x11FF), (0x1200, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x2C00, 0x33FF),
    (0x3400, 0x9FFF), (0xA000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x2FFFF), (0x1F300, 0x1FAFF),
    (0xE0000, 0x10FFFF),
]
PIECES = [" ", " ", "  ", "\n", "\t", "'", "'s", "'ll", "'T", "the", " and", "\u00a0", "\u3000", "1", "!", "<s>", "<mask>"]


def random_texts(count, seed):
    generator = random.Random(seed)
    texts = []
    while len(texts) < count:
        blocks = generator.sample(BLOCKS, generator.randint(1, 3))
        letters = []
        for _ in range(generator.randint(1, 24)):
            if generator.random() < 0.4:
                letters.append(generator.choice(PIECES))
                continue
            c = generator.randint(*generator.choice(blocks))
            if not 0xD800 <= c <= 0xDFFF:
                letters.append(chr(c))
        texts.append("".join(letters))
    return texts


CORPUS = [
    "the quick brown fox jumps over the lazy dog and the cat sat on the mat while it was raining in the evening",
    "don't you'll we've it's they're I'm he'd isn't wasn't the best film of the year, a bad film, a good one",
    "hello world Hello World return def class import for in while 2024 2023 1000 100 10 naïve café Straße",
    "Привет мир 中文 日本語 한국어 😀 😃 👍 ★ the theme then there these thing think this those though through",
] * 3
TEXTS += random_texts(240, 20240301)
CUTS = [(15, 2), (15, 3), (15, 4), (17, 6), (0, 2), (1, 3), (TEXTS.index("word " * 600), 128)]


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def references(tokenizer):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    cut = []
    for index, limit in CUTS:
        tokenizer.enable_truncation(limit)
        cut.append({"text": index, "maximumLength": limit, "ids": tokenizer.encode(TEXTS[index]).ids})
    tokenizer.no_truncation()
    return {"ids": ids, "cut": cut}


def train(special, prefix_space=False, vocabulary=520):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def save(name, tokenizer, separate=None):
    folder = RESOURCES / name
    folder.mkdir(exist_ok=True)
    if separate is None:
        (folder / "tokenizer.json").write_text(tokenizer.to_str() + "\n")
    else:
        # The older form: vocab.json, merges.txt, and the settings beside them.
        tokenizer.model.save(str(folder))
        write(folder / "tokenizer_config.json", separate)
        return  # Ids are those of the folder that was saved as tokenizer.json.
    write(folder / "reference.json", references(tokenizer))


write(RESOURCES / "texts.json", TEXTS)

gpt2 = train([AddedToken("<|endoftext|>", normalized=True, special=True)])
gpt2.post_processor = processors.ByteLevel(trim_offsets=False)
save("gpt2", gpt2)
save("gpt2-files", gpt2, {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False})

special = [AddedToken(t, normalized=True, special=True) for t in ["<s>", "<pad>", "</s>", "<unk>"]]
roberta = train(special)
roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
save("roberta", roberta)

template = train(special, prefix_space=True, vocabulary=400)
template.post_processor = processors.Sequence([
    processors.ByteLevel(trim_offsets=True),
    processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]),
])
save("template", template)

# The older form of RoBERTa's: the mask stands in added_tokens.json, since vocab.json has the model's only.
settings = {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": False}
settings |= {
    "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>",
    "pad_token": "<pad>", "mask_token": {"content": "<mask>", "lstrip": True, "normalized": False},
}
save("roberta-files", roberta, settings)
write(RESOURCES / "roberta-files" / "added_tokens.json", {"<mask>": roberta.token_to_id("<mask>")})
