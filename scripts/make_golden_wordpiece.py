#!/usr/bin/env python3
"""Writes tests/fixtures/wordpiece.json.gz: texts in 30 scripts and their WordPiece ids by Hugging Face tokenizers.

usage: scripts/make_golden_wordpiece.py [FILE]      (needs `pip install tokenizers`)

Texts are made up of letters of Unicode ranges, by a seed: words of a few hundred stems a script, so that a vocabulary
that is trained on them cuts them in many ways. Tokenizers know categories as of Unicode 8; later characters are left out. The
training breaks ties by chance, so that another run writes another vocabulary, and its ids.
"""
import gzip
import json
import random
import sys
import unicodedata

import tokenizers
from tokenizers import models, normalizers, pre_tokenizers, trainers

SCRIPTS = {
    "latin": [(0x41, 0x5A), (0x61, 0x7A)], "accents": [(0xC0, 0x17F)], "vietnamese": [(0x1EA0, 0x1EF9)],
    "greek": [(0x386, 0x3CE)], "polytonic": [(0x1F00, 0x1FFE)], "cyrillic": [(0x400, 0x481), (0x48A, 0x4FF)],
    "armenian": [(0x531, 0x556), (0x561, 0x587)], "hebrew": [(0x5D0, 0x5EA), (0x5B0, 0x5BC)],
    "arabic": [(0x621, 0x652)], "syriac": [(0x710, 0x74A)], "thaana": [(0x780, 0x7B0)], "devanagari": [(0x905, 0x94D)],
    "bengali": [(0x985, 0x9CD)], "gurmukhi": [(0xA05, 0xA4D)], "gujarati": [(0xA85, 0xACD)], "tamil": [(0xB85, 0xBCD)],
    "telugu": [(0xC05, 0xC4D)], "kannada": [(0xC85, 0xCCD)], "malayalam": [(0xD05, 0xD4D)], "sinhala": [(0xD85, 0xDDF)],
    "thai": [(0xE01, 0xE4E)], "lao": [(0xE81, 0xECD)], "tibetan": [(0xF40, 0xF7C)], "burmese": [(0x1000, 0x104F)],
    "georgian": [(0x10D0, 0x10F0), (0x10A0, 0x10C5)], "hangul": [(0xAC00, 0xD7A3)], "ethiopic": [(0x1200, 0x135A)],
    "khmer": [(0x1780, 0x17D2)], "kana": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "han": [(0x4E00, 0x9FA5), (0x20000, 0x20100), (0x3400, 0x3440)], "emoji": [(0x1F300, 0x1F5FF), (0x2600, 0x26FF)],
    "wide": [(0xFF21, 0xFF5A)],
}
BLANKS = [" "] * 30 + ["  ", "\t", "\u00a0", "\u3000", "\u2003", "\u2028", "\u0085", "\u200b", ""]
MARKS = list(",.;:!?()[]{}'\"-_/\\#$%&*+<=>@^`|~") + list("«»„“”…—¿¡§·€£¥©°±×÷") + list("\u3001\u3002\uff0c\u300c\u300d\u060c\u061f\u0964"
                                                                               "\u0e2f\u104a\u1362\u17d4\u05be\u055e")
ODD = ["\u0130", "\u0131", "\u00df", "\u1e9e", "\u03a3", "\u03c2", "\u01c5", "\ufb01", "\u00ad", "\u200d", "\ufe0f", "\ufffd", "\u0301",
       "\u0323", "\u20dd", "\u0345", "\u212b", "\u2126", "\uf900", "\U0002f800", "\U0002b820", "\u1100\u1161\u11a8", "\x07",
       "\ue000", "\u0e33", "[UNK]", "[CLS]", "##a"]


def letters(ranges):
    assigned = [chr(c) for first, last in ranges for c in range(first, last + 1)]
    return [c for c in assigned if unicodedata.category(c) != "Cn" and unicodedata.ucd_3_2_0.category(c) != "Cn"]


def make_lines(count, rng):
    stems = {}
    for name, ranges in SCRIPTS.items():
        pool = letters(ranges)
        pool = rng.sample(pool, min(len(pool), 60))
        stems[name] = ["".join(rng.choices(pool, k=rng.randint(1, 4))) for _ in range(40)]
    names = list(stems)
    lines = []
    for number in range(count):
        name, text = names[number % len(names)], ""
        for _ in range(rng.randint(2, 7)):
            word = "".join(rng.choices(stems[name if rng.random() < 0.8 else rng.choice(names)], k=rng.randint(1, 3)))
            kind = rng.random()
            if kind < 0.1:
                word += rng.choice(MARKS)
            elif kind < 0.15:
                at = rng.randint(0, len(word))
                word = word[:at] + rng.choice(ODD) + word[at:]
            elif kind < 0.17:
                word = word.upper()
            elif kind < 0.18:
                word = rng.choice("aé書").join([""] * rng.randint(99, 104))
            text += word + rng.choice(BLANKS)
        lines.append(text)
    return lines


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/wordpiece.json.gz"
    lines = make_lines(2000, random.Random(13))
    tokenizer = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    # Half of the vocabulary for either case, so that both have pieces; some letters stay without.
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for lower in (True, False):
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
        trainer = trainers.WordPieceTrainer(vocab_size=2600, special_tokens=["[UNK]"], limit_alphabet=1500, show_progress=False)
        tokenizer.train_from_iterator(lines, trainer)
        known = tokenizer.get_vocab()
        vocabulary += sorted(set(known) - set(vocabulary), key=known.get)
    # A new one: that which was trained takes "[UNK]" in a text for the unknown token.
    known = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = tokenizers.Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cases = []
    for rules in ({}, {"lowercase": False}, {"strip_accents": False}, {"lowercase": False, "strip_accents": True},
                  {"clean_text": False, "handle_chinese_chars": False}):
        tokenizer.normalizer = normalizers.BertNormalizer(**rules)
        normalizer = json.loads(tokenizer.to_str())["normalizer"]
        every = 1 if len(cases) < 2 else 4
        cases.append({"normalizer": normalizer, "every": every,
                      "ids": [" ".join(map(str, tokenizer.encode(line, add_special_tokens=False).ids)) for line in lines[::every]]})
    text = json.dumps({"tokenizers": tokenizers.__version__, "vocabulary": vocabulary, "lines": lines, "cases": cases},
                      ensure_ascii=False, indent=0)
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    unknown = [sum(line.split().count("1") for line in case["ids"]) for case in cases]
    print(path, len(vocabulary), "pieces", unknown, "unknown of", [sum(len(l.split()) for l in c["ids"]) for c in cases])


main()
