#!/usr/bin/env python3
"""scikit-learn's metrics on random labels, for tests/inference/test_metrics.cpp (tests/fixtures/metrics.json).

Needs scikit-learn and numpy; the committed fixture was written by it, so tests need neither.
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, matthews_corrcoef, precision_recall_fscore_support


def case(rng, classes, count, skill):
    labels = rng.choice(classes, count, p=rng.dirichlet(np.ones(classes)))
    predictions = np.where(rng.random(count) < skill, labels, rng.integers(0, classes, count))
    every = range(classes)
    occurring = sorted(set(labels) | set(predictions))
    scores = precision_recall_fscore_support(labels, predictions, labels=every, zero_division=0)
    mean = lambda average: precision_recall_fscore_support(labels, predictions, labels=occurring, average=average,
                                                           zero_division=0)[2]
    return dict(num_classes=classes, labels=labels.tolist(), predictions=predictions.tolist(),
                accuracy=accuracy_score(labels, predictions), macro_f1=mean("macro"), weighted_f1=mean("weighted"),
                mcc=matthews_corrcoef(labels, predictions),
                precision=scores[0].tolist(), recall=scores[1].tolist(), f1=scores[2].tolist(),
                support=scores[3].tolist(), confusion=confusion_matrix(labels, predictions, labels=every).tolist())


def main():
    rng = np.random.default_rng(11)
    cases = [case(rng, k, n, s) for k, n, s in [(2, 50, 0.8), (3, 200, 0.5), (7, 40, 0.3), (25, 300, 0.6), (5, 1, 1.0)]]
    path = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "metrics.json"
    path.write_text(json.dumps(dict(scikit_learn=sklearn.__version__, cases=cases)) + "\n")


if __name__ == "__main__":
    main()
