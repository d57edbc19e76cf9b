import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import orochi
from conftest import SMALL


def test_texts(fitted, texts):
    X, y = texts
    assert list(fitted.classes_) == ["dragon", "none"]
    assert fitted.score(X, y) > 0.98
    assert (fitted.predict(X) == fitted.model_.predict(X)).all()
    assert len(fitted.history_) == SMALL["epochs"] and fitted.notes_


@pytest.mark.parametrize("classes", [[10, 9], [True, False], ["b", "ä"], ["", " x"], [2.0, -1.0]])
def test_labels_come_back_as_they_were(texts, classes):
    X, y = texts
    labels = np.array(classes)[(y == "dragon").astype(int)]
    model = orochi.Classifier(**SMALL).fit(X, labels)
    assert list(model.classes_) == sorted(classes)
    assert model.predict(X).dtype == labels.dtype
    assert model.score(X, labels) > 0.98


def test_series_of_any_length(series):
    X, y = series
    model = orochi.Classifier(**SMALL).fit(X, y)
    assert model.score(X, y) > 0.95
    assert model.model_.attention(X[0]).weights.shape == (1, 2, len(X[0]), len(X[0]))
    with pytest.raises(orochi.UsageError, match="3 channels"):
        model.predict([np.zeros((4, 3))])


def test_an_array_of_three_dimensions_is_a_list_of_its_series(series):
    X, y = series
    X = np.stack([rows[:8] for rows in X])
    model = orochi.Classifier(**{**SMALL, "epochs": 1}).fit(X, y)
    other = orochi.Classifier(**{**SMALL, "epochs": 1}).fit(list(X), y)
    assert (model.predict_proba(X) == other.predict_proba(list(X))).all()


def test_the_same_seed_gives_the_same_bits_on_any_threads(texts):
    X, y = texts
    a, b = (orochi.Classifier(**{**SMALL, "epochs": 1, "threads": threads}).fit(X, y) for threads in (1, 2))
    assert (a.predict_proba(X) == b.predict_proba(X)).all()


def test_grid_search_in_a_pipeline(texts):
    X, y = texts
    pipeline = make_pipeline(
        FunctionTransformer(lambda texts: [text.upper() for text in texts]), orochi.Classifier(**SMALL)
    )
    search = GridSearchCV(pipeline, {"classifier__learning_rate": [1e-6, 1e-2]}, cv=2).fit(X, y)
    assert search.best_params_ == {"classifier__learning_rate": 1e-2}
    assert search.best_score_ > 0.9


def test_cross_validation_of_series(series):
    X, y = series
    assert cross_val_score(orochi.Classifier(**SMALL), X, y, cv=2).min() > 0.9


@pytest.mark.parametrize("least", [0, 1e-9])
def test_weights_hide_wrong_labels(texts, least):
    X, y = texts
    wrong = np.where(y == "dragon", "none", "dragon")
    X2, y2 = X + X, np.concatenate([y, wrong])
    weights = np.repeat([1.0, least], len(y))
    model = orochi.Classifier(**{**SMALL, "validation_fraction": 0.0}).fit(X2, y2, sample_weight=weights)
    assert model.score(X, y) > 0.98
    with pytest.raises(orochi.UsageError, match="weight is -1"):
        model.fit(X, y, sample_weight=np.full(len(y), -1.0))


def test_weight_zero_is_as_if_the_sequence_were_not_there(series):
    X, y = series
    model = orochi.Classifier(**{**SMALL, "epochs": 1})
    weights = (np.arange(len(y)) % 3 > 0).astype(float)
    a = model.fit(X, y, sample_weight=weights).predict_proba(X)
    X2, y2 = [rows for rows, weight in zip(X, weights) if weight], y[weights > 0]
    assert (a == model.fit(X2, y2, sample_weight=np.ones(len(y2))).predict_proba(X)).all()


def test_weights_count_for_numbers_too(series):
    X, y = series
    weights = np.repeat([1.0, 1e-9], len(y))
    model = orochi.Classifier(**{**SMALL, "validation_fraction": 0.0})
    model.fit(X + X, np.concatenate([y, 1 - y]), sample_weight=weights)
    assert model.score(X, y) > 0.95


def test_other_keys_by_config(texts):
    X, y = texts
    model = orochi.Classifier(**SMALL, config={"train.max_steps": 3, "data.tokenizer": {"type": "char"}}).fit(X, y)
    assert model.history_[-1]["step"] == 3
    assert model.attention("no").tokens == ["n", "o"]
    with pytest.raises(orochi.UsageError, match="train.steps"):
        clone(model).set_params(config={"train.steps": 3}).fit(X, y)


def test_missing_values_by_config():
    X = np.tile(np.linspace(0, 1, 6), (40, 1)) * np.where(np.arange(40) % 2, 1, -1)[:, None]
    y = np.arange(40) % 2
    X[3, 2] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        orochi.Classifier(**SMALL).fit(X, y)
    assert orochi.Classifier(**SMALL, config={"data.missing": "interpolate"}).fit(X, y).score(X, y) == 1


def test_copies(fitted, texts):
    other = pickle.loads(pickle.dumps(fitted))
    assert (other.predict_proba(texts[0]) == fitted.predict_proba(texts[0])).all()
    with pytest.raises(orochi.UsageError, match="fit it again"):
        other.report()
    assert not hasattr(clone(fitted), "model_")


def test_a_table_has_so_many_columns(series):
    X = np.stack([rows[:8, 1] for rows in series[0]])
    model = orochi.Classifier(**SMALL).fit(X, series[1])
    assert model.n_features_in_ == 8
    assert model.score(X, series[1]) > 0.9
    with pytest.raises(ValueError, match="features"):
        model.predict(X[:, :5])
    with pytest.raises(ValueError, match="X is texts, but the model was trained on numbers"):
        model.predict(["a text"])


@pytest.mark.parametrize(
    "X, says",
    [
        (["a", 1], "sequence 0 is str"),
        (["a", None], "sequence 0 is str"),
        ([np.zeros((3, 2)), np.zeros((3, 1))], "sequence 1 has 1 channels"),
        ([np.zeros((3, 2)), np.zeros((0, 2))], "sequence 1.*row"),
        ([np.zeros(3), np.array([1j, 2])], "sequence 1 is ndarray of complex"),
        (np.zeros((2, 3, 1, 1)), "Found array with dim 4|4"),
        (["a", "\0"], "NUL"),
    ],
)
def test_errors_say_what_is_wrong(X, says):
    with pytest.raises(ValueError, match=says):
        orochi.Classifier(**SMALL).fit(X, [0, 1])


def test_few_and_odd_sequences():
    model = orochi.Classifier(**SMALL).fit(["a b", "c\td\n", "e", "f"], [0, 1, 0, 1])
    assert len(model.predict(["b a\n", "c"])) == 2
    assert len(model.predict(np.array(["a", "b"]))) == 2
    assert len(model.predict(np.array(["a", "b"], dtype=object))) == 2


def test_processes_side_by_side(series):
    X, y = series
    scores = cross_val_score(orochi.Classifier(**{**SMALL, "epochs": 2}), X, y, cv=2, n_jobs=2)
    assert (scores == cross_val_score(orochi.Classifier(**{**SMALL, "epochs": 2}), X, y, cv=2)).all()


def test_report_shows_the_training(fitted, texts):
    page = fitted.report(sequences=1, ablation=False)
    assert "dragon" in page.html
    assert page._repr_html_().startswith("<iframe srcdoc=") and "<script" not in page._repr_html_()
    other = fitted.report(texts[0][:20], texts[1][:20], sequences=1, ablation=False)
    assert other.html != page.html
