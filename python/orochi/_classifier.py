"""An estimator of scikit-learn's kind."""
import json
import os
import tempfile

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from orochi import _core
from orochi._inputs import as_inputs, count, is_sequences, is_texts, take
from orochi._model import Model
from orochi._progress import Progress
from orochi._report import report
from orochi._training import _train, overrides_of, toml


class Classifier(ClassifierMixin, BaseEstimator):
    """A transformer encoder that gives each sequence one label.

    X is a list of texts; or numbers: an array [n, T], n sequences of T rows with one channel each; an array
    [n, T, channels]; or a list of arrays [T, channels] of any lengths. y is [n], of integers, texts or booleans.

    Parameters have the names and defaults of the config's keys (docs/config.md), but for these:

    max_length : None is 256 tokens for texts; for numbers the longest training sequence. Longer ones are cut.
    random_state : train.seed; None draws one from numpy's global state.
    threads : 0 is all that the process may use. Results are the same bits on any number.
    verbose : 1 prints a line an epoch and, on a terminal or in a notebook, a bar.
    config : any other keys, {"train.ema_decay": 0.99}, or a list of texts "train.ema_decay=0.99".

    After fit: classes_ [K]; n_features_in_ (of an array [n, T]: T); model_ (an orochi.Model); history_, a dict an epoch;
    notes_, what training noted. Of the training data validation_fraction is held out: the epoch that is best on it is kept.
    """

    def __init__(
        self,
        d_model=64,
        num_layers=2,
        num_heads=4,
        dim_feedforward=0,
        dropout=0.1,
        attention_dropout=0.1,
        positions="learned",
        pooling="mean",
        tokenizer="word",
        max_length=None,
        epochs=10,
        batch_size=32,
        learning_rate=1e-3,
        warmup_ratio=0.0,
        class_weights=(),
        validation_fraction=0.1,
        patience=0,
        random_state=None,
        threads=0,
        verbose=0,
        config=None,
    ):
        self.d_model = d_model
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.dim_feedforward = dim_feedforward
        self.dropout = dropout
        self.attention_dropout = attention_dropout
        self.positions = positions
        self.pooling = pooling
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.warmup_ratio = warmup_ratio
        self.class_weights = class_weights
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.threads = threads
        self.verbose = verbose
        self.config = config

    def fit(self, X, y, sample_weight=None):
        """Trains. sample_weight [n]: what each sequence counts in the loss; those of 0 are left out. Ctrl-C raises KeyboardInterrupt."""
        inputs = self._inputs(X, fits=True)
        y = _check_labels(y, count(inputs))
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, y)
            inputs, y, weights = take(inputs, weights != 0), y[weights != 0], weights[weights != 0]
        labels = self._learn_classes(y)
        folder = tempfile.TemporaryDirectory(prefix="orochi-")
        config, run = os.path.join(folder.name, "fit.toml"), os.path.join(folder.name, "run")
        data = _write_data(folder.name, inputs, labels, weights)
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[data]\nformat = {toml(data['format'])}\ntrain = {toml(data['path'])}\n")
        progress = Progress(self.verbose)
        result = _train(config, self._overrides(inputs), run, False, self.threads, progress)
        self.model_ = Model.load(result["model"])
        self._columns = [self.model_.labels.index(name) for name in self._names]
        self.history_, self.notes_ = progress.history, progress.notes
        self._run = _Run(folder, run)
        return self

    def predict(self, X):
        """Labels [n], of y's type."""
        scores = self.predict_proba(X)
        return self.classes_[np.argmax(scores, axis=1)]

    def predict_proba(self, X):
        """Probabilities [n, K], columns as classes_."""
        check_is_fitted(self)
        scores = self.model_._core.predict(self._inputs(X), self.threads)[2]
        return scores[:, self._columns]

    def attention(self, sequence):
        """The attention weights of one sequence: Model.attention."""
        check_is_fitted(self)
        return self.model_.attention(sequence)

    def save(self, path):
        """Writes the checkpoint, for Model.load and for `orochi evaluate`, `predict`, `attend`."""
        check_is_fitted(self)
        self.model_.save(path)

    def report(self, X=None, y=None, sequences=6, ablation=True):
        """The report of the training, to be shown in a notebook; on X and y, or else on the validation data.

        Only where fit was called: a copy of the estimator, or one that was pickled, has no training's files.
        """
        check_is_fitted(self)
        if self._run is None or self._run.folder is None:
            raise _core.UsageError("there are no files of the training here, as this estimator is a copy; fit it again")
        if X is None:
            return report(self._run.path, sequences=sequences, ablation=ablation)
        inputs = self._inputs(X)
        position = {label: i for i, label in enumerate(self.classes_)}
        labels = [self._names[position[label]] for label in column_or_1d(y)]
        with tempfile.TemporaryDirectory(prefix="orochi-") as folder:
            data = _write_data(folder, inputs, labels, None)
            return report(self._run.path, data["path"], sequences, ablation)

    def _overrides(self, inputs):
        longest = 256 if is_texts(inputs) else int(np.diff(inputs[1]).max())
        settings = {
            "task.class_weights": self.class_weights if isinstance(self.class_weights, str) else list(self.class_weights),
            "data.max_length": longest if self.max_length is None else self.max_length,
            "data.validation_fraction": self.validation_fraction,
            "train.seed": int(check_random_state(self.random_state).randint(2**31 - 1))
            if not isinstance(self.random_state, (int, np.integer))
            else self.random_state,
        }
        if is_texts(inputs):
            settings["data.tokenizer"] = self.tokenizer
        for name in ("d_model", "num_layers", "num_heads", "dim_feedforward", "dropout", "attention_dropout", "positions", "pooling"):
            settings[f"model.{name}"] = getattr(self, name)
        for name in ("epochs", "batch_size", "learning_rate", "warmup_ratio", "patience"):
            settings[f"train.{name}"] = getattr(self, name)
        return overrides_of(settings) + overrides_of(self.config or {})

    def _learn_classes(self, y):
        """The name of each sequence's label; numbers of the classes where their own names would be none to a reader."""
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise _core.UsageError(f"y has one class, {self.classes_.tolist()}; expected two or more")
        self._names = _names(self.classes_)
        return [self._names[number] for number in numbers]

    def _inputs(self, X, fits=False):
        if is_sequences(X):
            inputs = as_inputs(X)
            if fits:  # what an earlier fit of a table left
                for name in ("n_features_in_", "feature_names_in_"):
                    self.__dict__.pop(name, None)
        else:
            finite = "allow-nan" if _allows_missing(self.config) else True
            inputs = as_inputs(validate_data(self, X, reset=fits, dtype="numeric", ensure_all_finite=finite))
        kinds = ("numbers", "texts")
        if not fits and is_texts(inputs) != self.model_.takes_texts:
            raise _core.UsageError(
                f"X is {kinds[is_texts(inputs)]}, but the model was trained on {kinds[self.model_.takes_texts]}"
            )
        return inputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = _allows_missing(self.config)
        return tags


