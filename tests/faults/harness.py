"""What the tests of this folder and scripts/crash_test share: a small data set, configs, the program under faults.hpp,
and the question whether a run came to the same end.
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import types

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CHECKPOINTS = ("last.h5", "last-1.h5", "best.h5")
TIMED = ("seconds", "tokens_per_second", "gradient_norm")  # of the part of an epoch after a resume: docs/training.md

BASE = {"data.train": "train.tsv", "data.test": "test.tsv", "data.tokenizer": "char", "data.max_length": 10,
        "data.validation_fraction": 0.2, "model.d_model": 8, "model.num_layers": 1, "model.num_heads": 2,
        "train.epochs": 3, "train.batch_size": 16, "train.shards": 3, "train.learning_rate": 0.01,
        "train.checkpoint_every_steps": 3}
CONFIGS = {
    "text": {},
    "words-sgd": {"data.tokenizer": "word", "train.optimizer.type": "sgd", "model.pooling": "cls",
                  "train.optimizer.momentum": 0.9,
                  "task.label_smoothing": 0.1, "train.checkpoint_every_steps": 1},
    "accumulate": {"train.gradient_accumulation_steps": 2, "train.batch_size": 8, "data.validation_fraction": 0,
                   "model.norm": "rms_norm", "model.activation": "silu", "train.checkpoint_every_steps": 2},
    "numeric": {"data.format": "ts", "data.train": "train.ts", "data.test": "test.ts", "model.num_layers": 2,
                "train.optimizer": "adam", "train.warmup_steps": 5, "train.schedule": "linear"},
    "patience": {"train.epochs": 30, "train.patience": 3, "train.monitor": "loss", "train.learning_rate": 0.05,
                 "task.class_weights": "balanced", "train.checkpoint_every_steps": 0},
}


class Broken(Exception):
    """A promise that did not hold."""


@dataclasses.dataclass
class Outcome:
    code: int  # -n: killed by signal n
    out: str
    err: str


def say(text):
    print(text, file=sys.stderr, flush=True)


def toml(settings):
    sections = {}
    for key, value in settings.items():
        section, _, name = key.rpartition(".")
        sections.setdefault(section, []).append(f"{name} = {json.dumps(value)}")
    return "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items()) + "\n"


def letters(source):
    return [source.choice("ACGT") for _ in range(9)]


class Place:
    """A folder with data and configs; the program runs in it."""

    def __init__(self, root, program, faults):
        self.root, self.program, self.faults = pathlib.Path(root), program, faults
        source = random.Random(1)
        for name, count in (("train", 80), ("test", 40)):
            texts = [letters(source) for _ in range(count)]
            labels = ["yes" if text[2] in "AC" else "no" for text in texts]
            (self.root / f"{name}.tsv").write_text("".join(f"{label}\t{''.join(text[:4])} {''.join(text[4:])}\n"
                                                           for label, text in zip(labels, texts)))
            rows = [",".join(str("ACGT".index(letter)) for letter in text) for text in texts]
            lines = [f"{row}:{label}\n" for row, label in zip(rows, labels)]
            head = "@problemName small\n@classLabel true no yes\n@data\n"
            (self.root / f"{name}.ts").write_text(head + "".join(lines))
        for name, changes in CONFIGS.items():
            (self.root / f"{name}.toml").write_text(toml(BASE | changes))

    def environment(self, folder=None, **variables):
        result = dict(os.environ)
        if folder is not None:
            result |= {"LD_PRELOAD": str(self.faults), "FAULTS_FOLDER": str(folder)}
            result |= {f"FAULTS_{name.upper()}": str(value) for name, value in variables.items()}
        return result

    def command(self, config, run, *more):
        """Starts the run or goes on with it, as a user would."""
        if (self.root / run / "config.toml").exists():
            return [self.program, "train", "--resume", "--run", self.root / run, *more]
        return [self.program, "train", self.root / f"{config}.toml", "--run", self.root / run, *more]

    def train(self, config, run, *more, folder=None, **variables):
        """One session. With keywords of faults.hpp it counts the calls below `folder`, the run's own by default."""
        if variables and folder is None:
            folder = self.root / run
        return self.call(*self.command(config, run, *more), folder=folder, **variables)

    def call(self, *command, folder=None, **variables):
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=120, cwd=self.root, env=self.environment(folder, **variables), check=False)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def step_of(self, checkpoint):
        outcome = self.call(self.program, "inspect", checkpoint, "--json")
        if outcome.code != 0:
            raise Broken(outcome.err)
        return json.loads(outcome.out)["progress"]["step"]

    def remove(self, run):
        shutil.rmtree(self.root / run, ignore_errors=True)

    def result(self, run):
        """What must be the same however the run came to its end."""
        folder = self.root / run
        files = {name: (folder / name).read_bytes() for name in ("last.h5", "best.h5")}
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        files["metrics.jsonl"] = [{key: value for key, value in line.items() if key not in TIMED} for line in lines]
        files["metrics.csv"] = [[cell for cell, name in zip(row.split(","), columns(folder)) if name not in TIMED]
                                for row in (folder / "metrics.csv").read_text().splitlines()]
        return files

    def finish(self, config, run, expected, what):
        """Goes on to the end, which must be the uninterrupted run's; returns the outcome."""
        outcome = self.train(config, run)
        if outcome.code != 0:
            raise Broken(f"{what}: going on ended with {outcome.code}:\n{outcome.err}")
        self.compare(run, expected, what, outcome)
        return outcome

    def compare(self, run, expected, what, outcome):
        found = self.result(run)
        wrong = [name for name in expected if found[name] != expected[name]]
        left = sorted(path.name for path in (self.root / run).glob("*.tmp"))
        if wrong or left:
            raise Broken(f"{what}: other than the uninterrupted run: {wrong}, left over: {left}\n{outcome.err}")


