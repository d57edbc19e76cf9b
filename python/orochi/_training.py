"""Training by a config, and the whole command line."""
import json
import os
import threading

from orochi import _core
from orochi._progress import Progress

# One run at a time in a process, as each uses all cores, and the reader of numbers makes a child of the process, which
# must not happen while another run is in libhdf5.
_turn = threading.Lock()


def train(config, overrides=(), run=None, resume=False, threads=0, verbose=1):
    """Trains as `orochi train CONFIG KEY=VALUE ... --run RUN` does; returns what came of it, as a dict.

    overrides: a dict {"train.epochs": 3}, or texts "train.epochs=3". run: a folder; None: runs/<config name>. threads: 0 is
    all. Raises UsageError for an error in the config or the data, Error where training fails. Ctrl-C raises KeyboardInterrupt;
    the run then goes on with resume=True.

    The dict has run, model (the path of the checkpoint), finished, steps, seconds, monitor, best_metric (None without
    validation data), best_epoch, test (figures of data.test), history (a dict an epoch) and notes.
    """
    progress = Progress(verbose)
    result = _train(os.fspath(config), overrides_of(overrides), run, resume, threads, progress)
    return {**result, "history": progress.history, "notes": progress.notes}


def _train(config, overrides, run, resume, threads, progress):
    with _turn:
        return _core.train(config, overrides, os.fspath(run or ""), resume, threads, progress)


def run(arguments):
    """`orochi ARGUMENTS`: prints where the program prints, returns its exit code."""
    return _core.run([os.fspath(argument) for argument in arguments])


def overrides_of(settings):
    """KEY=VALUE texts of a dict, or of such texts."""
    if isinstance(settings, str):
        raise _core.UsageError(f"one text, {settings!r}; expected a dict of keys and values, or a list of texts KEY=VALUE")
    if hasattr(settings, "items"):
        return [f"{key}={toml(value)}" for key, value in settings.items()]
    return [str(setting) for setting in settings]


def toml(value):
    """A value as TOML writes it."""
    if hasattr(value, "item") and not isinstance(value, (list, tuple)):  # numpy's numbers
        value = value.item()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    return json.dumps(value, ensure_ascii=False)
