"""Writes Resources/: small tokenizer folders, texts, and the ids that the tokenizers library gives them.

    python make_references.py [folder of all-MiniLM-L6-v2]

The MiniLM folder's ids are written too (minilm.json); its vocabulary is not.
"""

import json
import pathlib
import random
import sys

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

RESOURCES = pathlib.Path(__file__).parent / "Resources"
RESOURCES.mkdir(exist_ok=True)

HAND_WRITTEN = [
    "", " ", "\t\n\r ", "a", "Hello, world!", "hello", "HELLO WORLD",
    "the quick brown fox jumps over the lazy dog",
    "unaffable", "Don't stop; it's 3.14 (or so)...",
    "e-mail: someone@example.org, http://example.org/a?b=c#d",
    "[CLS] hello [SEP]", "[SEP]", "x[SEP]y", "[sep] [cls]", "[MASK][PAD][UNK]", "[SEP", "[[SEP]]",
    "[CLS][CLS]",
    "naïve café résumé Ångström", "e\u0301 cafe\u0301 A\u030a", "İstanbul ı I Iğdır", "ẞ ß Straße STRASSE",
    "ŒUVRE æon Ǆ ǅ ǆ",
    "ΑΒΓ Σίσυφος ΣΑΣ ς ά ᾳ ῼ", "Привет, МИР! Ёлка йод", "שָׁלוֹם עולם", "السَّلَامُ عَلَيْكُمْ",
    "हिन्दी नमस्ते दुनिया", "ภาษาไทย สวัสดี", "বাংলা",
    "中文字符測試", "日本語テスト ひらがな カタカナ ガ", "한국어 시험 각힣", "漢字and latin混ざる",
    "\u3400\u4dbf\U00020000\U0002ceaf\U0002b73f", "豈更車", "\ufa0e",
    "😀 😃😄 👨\u200d👩\u200d👧 🇩🇪 👍🏽", "☃ ★ ♥️ ™ © ®", "a\u200bb\u200cc\u200dd\ufeffe", "a\u00adb", "a\u0000b",
    "a\ufffdb", "\u0001\u0002x\u007f\u0080\u009fy",
    "a\u00a0b\u2003c\u2028d\u2029e\u202ff\u3000g", "a\u000bb\u000cc\u0085d", "\u1680ogham\u180emongol",
    "a\tb\nc\rd", "line one\nline two\r\nline three",
    "¿Qué? ¡Sí! «quoted» „low“ ‘single’ – — …", "a_b-c+d=e<f>g|h~i`j^k$l", "$100 £200 €300 ¥400",
    "½ ⅓ ² ³ ₁ Ⅷ ① ⑳", "１２３ ＡＢＣ ａｂｃ", "ﬁ ﬂ ﬀ ﬃ",
    "x" * 99, "x" * 100, "x" * 101, "a" * 100 + " " + "b" * 101, "é" * 100, "é" * 101, "e\u0301" * 100,
    "e\u0301" * 101, "中" * 120, "한" * 33, "한" * 34,
    "word " * 600, "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    "antidisestablishmentarianism",
    "q\u0307\u0323", "q\u0323\u0307", "\u1e69 s\u0323\u0307 s\u0307\u0323",
    "\u0344 \u0340 \u0341 \u212b \u2126", "a\u0300\u0301\u0302\u0303\u0304b", "\u0301abc", "a\u20ddb",
    "\u0903\u093e",
    "\u1d15e\u1d160", "\U0001d15e \U0001d160 \U0001d400", "\U00010400\U00010428 \U00010c80",
    "\U0001e900\U0001e94a", "Ꮳꭰ Ა ა Ⴀ ⴀ", "\ue000\uf8ff\U000f0000", "\u0378\u0557", "\U000e0001\U000e0041",
    "##ing ##", "#hash ##tag", "<mark>", "<mark> <left>x <right> y <both> z",
    "a<mark>b  <left>  c  <right>  d  <both>  e", "word alone wordy alonely alone",
    "NORM norm Norm nörm normal",
    "C++ and C# or F#; 50% & more * things / paths \\ back", "''' \"\"\" ``", "1,234,567.89",
    "2024-01-31T12:34:56Z", "a.b.c.d", "....", "- - -", "\u2010\u2011\u2012\u2013\u2014\u2015",
]
MARKS = "\u0334\u0345\u05b0\u064b\u0f71\u302a\u3099\u1dce\u1df6\u08d4\U0001e8d0\u0301"
for combining in MARKS:
    HAND_WRITTEN.append("k" + combining + "\u0327m\u0301" + combining)

