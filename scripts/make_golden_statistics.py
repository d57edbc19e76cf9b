#!/usr/bin/env python3
"""Makes tests/fixtures/statistics.json: figures of probabilities by scikit-learn, temperatures, Student's t and
McNemar's test by SciPy, for tests/statistics/.

    python3 scripts/make_golden_statistics.py [FILE]

Needs numpy, SciPy and scikit-learn, which building and testing do not. The calibration error, which scikit-learn does not have,
is written here as in Guo et al. 2017: bins (m / 15, (m + 1) / 15].
"""

import json
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import binomtest, t as student
from sklearn import metrics as sk

random = np.random.default_rng(5)


def calibration_error(confidence, right, bins=15):
    edges, error = np.arange(bins + 1) / bins, 0.0
    for low, high in zip(edges, edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return error


def each(figure, truth, scores):
    """Mean over the columns for which there is such a figure."""
    return float(np.mean([figure(t, s) for t, s in zip(truth.T, scores.T) if 0 < t.sum() < len(t)]))


def classes(k, count, skill, missing=False, ties=False):
    labels = random.integers(0, k - 1 if missing else k, count)
    logits = random.normal(size=(count, k)) * 1.5 + skill * np.eye(k)[labels]
    if ties:
        logits = np.round(logits)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    found, truth = p.argmax(1), np.eye(k)[labels]
    figures = {"auroc": each(sk.roc_auc_score, truth, p), "average_precision": each(sk.average_precision_score, truth, p),
               "kappa": sk.cohen_kappa_score(labels, found), "balanced_accuracy": np.mean(sk.recall_score(
                   labels, found, labels=np.unique(labels), average=None)),
               "brier": float(np.mean(((p - truth) ** 2).sum(1))), "ece": calibration_error(p.max(1), found == labels),
               "confidence": float(p.max(1).mean())}
    if not missing:
        assert abs(figures["brier"] - sk.brier_score_loss(labels, p, labels=range(k), scale_by_half=False)) < 1e-12
    if k > 5:
        figures["top_3_accuracy"] = sk.top_k_accuracy_score(labels, p, k=3, labels=range(k))
    return {"classes": k, "labels": labels.tolist(), "predictions": found.tolist(), "scores": p.ravel().tolist(),
            "figures": figures}


def labels(k, count):
    truth = (random.random((count, k)) < 0.4).astype(int)
    p = 1 / (1 + np.exp(-random.normal(size=(count, k)) - 2 * truth + 1))
    return {"labels": k, "targets": truth.ravel().tolist(), "scores": p.ravel().tolist(),
            "figures": {"average_precision": sk.average_precision_score(truth, p, average="macro"),
                        "brier": float(np.mean((p - truth) ** 2))}}


def temperature(k, count, scale):
    """That of the lowest cross entropy (Guo et al. 2017)."""
    labels = random.integers(0, k, count)
    logits = scale * (random.normal(size=(count, k)) + np.eye(k)[labels])
    loss = lambda b: np.mean(logsumexp(b * logits, axis=1) - b * logits[np.arange(count), labels])
    best = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-12}).x
    return {"classes": k, "labels": labels.tolist(), "logits": logits.ravel().tolist(), "temperature": 1 / best}


def paired(folds, test_to_train):
    """The corrected resampled t interval (Nadeau & Bengio 2003)."""
    differences = random.normal(0.01, 0.02, folds)
    half = student.ppf(0.975, folds - 1) * np.sqrt((1 / folds + test_to_train) * differences.var(ddof=1))
    return {"differences": differences.tolist(), "test_to_train": test_to_train,
            "interval": [differences.mean() - half, differences.mean() + half]}


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/statistics.json"
    cases = [classes(2, 40, 1.0), classes(4, 60, 2.0), classes(7, 50, 1.0, missing=True), classes(6, 40, 1.5, ties=True)]
    with open(path, "w") as file:
        json.dump({"classes": cases, "labels": [labels(3, 30)],
                   "temperatures": [temperature(2, 40, 3.0), temperature(5, 40, 0.4)],
                   "paired": [paired(5, 1 / 4), paired(10, 1 / 9), paired(2, 1.0)],
                   "quantiles": [[q, n, student.ppf(q, n)] for q in (0.6, 0.9, 0.975) for n in (1, 2, 3, 4, 9, 30)],
                   "mcnemar": [[a, b, binomtest(a, a + b).pvalue] for a, b in ((3, 12), (12, 3), (5, 5), (200, 260))]}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
