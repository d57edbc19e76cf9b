"""Small transformer encoders, trained on CPUs.

Classifier   an estimator of scikit-learn's kind, on texts and numeric sequences
Model        a trained model: answers, probabilities, attention weights
train        a run by a config file, as `orochi train`
report       a run as one page, shown in a notebook
run          the whole command line
"""
from orochi._core import Error, UsageError, __version__
from orochi._model import Attention, Model
from orochi._report import Report, report
from orochi._training import run, train

__all__ = ["Attention", "Classifier", "Error", "Model", "Report", "UsageError", "report", "run", "train"]


def __getattr__(name):
    if name != "Classifier":
        raise AttributeError(f"module 'orochi' has no attribute {name!r}")
    # Not before it is asked for: a model answers without scikit-learn.
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise ImportError("orochi.Classifier needs scikit-learn: pip install 'orochi[sklearn]'") from error
    from orochi._classifier import Classifier

    return Classifier