def columns(folder):
    return (folder / "metrics.csv").read_text().splitlines()[0].split(",")


def read_log(path):
    """The calls that faults.hpp wrote down."""
    calls = []
    for line in pathlib.Path(path).read_text().splitlines():
        number, name, where, second, offset, data, result, error, allocations = line.split("\t")
        calls.append(types.SimpleNamespace(number=int(number), name=name, path=where, second=second, offset=int(offset),
                                           data=bytes.fromhex(data), result=int(result), error=int(error),
                                           allocations=int(allocations)))
    return calls


def images_of(calls):
    """Every file's whole contents that were ever renamed into place: name -> list of bytes, in order."""
    written, images = {}, {}
    for call in calls:
        if call.name == "open" and call.second == "create":
            written[call.path] = b""
        elif call.name == "write" and call.path in written:
            written[call.path] += call.data
        elif call.name == "rename" and call.result == 0 and call.path in written:
            images.setdefault(pathlib.Path(call.second).name, []).append(written.pop(call.path))
    return images


def reference(place, config, run="whole"):
    """The uninterrupted run: its result and its calls."""
    log = place.root / f"{run}.log"
    outcome = place.train(config, run, log=log)
    if outcome.code != 0:
        raise Broken(f"the uninterrupted run of {config} failed:\n{outcome.err}")
    calls = read_log(log)
    if len(calls) < 100:
        raise Broken(f"faults.hpp saw {len(calls)} calls only: is it loaded?")
    return place.result(run), calls


def killed(outcome):
    return outcome.code == -signal.SIGKILL


def parser(description):
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "orochi", help="the built orochi")
    result.add_argument("--faults", type=pathlib.Path, default=ROOT / "build/tests/faults/liborochi_faults.so",
                        help="the library built from tests/faults")
    result.add_argument("--seed", type=int, default=1, help="of every random choice")
    return result


@contextlib.contextmanager
def temporary_place(arguments):
    """In memory where that can be: what matters is the order of calls, not the disk."""
    memory = pathlib.Path("/dev/shm")
    where = memory if "TMPDIR" not in os.environ and os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="orochi-faults-", dir=where) as root:
        yield Place(root, arguments.program.resolve(), arguments.faults.resolve())


def main(check, arguments):
    """Runs check(place, arguments), which returns a line that says what held."""
    for path in (arguments.program, arguments.faults):
        if not path.exists():
            say(f"{path} is not there; build it (cmake --build build) or name it (--help)")
            return 2
    try:
        with temporary_place(arguments) as place:
            print(check(place, arguments), flush=True)
    except Broken as broken:
        say(f"BROKEN: {broken}")
        return 1
    return 0
