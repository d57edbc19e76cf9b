#!/usr/bin/env python3
"""Classic classifiers on the data sets of configs/, for docs/results.md: accuracy and macro-F1 on the test file.

usage: benchmarks/baselines.py [splice] [wordnet] [fashion-mnist] [digits]      (all where none is named)

The encoder's protocol: settings are chosen without the test file, which is read once, at the end. WordNet's are chosen on
its validation file and fitted to the training file; splice's and digits' by five-fold cross-validation on the training
file and fitted to all of it. Fashion-MNIST's MLP has scikit-learn's settings (batches of 256) and holds a tenth of the training file out to
know when to stop. Seed 0.

Needs NumPy and scikit-learn, Fashion-MNIST also h5py, and the data that scripts/make_wordnet and
scripts/make_fashion_mnist make. Takes some minutes.
"""

import pathlib
import sys
import time

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC, LinearSVC

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, read_rows, write_rows  # noqa: E402

DATASETS = ROOT / "datasets"


def read_tsv(path):
    """texts [B], labels [B]"""
    rows = [line.rstrip("\n").split("\t", 1) for line in path.open(encoding="utf-8")]
    return [text for _, text in rows], np.array([label for label, _ in rows])


def read_ts(path):
    """values [B, channels * steps], labels [B]"""
    lines = [line.strip() for line in path.open(encoding="ascii") if line[0] not in "#@"]
    cases = [line.rsplit(":", 1) for line in lines]
    values = [[float(v) for channel in case.split(":") for v in channel.split(",")] for case, _ in cases]
    return np.array(values), np.array([label for _, label in cases])


def read_hdf5(path):
    """values [B, steps * channels] in 0..1, labels [B]; sequences of one length"""
    import h5py  # only this data set needs it

    with h5py.File(path, "r") as file:
        labels = file["labels"][:]
        return file["values"][:].reshape(len(labels), -1).astype(np.float32) / 255, labels


def splice():
    """60 positions x 4 letters."""
    (train, y), (test, z) = (read_tsv(DATASETS / "splice" / name) for name in ("train.tsv", "test.tsv"))
    letters, test_letters = (np.array([list(text) for text in texts]) for texts in (train, test))  # [B, 60]
    model = make_pipeline(OneHotEncoder(), LinearSVC(dual=True, random_state=0, max_iter=20000))
    settings = {"linearsvc__C": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]}
    return "linear SVM, position one-hots", model, settings, 5, (letters, y), (test_letters, z)


def wordnet():
    folder = DATASETS / "wordnet/generated"
    (train, y), (held, w), (test, z) = (read_tsv(folder / f"{side}.tsv") for side in ("train", "validation", "test"))
    sides = PredefinedSplit([-1] * len(train) + [0] * len(held))
    words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
    model = make_pipeline(words, LinearSVC(dual=True, random_state=0))
    settings = {"tfidfvectorizer__ngram_range": [(1, 1), (1, 2)], "linearsvc__C": [0.3, 1.0, 3.0]}
    name = "linear SVM, TF-IDF of words and pairs"
    return name, model, settings, sides, (train + held, np.concatenate([y, w])), (test, z)


def fashion_mnist():
    (train, y), (test, z) = (read_hdf5(DATASETS / f"fashion-mnist/generated/{side}.h5") for side in ("train", "test"))
    model = MLPClassifier((128,), batch_size=256, early_stopping=True, n_iter_no_change=5, random_state=0)
    return "MLP 784-128-10", model, {}, None, (train, y), (test, z)


def digits():
    (train, y), (test, z) = (read_ts(DATASETS / "digits" / name) for name in ("train.ts", "test.ts"))
    settings = {"C": [1.0, 10.0, 100.0], "gamma": [2e-4, 5e-4, 1e-3, 2e-3]}
    return "RBF SVM", SVC(), settings, 5, (train, y), (test, z)


def report(dataset):
    """Chooses, fits, and prints one row."""
    start = time.perf_counter()
    name, model, settings, folds, (train, y), (test, z) = dataset()
    chosen = GridSearchCV(model, settings, cv=folds, refit=False).fit(train, y).best_params_ if settings else {}
    model.set_params(**chosen)
    if isinstance(folds, PredefinedSplit):  # its validation rows stay out of the fit, as for the encoder
        kept = [i for i, fold in enumerate(folds.test_fold) if fold < 0]
        train, y = [train[i] for i in kept], y[kept]
    predicted = model.fit(train, y).predict(test)
    settings = ", ".join(f"{key.rsplit('__', 1)[-1]}={value}" for key, value in chosen.items())
    row = dict(data=dataset.__name__.replace("_", "-"), classifier=name, accuracy=accuracy_score(z, predicted),
               macro_f1=f1_score(z, predicted, average="macro"), settings=settings)
    print(f"{row['data']:14} {name:38} {100 * row['accuracy']:8.2f} {100 * row['macro_f1']:8.2f} "
          f"{time.perf_counter() - start:8.1f}  {settings}", flush=True)
    return row


def save(rows):
    """benchmarks/baselines.tsv, which benchmarks/results.py puts beside our own figures."""
    path = ROOT / "benchmarks/baselines.tsv"
    kept = [row for row in read_rows(path) if row["data"] not in {new["data"] for new in rows}]
    write_rows(path, sorted(kept + rows, key=lambda row: row["data"]))


def main():
    datasets = {"splice": splice, "wordnet": wordnet, "fashion-mnist": fashion_mnist, "digits": digits}
    names = sys.argv[1:] or list(datasets)
    if not set(names) <= set(datasets):
        sys.exit(__doc__)
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}")
    print(f"{'data set':14} {'classifier':38} {'accuracy':>8} {'macro-F1':>8} {'seconds':>8}  chosen on validation data")
    save([report(datasets[name]) for name in names])


if __name__ == "__main__":
    main()
