"""What people have, as the library takes it: a list of texts, or the pair of values [N, channels] and offsets [B + 1]."""
import numpy as np

from orochi._core import UsageError

expected = (
    "expected a list of texts, an array [sequences, rows] or [sequences, rows, channels] of numbers, or a list of arrays "
    "[rows, channels]"
)


def is_texts(inputs):
    return isinstance(inputs, list)


def count(inputs):
    return len(inputs) if is_texts(inputs) else len(inputs[1]) - 1


def take(inputs, chosen):
    """The sequences for which `chosen` [n] is true."""
    if is_texts(inputs):
        return [text for text, is_chosen in zip(inputs, chosen) if is_chosen]
    values, offsets = inputs
    lengths = np.diff(offsets)
    return values[np.repeat(chosen, lengths)], np.concatenate([[0], np.cumsum(lengths[chosen])])


def is_sequences(X):
    """Whether X is texts, an array of three dimensions or a list of arrays: no table, which scikit-learn could check."""
    if not isinstance(X, (list, tuple)) and not hasattr(X, "ndim"):
        return False
    if getattr(X, "ndim", 1) != 1:
        return X.ndim == 3
    first = next(iter(X), None)
    return isinstance(first, (str, np.ndarray)) or np.ndim(first) == 2


def as_inputs(X):
    """Copies nothing that is an array of the right kind already."""
    if isinstance(X, (str, bytes)):
        raise UsageError(f"one text by itself, {X!r}; {expected}")
    if hasattr(X, "__array__"):
        X = np.asarray(X)
        if X.dtype.kind in "fiub":
            return _of_array(X)
    items = list(X)
    if all(isinstance(item, str) for item in items):
        return [str(item) for item in items]  # without numpy's own kind of str
    return _of_list(items)


def _of_array(X):
    if X.ndim not in (2, 3):
        raise UsageError(f"an array of shape {list(X.shape)}; {expected}; one sequence is X.reshape(1, -1)")
    n, rows = X.shape[:2]
    channels = X.shape[2] if X.ndim == 3 else 1
    values = np.ascontiguousarray(X, dtype=np.float32).reshape(n * rows, channels)
    return values, np.arange(n + 1, dtype=np.int64) * rows


def _of_list(items):
    arrays = [_rows(item, i) for i, item in enumerate(items)]
    for i, array in enumerate(arrays):
        if array.shape[1] != arrays[0].shape[1]:
            raise UsageError(f"sequence {i} has {array.shape[1]} channels, the first one {arrays[0].shape[1]}")
    offsets = np.cumsum([0] + [len(array) for array in arrays], dtype=np.int64)
    return np.concatenate(arrays), offsets


def _rows(item, i):
    """The i-th sequence as [T, channels]."""
    try:
        array = np.asarray(item)
    except ValueError as error:  # rows of several lengths
        raise UsageError(f"sequence {i}: {error}; {expected}") from error
    if array.dtype.kind not in "fiub" or array.ndim not in (1, 2):
        raise UsageError(f"sequence {i} is {type(item).__name__} of {array.dtype}, shape {list(array.shape)}; {expected}")
    return array.astype(np.float32).reshape(len(array), array.shape[1] if array.ndim == 2 else 1)
