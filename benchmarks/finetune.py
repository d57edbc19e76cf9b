#!/usr/bin/env python3
"""Fine-tuned, from scratch and a linear SVM on the text sets of configs/finetune: test accuracy over seeds.

usage: benchmarks/finetune.py run [SET ...] [--seeds 1,2,3,4,5] [--what finetuned,scratch,svm]     writes finetune.tsv
       benchmarks/finetune.py table                                                    prints the table from finetune.tsv

fine-tuned  configs/finetune/SET.toml, from encoders/minilm.h5 (scripts/get_minilm)
scratch     the same data, with model and training of configs/wordnet.toml: word tokens, two layers of 96 columns; 20 epochs on
            the smaller sets
svm         TF-IDF of words and pairs, linear SVM, settings by five-fold cross-validation on the training file (for WordNet those of
            benchmarks/baselines.py)

Every encoder holds a part of the training file out (WordNet: its own file), chooses its checkpoint there and reads the test file once.
Intervals are of the mean over seeds, 95 % by Student's t. Needs build/orochi and the data; scikit-learn for svm.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, T95, orochi, read_rows, write_rows  # noqa: E402

FILE = ROOT / "benchmarks/finetune.tsv"
SETS = ["wordnet", "food-reviews", "fortunes", "foldoc"]


def settings(name, what):
    """The config and what differs from it."""
    if what == "finetuned":
        return f"configs/finetune/{name}.toml", []
    if name == "wordnet":
        return "configs/wordnet.toml", []
    folder = f"../datasets/{name}/generated"
    return "configs/wordnet.toml", [f"data.train={folder}/train.tsv", "data.validation=", f"data.test={folder}/test.tsv",
                                    "data.max_length=128", "train.monitor=accuracy", "train.epochs=20", "train.patience=0",
                                    "train.warmup_steps=50"]


def train(name, what, seed):
    folder = ROOT / "runs" / "finetune" / f"{name}-{what}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    config, changes = settings(name, what)
    start = time.monotonic()
    orochi("train", config, *changes, f"train.seed={seed}", "--run", folder)
    seconds = time.monotonic() - start
    test = json.loads(orochi("evaluate", folder / "best.h5", "--json"))
    return dict(accuracy=test["accuracy"], macro_f1=test["macro_f1"], seconds=round(seconds, 1))


def svm(name):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import accuracy_score, f1_score
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    rows = {side: [line.rstrip("\n").split("\t", 1) for line in (ROOT / f"datasets/{name}/generated/{side}.tsv").open(encoding="utf-8")]
            for side in ("train", "test")}
    (y, train_texts), (z, test_texts) = (list(zip(*rows[side])) for side in ("train", "test"))
    start = time.monotonic()
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b"), LinearSVC(dual=True, random_state=0))
    grid = GridSearchCV(model, {"tfidfvectorizer__ngram_range": [(1, 1), (1, 2)], "linearsvc__C": [0.1, 0.3, 1.0, 3.0]}, cv=5)
    predicted = grid.fit(train_texts, y).predict(test_texts)
    return dict(accuracy=accuracy_score(z, predicted), macro_f1=f1_score(z, predicted, average="macro"),
                seconds=round(time.monotonic() - start, 1))


def baseline():
    """WordNet's SVM is in baselines.tsv already."""
    row = next(row for row in read_rows(FILE.with_name("baselines.tsv")) if row["data"] == "wordnet")
    return dict(accuracy=row["accuracy"], macro_f1=row["macro_f1"], seconds=0)


def run(options):
    for name in options.sets or SETS:
        for what in options.what.split(","):
            for seed in [0] if what == "svm" else map(int, options.seeds.split(",")):
                result = train(name, what, seed) if what != "svm" else baseline() if name == "wordnet" else svm(name)
                row = dict(set=name, what=what, seed=seed, **result)
                key = (name, what, str(seed))
                rows = [old for old in read_rows(FILE) if (old["set"], old["what"], old["seed"]) != key] + [row]
                write_rows(FILE, sorted(rows, key=lambda row: (SETS.index(row["set"]), row["what"], int(row["seed"]))))
                print(*row.values(), sep="\t", flush=True)


def figure(rows, key):
    values = [100 * float(row[key]) for row in rows]
    if len(values) < 2:
        return f"{values[0]:.2f}" if values else ""
    return f"{statistics.mean(values):.2f} ± {T95[len(values)] * statistics.stdev(values) / len(values) ** 0.5:.2f}"


def table():
    rows = read_rows(FILE)
    print("| data set | | seeds | test accuracy, % | macro-F1, % | seconds a run (median) |\n|---|---|---|---|---|---|")
    for name in SETS:
        for what in ("finetuned", "scratch", "svm"):
            mine = [row for row in rows if row["set"] == name and row["what"] == what]
            if mine:
                seconds = statistics.median(float(row["seconds"]) for row in mine)
                print(f"| {name} | {what} | {len(mine)} | {figure(mine, 'accuracy')} | {figure(mine, 'macro_f1')} | "
                      f"{f'{seconds:.0f}' if seconds else ''} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "table"])
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--what", default="finetuned,scratch,svm")
    options = parser.parse_args()
    if not set(options.sets) <= set(SETS):
        parser.error(f"the sets are {', '.join(SETS)}")
    run(options) if options.verb == "run" else table()


main()