class _Run:
    """The temporary folder of a training, gone with the last estimator that has it; copies have none."""

    def __init__(self, folder, path):
        self.folder, self.path = folder, path

    def __reduce__(self):
        return _Run, (None, None)


def _allows_missing(config):
    settings = dict(setting.split("=", 1) for setting in overrides_of(config or {}))
    return settings.get("data.missing", "error").strip('"') != "error"


def _check_labels(y, n):
    if y is None:
        raise _core.UsageError("This Classifier requires y to be passed, but the target y is None.")
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    if len(y) != n:
        raise _core.UsageError(f"Found input variables with inconsistent numbers of samples: {n} sequences, {len(y)} labels")
    return y


def _names(classes):
    """The classes as texts that a data file may have as labels, else their numbers."""
    names = [str(label) for label in classes]
    good = all(name and name == name.strip() and name.isprintable() and len(name.encode()) <= 1000 for name in names)
    return names if good and len(set(names)) == len(names) else [str(i) for i in range(len(names))]


def _write_data(folder, inputs, labels, weights):
    """A data file that the library reads, so that every key of the config goes with it."""
    if not is_texts(inputs):
        path = os.path.join(folder, "data.h5")
        _core.write_numbers(path, *inputs, labels, [] if weights is None else weights)
        return {"path": path, "format": "hdf5"}
    path = os.path.join(folder, "data.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for i, (text, label) in enumerate(zip(inputs, labels)):
            record = {"text": text, "label": label}
            if weights is not None:
                record["weight"] = float(weights[i])
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return {"path": path, "format": "jsonl" if weights is None else {"type": "jsonl", "weight_key": "weight"}}
