#!/usr/bin/python3
"""Writes two small data sets with their configs, words.toml and waves.toml: what a report must bear; and two files as Hugging
Face's tokenizers write them, bpe.json and unigram.json.

usage: make_data.py FOLDER

words: 40 labels, some of them hostile; texts with markup, marks of writing direction, emoji, rare words, and more
words than are drawn. waves: two channels of 100 steps, more than are drawn, and no test file.
"""

import json
import math
import random
import sys
from pathlib import Path

HOSTILE = ["</script><script>window.pwned = 1</script>", "<img src=x onerror='window.pwned = 1'>", "a&lt;b&amp;\"c'",
           "from \u202eright to left\u202c on", "\u05e2\u05d1\u05e8\u05d9\u05ea", "`${window.pwned = 1}`", "\U0001f409 eight heads"]
TEXTS = ["<b onclick=alert(1)>bold</b>", "</script><!--", "\u202etxet\u202c", "\u0085\u009b31m", "javascript:alert(1)", "\\u003cb\\u003e"]

WORDS = """[data]
train = "words-train.tsv"
test = "words-test.tsv"
tokenizer.min_count = 2
max_length = 120
[model]
d_model = 24
num_layers = 2
num_heads = 3
pooling = "cls"
[train]
epochs = 20
learning_rate = 3e-3
monitor = "macro_f1"
"""
WAVES = """[data]
format = "ts"
train = "waves.ts"
validation_fraction = 0.3
[model]
d_model = 16
num_layers = 1
num_heads = 2
[train]
epochs = 2
"""


def write_words(folder, numbers):
    labels = HOSTILE + [f"topic-{i}" for i in range(40 - len(HOSTILE))]
    common = [f"word{i}" for i in range(60)]
    for name, each in (("train", 12), ("test", 4)):
        lines = []
        for k, label in enumerate(labels):
            for i in range(each):
                length = 100 if i == 0 else numbers.randint(3, 20)
                words = numbers.choices(common, k=length) + [f"sign{k}"] * 2 + [f"rare{numbers.random()}"]
                words.insert(1, numbers.choice(TEXTS))
                lines.append(f"{label}\t{' '.join(words)}\n")
        numbers.shuffle(lines)
        (folder / f"words-{name}.tsv").write_text("".join(lines), encoding="utf-8")
    (folder / "words.toml").write_text(WORDS)


def write_waves(folder, numbers):
    lines = ["@problemName waves\n@timeStamps false\n@univariate false\n@dimensions 2\n@equalLength true\n"
             "@seriesLength 100\n@classLabel true slow fast\n@data\n"]
    for i in range(80):
        label, speed = (("slow", 0.1), ("fast", 0.3))[i % 2]
        phase = numbers.random() * 6
        channels = [[math.sin(speed * t + phase + c) + numbers.gauss(0, 0.2) for t in range(100)] for c in range(2)]
        lines.append(":".join(",".join(f"{v:.3f}" for v in channel) for channel in channels) + f":{label}\n")
    (folder / "waves.ts").write_text("".join(lines))
    (folder / "waves.toml").write_text(WAVES)


def write_tokenizers(folder):
    """Pieces of write_words' words."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in seen]
    letters = [chr(byte) for byte in seen] + [chr(0x100 + i) for i in range(len(others))]  # each byte's
    merges = ["w o", "r d", "wo rd", "\u0120 word", "s i", "g n", "si gn", "\u0120 sign", "1 2"]
    vocab = letters + [pair.replace(" ", "") for pair in merges]
    bpe = {"normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": True, "use_regex": True},
           "model": {"type": "BPE", "unk_token": None, "vocab": {piece: i for i, piece in enumerate(vocab)}, "merges": merges}}
    (folder / "bpe.json").write_text(json.dumps(bpe))
    pieces = [("<unk>", 0), *((f"\u2581{word}", -3) for word in ("word", "sign", "rare")), *((f"{i}", -4) for i in range(60)),
              *((letter, -8) for letter in "\u2581abcdefghijklmnopqrstuvwxyz."), ("wo", -5), ("rd", -5.5)]
    unigram = {"normalizer": {"type": "NFKC"}, "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always"},
               "model": {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False}}
    (folder / "unigram.json").write_text(json.dumps(unigram))


if __name__ == "__main__":
    write_words(Path(sys.argv[1]), random.Random(1))
    write_waves(Path(sys.argv[1]), random.Random(2))
    write_tokenizers(Path(sys.argv[1]))
