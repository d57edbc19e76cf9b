import copy
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import orochi


@pytest.fixture(scope="session")
def model(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "best.h5"
    fitted.save(path)
    return orochi.Model.load(path)


def test_answers_are_those_of_the_program(model, texts, tmp_path):
    path, lines = tmp_path / "model.h5", tmp_path / "lines.txt"
    model.save(path)
    lines.write_text("".join(text + "\n" for text in texts[0][:40]))
    printed = subprocess.run(
        [sys.executable, "-m", "orochi", "predict", path, lines], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    rows = [line.split("\t") for line in printed]
    assert rows[0] == ["label"] + [f"p({label})" for label in model.labels]
    assert [row[0] for row in rows[1:]] == list(model.predict(texts[0][:40]))
    assert [row[1:] for row in rows[1:]] == [[f"{p:.6f}" for p in scores] for scores in model.predict_proba(texts[0][:40])]


def test_threads_change_nothing_and_python_goes_on(model, texts):
    expected = model.predict_proba(texts[0], threads=1)
    assert expected.dtype == np.float64 and expected.shape == (240, 2)
    np.testing.assert_allclose(expected.sum(axis=1), 1)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(model.predict_proba(texts[0], threads=2))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for scores in found:
        assert (scores == expected).all()
    assert len(found) == 4


def test_attention_is_a_distribution_a_query(model):
    tokens, weights = model.attention("the dragon sleeps")
    assert len(tokens) == 3 and tokens[1] == "dragon"
    assert weights.shape == (1, 2, 3, 3)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)


def test_copies_answer_alike(model, texts):
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert (other.predict_proba(texts[0]) == model.predict_proba(texts[0])).all()


def test_errors_say_which_sequence(model, tmp_path):
    with pytest.raises(orochi.UsageError, match="sequence 1, counted from 0: the text is empty"):
        model.predict(["dragon", " "])
    with pytest.raises(orochi.UsageError, match="numeric rows"):
        model.predict(np.zeros((2, 3)))
    with pytest.raises(orochi.UsageError, match="one text by itself"):
        model.predict("dragon")
    with pytest.raises(orochi.UsageError, match="nowhere.h5"):
        orochi.Model.load(tmp_path / "nowhere.h5")
    assert issubclass(orochi.UsageError, ValueError) and issubclass(orochi.UsageError, orochi.Error)
    assert len(model.predict([])) == 0


@pytest.mark.parametrize("columns", [1, 2])
def test_numbers_are_predicted_as_arrays(columns, tmp_path):
    rows = [",".join(map(str, np.arange(6) * i % 7)) for i in range(60)]
    targets = [",".join([str(i % 7), str(-i)][:columns]) for i in range(60)]
    head = "@problemName p\n@timestamps false\n@univariate true\n@equalLength true\n@targetLabel true\n@data\n"
    (tmp_path / "data.ts").write_text(head + "".join(f"{row}:{target}\n" for row, target in zip(rows, targets)))
    (tmp_path / "c.toml").write_text('task = "regression"\n[data]\nformat = "ts"\ntrain = "data.ts"\n')
    result = orochi.train(tmp_path / "c.toml", {"train.epochs": 1, "model.d_model": 8}, tmp_path / "run", verbose=0)
    model = orochi.Model.load(result["model"])
    found = model.predict(np.ones((5, 6)))
    assert found.shape == ((5,) if columns == 1 else (5, 2)) and found.dtype == np.float64
    with pytest.raises(orochi.UsageError, match="no probabilities"):
        model.predict_proba(np.ones((5, 6)))


def test_labels_a_row_are_lists(tmp_path):
    (tmp_path / "tags.tsv").write_text("".join(f"{'a b a' if i % 2 else 'b a'}\t{'x y x' if i % 2 else 'y x'}\n" for i in range(40)))
    (tmp_path / "c.toml").write_text('task = "token_labels"\n[data]\ntrain = "tags.tsv"\n')
    result = orochi.train(tmp_path / "c.toml", {"train.epochs": 8, "train.learning_rate": 0.01}, tmp_path / "run", verbose=0)
    model = orochi.Model.load(result["model"])
    assert model.predict(["x y x", "y x"]) == [["a", "b", "a"], ["b", "a"]]
    assert [scores.shape for scores in model.predict_proba(["x y x", "y x"])] == [(3, 2), (2, 2)]
