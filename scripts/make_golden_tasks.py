#!/usr/bin/env python3
"""Makes tests/fixtures/tasks.json: losses and gradients of each task by PyTorch, metrics by scikit-learn and SciPy.

    python3 scripts/make_golden_tasks.py [FILE]

Needs torch, numpy, scikit-learn and scipy, which building and testing do not.
"""

import json
import sys

import numpy as np
import torch
from scipy.stats import spearmanr
from sklearn import metrics as sk
from torch.nn import functional as F

random = np.random.default_rng(7)


def graded(outputs, loss_of):
    """Loss and its gradient by the outputs."""
    leaf = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    loss = loss_of(leaf)
    loss.backward()
    return {"loss": loss.item(), "gradient": leaf.grad.numpy().ravel().tolist()}


def case(task, options, targets, outputs, loss_of, metrics, offsets=None):
    return {"task": task, "options": options, "targets": targets, "outputs": outputs.ravel().tolist(),
            "columns": outputs.shape[1], "offsets": offsets, **graded(outputs, loss_of), "metrics": metrics}


def classification(options):
    labels = ["a", "b", "c"]
    ids = np.array([0, 1, 2, 1, 1, 0, 2, 2, 1])
    outputs = random.normal(size=(len(ids), 3)) * 2
    weights = torch.tensor(options["class_weights"], dtype=torch.float64) if "class_weights" in options else None
    loss = lambda z: F.cross_entropy(z, torch.tensor(ids), weight=weights, label_smoothing=options.get("label_smoothing", 0))
    found = outputs.argmax(1)
    figures = {"accuracy": sk.accuracy_score(ids, found), "macro_f1": sk.f1_score(ids, found, average="macro"),
               "weighted_f1": sk.f1_score(ids, found, average="weighted"), "mcc": sk.matthews_corrcoef(ids, found)}
    return case("classification", options, [labels[i] for i in ids], outputs, loss, figures)


def multi_label(options):
    labels = ["x", "y", "z"]
    truth = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0]])
    outputs = random.normal(size=truth.shape) * 2
    weights = torch.tensor(options["positive_weights"], dtype=torch.float64) if "positive_weights" in options else None
    loss = lambda z: F.binary_cross_entropy_with_logits(z, torch.tensor(truth, dtype=torch.float64), pos_weight=weights)
    found = outputs >= 0
    figures = {"micro_f1": sk.f1_score(truth, found, average="micro"), "macro_f1": sk.f1_score(truth, found, average="macro"),
               "accuracy": sk.accuracy_score(truth, found), "macro_auroc": sk.roc_auc_score(truth, outputs, average="macro")}
    separator = {"comma": ",", "semicolon": ";"}[options.get("separator", "comma")]
    texts = [separator.join(l for l, t in zip(labels, row) if t) for row in truth]
    return case("multi_label", options, texts, outputs, loss, figures)


def regression(options, width):
    truth = np.round(random.normal(size=(11, width)) * 3 + 5, 2)
    truth[3] = truth[7]  # a tie, for ranks
    outputs = random.normal(size=truth.shape)
    mean, std = truth.mean(0), truth.std(0)
    scaled = torch.tensor((truth - mean) / std)
    huber = options.get("loss") == "huber"
    loss = lambda z: F.huber_loss(z, scaled, delta=options["delta"]) if huber else F.mse_loss(z, scaled)
    found = outputs * std + mean
    figures = {"r2": sk.r2_score(truth, found), "mae": sk.mean_absolute_error(truth, found),
               "rmse": np.mean(np.sqrt(np.mean((truth - found) ** 2, 0))),
               "spearman": np.mean([spearmanr(truth[:, k], found[:, k])[0] for k in range(width)])}
    return case("regression", options, [",".join(repr(float(t)) for t in row) for row in truth], outputs, loss, figures)


def spans(tags):
    """As seqeval: a span ends where the next tag does not go on with it."""
    found, start, kind = set(), None, None
    for i, tag in enumerate(tags + ["O"]):
        prefix, _, name = tag.partition("-")
        if start is not None and (prefix != "I" or name != kind):
            found.add((kind, start, i))
            start = None
        if prefix != "O" and start is None:
            start, kind = i, name
    return found


def token_labels(options):
    tags = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]  # as sorted
    truth = [[1, 3, 4, 0], [4, 4], [2, 2, 4, 1, 3, 3, 0], [3]]
    ids = np.concatenate(truth)
    outputs = random.normal(size=(len(ids), 5)) + 2.5 * np.eye(5)[ids] * (random.random(len(ids)) < 0.7)[:, None]
    loss = lambda z: F.cross_entropy(z, torch.tensor(ids), label_smoothing=options.get("label_smoothing", 0))
    found = outputs.argmax(1)
    offsets = np.cumsum([0] + [len(t) for t in truth]).tolist()
    hits = ours = theirs = 0
    for a, b in zip(offsets, offsets[1:]):
        wanted, seen = spans([tags[i] for i in ids[a:b]]), spans([tags[i] for i in found[a:b]])
        hits, ours, theirs = hits + len(wanted & seen), ours + len(seen), theirs + len(wanted)
    figures = {"accuracy": sk.accuracy_score(ids, found), "entity_f1": 2 * hits / (ours + theirs),
               "macro_f1": sk.f1_score(ids, found, average="macro")}
    return case("token_labels", options, [" ".join(tags[i] for i in t) for t in truth], outputs, loss, figures, offsets)


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/tasks.json"
    cases = [classification({}), classification({"label_smoothing": 0.2, "class_weights": [0.5, 2.0, 1.25]}),
             multi_label({}), multi_label({"positive_weights": [2.0, 0.5, 1.5], "separator": "semicolon"}),
             regression({}, 1), regression({}, 3), regression({"loss": "huber", "delta": 0.7}, 2),
             token_labels({}), token_labels({"label_smoothing": 0.1})]
    with open(path, "w") as file:
        json.dump({"cases": cases}, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
