"""A trained model."""
import os
import tempfile
from typing import NamedTuple

import numpy as np

from orochi import _core
from orochi._inputs import as_inputs


class Attention(NamedTuple):
    """What every head did with one sequence of T rows."""

    tokens: list  # [T]: what is at each row; of numbers its position, from 1
    weights: object  # array [layers, heads, T, T], query by key; where layers differ, a list of arrays [heads, T, T]


class Model:
    """What a checkpoint holds. Any number of threads may ask one at once; Python's lock is free meanwhile."""

    def __init__(self, core):
        self._core = core

    @classmethod
    def load(cls, path):
        """Reads what `orochi train`, `train` or `save` wrote. Raises UsageError for what is no checkpoint."""
        return cls(_core.Model.load(os.fspath(path)))

    def save(self, path):
        """Writes a checkpoint, whole or not at all: `orochi evaluate`, `predict`, `attend` take it."""
        self._core.save(os.fspath(path))

    @property
    def labels(self):
        """Of what predict_proba's columns are."""
        return list(self._core.score_names)

    @property
    def task(self):
        """The config's task.type."""
        return self._core.task

    @property
    def takes_texts(self):
        """Whether sequences are texts, not numbers."""
        return self._core.channels == 0

    @property
    def num_parameters(self):
        return self._core.num_parameters

    def predict(self, X, threads=0):
        """An answer a sequence. X: texts; numbers [n, T], [n, T, channels] or arrays [T, channels]. threads: 0 is all.

        Returns an array [n] of labels, [n] or [n, W] of numbers; a list of lists where a sequence has several labels, one
        a row or any number.
        """
        labels, values, _ = self._ask(X, threads)
        if self._core.predicts_numbers:
            return values[:, 0] if values.shape[1] == 1 else values
        if self._core.labels_rows or self._core.answers_list:
            return labels
        return np.array([label[0] for label in labels], dtype=object if not labels else None)

    def predict_proba(self, X, threads=0):
        """Probabilities [n, K] of `labels`, float64; where each row has a label, a list of arrays [T, K]."""
        labels, _, scores = self._ask(X, threads)
        if not self.labels:
            raise _core.UsageError(f"a model of the task {self.task!r} predicts numbers, which have no probabilities")
        if not self._core.labels_rows:
            return scores
        return np.split(scores, np.cumsum([len(label) for label in labels])[:-1])

    def attention(self, sequence):
        """The attention weights of all heads on one text, or on one array [T] or [T, channels] of numbers."""
        inputs = as_inputs([sequence])
        tokens, weights = self._core.attention(inputs)
        same = all(layer.shape == weights[0].shape for layer in weights)
        return Attention(tokens, np.stack(weights) if same else weights)

    def _ask(self, X, threads):
        return self._core.predict(as_inputs(X), threads)

    def __getstate__(self):
        with tempfile.TemporaryDirectory(prefix="orochi-") as folder:
            path = os.path.join(folder, "model.h5")
            self.save(path)
            with open(path, "rb") as file:
                return {"checkpoint": file.read()}

    def __setstate__(self, state):
        with tempfile.TemporaryDirectory(prefix="orochi-") as folder:
            path = os.path.join(folder, "model.h5")
            with open(path, "wb") as file:
                file.write(state["checkpoint"])
            self._core = _core.Model.load(path)

    def __repr__(self):
        return f"<orochi.Model: {self.task}, {self.num_parameters:,} parameters>"