BLOCKS = [
    (0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x250, 0x36F),
    (0x370, 0x52F),
    (0x530, 0x6FF), (0x700, 0x9FF), (0xA00, 0xDFF), (0xE00, 0x11FF), (0x1200, 0x1DFF), (0x1E00, 0x20FF),
    (0x2100, 0x2BFF),
    (0x2C00, 0x33FF), (0x3400, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xFFFF),
    (0x10000, 0x1FFFF),
    (0x20000, 0x2FFFF), (0x1F300, 0x1FAFF), (0xE0000, 0x10FFFF), (0x300, 0x36F), (0x1CD0, 0x1CFF),
    (0x1DC0, 0x1DFF),
]


def random_texts(count, seed):
    generator = random.Random(seed)
    texts = []
    while len(texts) < count:
        blocks = generator.sample(BLOCKS, generator.randint(1, 4))
        letters = []
        for _ in range(generator.randint(1, 24)):
            if generator.random() < 0.15:
                letters.append(" ")
                continue
            c = generator.randint(*generator.choice(blocks))
            if not 0xD800 <= c <= 0xDFFF:
                letters.append(chr(c))
        texts.append("".join(letters))
    return texts


TEXTS = HAND_WRITTEN + random_texts(320, 20240229)
# Text number and the largest number of ids, for cutting.
CUTS = [(4, 2), (4, 3), (4, 5), (7, 8), (11, 4), (13, 3), (0, 2), (TEXTS.index("word " * 600), 128)]


def references(tokenizer):
    tokenizer.no_padding()
    tokenizer.enable_truncation(512)
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    cut = []
    for index, limit in CUTS:
        tokenizer.enable_truncation(limit)
        cut.append({"text": index, "maximumLength": limit, "ids": tokenizer.encode(TEXTS[index]).ids})
    return {"ids": ids, "cut": cut}


def write(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def small_vocabulary():
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [chr(c) for c in range(0x21, 0x7F) if not chr(c).isupper()] + ["H", "W", "E", "é", "É", "ß", "ss", "ı"]
    words += ["##" + chr(c) for c in range(0x61, 0x7B)] + ["##" + str(d) for d in range(10)]
    words += "hello world the quick brown fox un ##aff ##able ##ing ##ed stop".split()
    words += "naive cafe café resume word alone norm".split()
    words += "##ord ##llo mail example stra ##ße ##sse istanbul he hell ##lo привет мир ##ир елка Привет ёлка".split()
    words += list("中文字日本語車更漢αβγσςοάдшעש") + ["##" + c for c in "αβγσςипнвест"]
    words += ["\u1112\u1161\u11ab", "\u1112", "##\u1161", "##\u11ab", "\u110c\u1161", "한", "##한"]
    words += ["か", "##か", "カ", "##\u3099", "ガ", "😀", "##😀", "√", "×"]
    # Canonically equivalent, yet two tokens: a reader that compares strings as Swift does would lose one.
    words += ["e\u0301", "##e\u0301", "\uf900", "\u8c48", "i\u0307", "##\u0307"]
    assert len(words) == len(set(words)), [w for w in words if words.count(w) > 1]
    return words


def build(words, added=(), **options):
    vocabulary = {word: i for i, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(words[:5])
    tokenizer.add_tokens(list(added))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return tokenizer


words = small_vocabulary()
write(RESOURCES / "texts.json", TEXTS)
folders = {
    "uncased": build(words),
    "cased": build(words, lowercase=False),
    "cased-without-accents": build(words, lowercase=False, strip_accents=True),
    "uncased-with-accents": build(words, lowercase=True, strip_accents=False),
    "bare": build(words, clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False),
    "added": build(
        words,
        added=[
            AddedToken("<mark>", normalized=False),
            AddedToken("<left>", lstrip=True, normalized=False),
            AddedToken("<right>", rstrip=True, normalized=False),
            AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
            AddedToken("alone", single_word=True, normalized=False),
            AddedToken("Nörm", normalized=True),
        ],
    ),
}
for name, tokenizer in folders.items():
    folder = RESOURCES / name
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str() + "\n")
    write(folder / "reference.json", references(tokenizer))

# The older form of a folder: same ids as "uncased".
text = RESOURCES / "vocabulary-text"
text.mkdir(exist_ok=True)
(text / "vocab.txt").write_text("".join(word + "\n" for word in words))
settings = {"do_lower_case": True, "strip_accents": None, "tokenize_chinese_chars": True}
write(text / "tokenizer_config.json", settings)
wordpiece = tokenizers.BertWordPieceTokenizer(str(text / "vocab.txt"))
write(text / "reference.json", references(wordpiece._tokenizer))

if len(sys.argv) > 1:
    write(RESOURCES / "minilm.json", references(Tokenizer.from_file(sys.argv[1] + "/tokenizer.json")))
