#!/usr/bin/env python3
"""Writes tests/fixtures/tokenizer_json.json.gz: two small models and the ids that Hugging Face tokenizers give by them.

usage: scripts/make_golden_tokenizer_json.py [FILE]      (needs `pip install tokenizers`)

The texts are the lines of tests/fixtures/wordpiece.json.gz (made up, in 30 scripts; make_golden_wordpiece.py), and some more with
contractions, blanks in a row and numbers. Byte-level byte-pair encoding and a unigram model are trained on them; each case is a
model with other rules around it. What stands in a text for a special token is text.
"""
import gzip
import json
import sys

import tokenizers
from tokenizers import Regex, models, normalizers, pre_tokenizers, trainers

MORE = ["don't we'll I'm he'd you've they're it's 'tis can'T O'SHEA's", "  two  blanks   in a row  ", "a\n\nb \n c\t\td \r\n e",
        "x1y22z 333 4.5e-6 ½²Ⅷ ٣٤", "!?... 'quoted' \"twice\" — it's's", "\u3000wide\u3000 \u00a0no-break\u00a0", "</s> <s> <unk> [SEP]",
        "e\u0301 é ﬁ ﬀ Å Å ㎏ ① ｶﾞ", "a", " ", "  ", "\t", "İstanbul ΑΣ", "\x01\x7f\x8f\x9fend\ufeff\u200b\ufffd", "▁▁low ▁line", "🐉🐉 👩‍👩‍👧",
        "日本語 テスト です。", "abc" * 60]


def sequence(*steps):
    return normalizers.Sequence(list(steps))


def as_json(part):
    """A normalizer or a pre-tokenizer as tokenizer.json has it."""
    return None if part is None else json.loads(part.__getstate__())


def train(model, trainer, lines, **parts):
    tokenizer = tokenizers.Tokenizer(model)
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.train_from_iterator(lines, trainer)
    return json.loads(tokenizer.to_str())["model"]


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/tokenizer_json.json.gz"
    with gzip.open("tests/fixtures/wordpiece.json.gz") as file:
        lines = json.load(file)["lines"] + MORE
    byte_level, metaspace = pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.Metaspace()
    bpe = train(models.BPE(), trainers.BpeTrainer(vocab_size=1500, initial_alphabet=byte_level.alphabet(), max_token_length=40,
                                                  show_progress=False),
                lines, pre_tokenizer=byte_level)
    unigram = train(models.Unigram(), trainers.UnigramTrainer(vocab_size=2500, unk_token="<unk>", special_tokens=["<unk>", "</s>"],
                                                               show_progress=False),
                    lines, normalizer=normalizers.NFKC(), pre_tokenizer=metaspace)
    unigram["vocab"] = [[piece, round(score, 6)] for piece, score in unigram["vocab"]]
    # Another one without some bytes: what they spell is unknown.
    missing = set("eĠÎ¨")
    kept = [piece for piece in sorted(bpe["vocab"], key=bpe["vocab"].get) if not missing & set(piece)]
    gaps = {**bpe, "unk_token": "<unk>", "vocab": {piece: number for number, piece in enumerate(["<unk>"] + kept)},
            "merges": [pair for pair in bpe["merges"] if not missing & set("".join(pair))]}
    spelled = {**unigram, "byte_fallback": True,
               "vocab": unigram["vocab"][:1500] + [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]}
    all_models = {"bpe": bpe, "gaps": gaps, "unigram": unigram, "spelled": spelled}
    cases = [("bpe", {}, None, byte_level, 1), ("bpe", {}, None, pre_tokenizers.ByteLevel(add_prefix_space=True), 4),
             ("bpe", {}, normalizers.NFC(), byte_level, 4), ("bpe", {}, None, pre_tokenizers.ByteLevel(False, use_regex=False), 4),
             ("gaps", {}, None, byte_level, 4), ("gaps", {"fuse_unk": True}, None, byte_level, 4),
             ("gaps", {"unk_token": None}, None, byte_level, 4),
             ("unigram", {}, None, metaspace, 1),
             ("unigram", {}, sequence(normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")), metaspace, 1),
             ("unigram", {}, sequence(normalizers.NFKD(), normalizers.Lowercase(), normalizers.Replace("``", '"')),
              pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace]), 4),
             ("unigram", {}, normalizers.NFD(), pre_tokenizers.Metaspace(prepend_scheme="never"), 4),
             ("spelled", {}, None, metaspace, 4)]
    result = []
    for name, flags, normalizer, pre_tokenizer, every in cases:
        file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": as_json(normalizer),
                "pre_tokenizer": as_json(pre_tokenizer), "post_processor": None, "decoder": None, "model": {**all_models[name], **flags}}
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(file))
        ids = [" ".join(map(str, tokenizer.encode(line, add_special_tokens=False).ids)) for line in lines[::every]]
        result.append({"model": name, "flags": flags, "normalizer": file["normalizer"], "pre_tokenizer": file["pre_tokenizer"],
                       "every": every, "ids": ids})
    text = json.dumps({"tokenizers": tokenizers.__version__, "more": MORE, "models": all_models, "cases": result},
                      ensure_ascii=False, indent=0)
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(path, {name: len(model["vocab"]) for name, model in all_models.items()})


main()
