#!/usr/bin/env python3
"""Golden values from scikit-learn: TF-IDF of words and characters, for tests/baseline/test_tf_idf.cpp.

Needs scikit-learn; the committed fixture (tests/fixtures/tf_idf.json) was written by it, so building and testing the
project needs none of it.
"""

import json
import pathlib

from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = ["a b a short word", "a b, too", "The cat sat on the mat.", "A cat, a CAT and a dog!", "Der  Hund läuft: Ärger, 2 Hunde",
         "the dog_1 sat", "x"]
ASKED = ["The the the cat in the hat", "Ärger  läuft", "ein Hund sat on x", "...", "dog_1"]
SETTINGS = {
    "words": {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
    "characters": {"analyzer": "char_wb", "ngram_range": (1, 5), "min_df": 2},
}


def main():
    fixture = {"texts": TEXTS, "asked": ASKED}
    for name, settings in SETTINGS.items():
        vectorizer = TfidfVectorizer(sublinear_tf=True, smooth_idf=True, norm="l2", **settings).fit(TEXTS)
        rows = vectorizer.transform(ASKED)
        grams = vectorizer.get_feature_names_out()
        fixture[name] = {"width": len(grams), "rows": [{grams[j]: row[0, j] for j in row.indices} for row in rows]}
    path = pathlib.Path(__file__).resolve().parent.parent / "tests/fixtures/tf_idf.json"
    path.write_text(json.dumps(fixture, indent=1, ensure_ascii=True) + "\n", encoding="ascii")


main()
