import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import orochi


@pytest.fixture
def config(texts, tmp_path):
    (tmp_path / "data.tsv").write_text("".join(f"{label}\t{text}\n" for text, label in zip(*texts)))
    path = tmp_path / "small.toml"
    path.write_text('[data]\ntrain = "data.tsv"\n[model]\nd_model = 8\nnum_layers = 1\nnum_heads = 2\n[train]\nepochs = 2\n')
    return path


def test_is_the_programs_run(config, tmp_path):
    result = orochi.train(config, ["train.seed=3"], tmp_path / "a", verbose=0)
    assert result["finished"] and result["monitor"] == "accuracy"
    assert [epoch["epoch"] for epoch in result["history"]] == [1, 2]
    assert set(result["history"][0]) >= {"train_loss", "train_accuracy", "validation_loss", "validation_accuracy"}
    code = subprocess.run(
        [sys.executable, "-m", "orochi", "train", config, "train.seed=3", "--run", tmp_path / "b"], capture_output=True
    ).returncode
    assert code == 0
    assert (tmp_path / "a/last.h5").read_bytes() == (tmp_path / "b/last.h5").read_bytes()


def test_errors_are_the_programs(config, tmp_path):
    with pytest.raises(orochi.UsageError, match="unknown key .train.epoch.; did you mean .epochs."):
        orochi.train(config, {"train.epoch": 3}, tmp_path / "a", verbose=0)
    assert not (tmp_path / "a").exists()


def test_values_become_toml():
    from orochi._training import overrides_of

    assert overrides_of({"a": True, "b": [1, 0.5], "c": 'x"y', "d": {"type": "adamw"}}) == [
        "a=true",
        "b=[1, 0.5]",
        'c="x\\"y"',
        'd={type = "adamw"}',
    ]


def test_control_c_stops_and_the_run_goes_on(config, tmp_path):
    def interrupt():
        while not (tmp_path / "a/last.h5").exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        orochi.train(config, {"train.epochs": 100000, "model.d_model": 16}, tmp_path / "a", verbose=0)
    with pytest.raises(KeyboardInterrupt):  # it goes on, and is interrupted again
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        orochi.train(None or "", (), tmp_path / "a", resume=True, verbose=0)


def test_what_is_told_raises_and_stops(config, tmp_path, capfd):
    from orochi import _training

    class Broken(_training.Progress):
        def epoch(self, record, best):
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        _training._train(str(config), ["train.epochs=100000"], tmp_path / "a", False, 0, Broken(0))
    orochi.train(config, {}, tmp_path / "b", verbose=1)
    lines = capfd.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines if line.startswith("epoch")] == ["epoch 1", "epoch 2"]
    assert not any("\r" in line for line in lines)


def test_run_returns_exit_codes(capfd):
    assert orochi.run(["--version"]) == 0
    assert capfd.readouterr().out.startswith(f"orochi {orochi.__version__}\ncommit ")
    assert orochi.run(["nonsense"]) == 2
    assert "there is no verb" in capfd.readouterr().err
