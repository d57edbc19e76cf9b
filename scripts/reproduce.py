#!/usr/bin/env python3
"""Computes in NumPy what docs/training.md ("Randomness") says that a run draws, and compares it with what `orochi train`
does: split, initial values, order of an epoch, dropout masks. Exit code 1 where they differ.

    scripts/reproduce.py [--seed N] [build/orochi]

Needs Python 3, numpy and h5py. Every token of the data occurs once, so that a checkpoint's vocabulary tells the split,
and the rows of the embedding that a step changes tell its sequence and, column by column, what was dropped out.
"""
import argparse
import math
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
MASK = 2**64 - 1
D_MODEL, LONGEST, STEPS, DROPOUT, FRACTION = 72, 5, 6, 0.4, 0.25
SEQUENCES = [("abc"[i % 7 % 3], [f"w{i}x{t}" for t in range(1 + i % LONGEST)]) for i in range(40)]
CONFIG = f"""
data = {{ train = "train.tsv", tokenizer = "word", max_length = {LONGEST}, validation_fraction = {FRACTION} }}
[model]
d_model = {D_MODEL}
num_layers = 1
[train]
epochs = 1
"""


def philox(counter, key):
    """Philox 4x32-7: four words from a counter of four and a key of two, arrays of uint64."""
    c, k = [np.asarray(x, np.uint64) for x in counter], list(key)
    low = np.uint64(2**32 - 1)
    for _ in range(7):
        first, third = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [third >> np.uint64(32) ^ c[1] ^ np.uint64(k[0]), third & low,
             first >> np.uint64(32) ^ c[3] ^ np.uint64(k[1]), first & low]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


def uniform(high, low):
    return (((high << np.uint64(32) | low) >> np.uint64(11)).astype(float) + 0.5) / 2**53


def initial_value(seed, number, shape, deviation=None):
    """Of parameter `number`: normal with this deviation or, without one, uniform."""
    i = np.arange(math.prod(shape), dtype=np.uint64)
    w = philox([i, np.zeros_like(i), np.full_like(i, number), np.full_like(i, 0x696E6974)], (seed, 0))
    u, v = uniform(w[0], w[1]), uniform(w[2], w[3])
    drawn = (2 * u - 1) * math.sqrt(6 / sum(shape)) if deviation is None else \
        deviation * np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    return drawn.astype(np.float32).reshape(shape)


def mix(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


class Stream:
    """SplitMix64."""

    def __init__(self, seed, n):
        self.state = mix(mix(seed) + n & MASK)

    def shuffled(self, elements):
        elements = list(elements)
        for i in range(len(elements), 1, -1):
            self.state = self.state + 0x9E3779B97F4A7C15 & MASK
            j = (mix(self.state) >> 32) * i >> 32
            elements[i - 1], elements[j] = elements[j], elements[i - 1]
        return elements


def training_part(seed, labels):
    """The numbers of the sequences that the validation split leaves, in the order of the file."""
    stream = Stream(seed, MASK)
    classes = [[i for i, (label, _) in enumerate(SEQUENCES) if label == name] for name in labels]
    members = [stream.shuffled(own) for own in classes]
    total = max(1, math.floor(FRACTION * len(SEQUENCES) + 0.5))
    taken = [min(total * len(own) // len(SEQUENCES), len(own) - 1) for own in members]
    order = sorted(stream.shuffled(range(len(members))),
                   key=lambda k: (-(total * len(members[k]) % len(SEQUENCES)), -len(members[k])))
    while sum(taken) < total:
        for k in order:
            if sum(taken) < total and taken[k] + 1 < len(members[k]):
                taken[k] += 1
    return sorted(i for own, count in zip(members, taken) for i in own[count:])


def kept(seed, step, stream, sample, rows, columns):
    """[rows, columns]: what dropout keeps."""
    t = min(round(65536 * DROPOUT), 65535)
    r, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    w = np.stack(philox([16 * (j // 64) + j % 16, r // 2, np.full_like(j, stream), np.full_like(j, sample)], (seed, step)))
    word = np.take_along_axis(w, (2 * (r % 2) + j // 32 % 2)[None], 0)[0]
    half = np.where(j // 16 % 2 == 0, word & np.uint64(0xFFFF), word >> np.uint64(16))
    return half >= t


def expected_parameters(seed, vocabulary):
    """Name and initial value of each parameter of the standard model, in the order in which they are numbered."""
    c, f, deviation = D_MODEL, 4 * D_MODEL, 1 / math.sqrt(D_MODEL)
    linear = lambda name, out, width: [(name + ".weight", (out, width), None), (name + ".bias", (out,), 0)]
    norm = lambda name: [(name + ".weight", (c,), 1), (name + ".bias", (c,), 0)]
    attention = [(f"encoder.0.attention.{x}.weight", (c, c), None) for x in ("query", "key", "value")] + \
        [(f"encoder.0.attention.{x}.bias", (c,), 0) for x in ("query", "key", "value")]
    everything = [("embedding.weight", (vocabulary, c), "normal"), ("class_token", (1, c), "normal"),
                  ("positions.weight", (LONGEST + 1, c), "normal"), *norm("encoder.0.norm1"), *attention,
                  *linear("encoder.0.attention.output", c, c), *norm("encoder.0.norm2"),
                  *linear("encoder.0.feed_forward.linear1", f, c), *linear("encoder.0.feed_forward.linear2", c, f),
                  *norm("norm"), *linear("head", 3, c)]
    for number, (name, shape, start) in enumerate(everything):
        drawn = start is None or start == "normal"
        yield name, initial_value(seed, number, shape, deviation if start else None) if drawn else np.full(shape, start)


class Runs:
    def __init__(self, orochi, folder, seed):
        self.orochi, self.folder, self.seed = orochi, pathlib.Path(folder), seed
        lines = [f"{label}\t{' '.join(tokens)}\n" for label, tokens in SEQUENCES]
        (self.folder / "train.tsv").write_text("".join(lines))
        (self.folder / "run.toml").write_text(CONFIG)

    def train(self, run, *arguments):
        """The checkpoint after it: parameters by name, vocabulary, labels."""
        command = [self.orochi, "train", *arguments, "--run", self.folder / run]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        parameters = {}
        with h5py.File(self.folder / run / "last.h5") as file:
            file["parameters"].visititems(
                lambda path, item: parameters.update({path.replace("/", "."): item[:]}) if hasattr(item, "shape") else None)
            state = file["state"]
            return parameters, list(state["tokenizer/vocabulary"].asstr()[:]), list(state["task/labels"].asstr()[:])

    def start(self, run, *settings):
        return self.train(run, self.folder / "run.toml", f"train.seed={self.seed}", *settings, "--max-steps", "1")


def check(holds, what):
    print(f"{what}: {'as documented' if holds else 'DIFFERS'}")
    return holds


def check_all(runs):
    seed = runs.seed
    found, vocabulary, labels = runs.start("initial", "model.pooling=cls", "train.learning_rate=1e-30")
    train = training_part(seed, labels)
    results = [check(set(vocabulary[1:]) == {token for i in train for token in SEQUENCES[i][1]},
                     f"split, {len(train)} of {len(SEQUENCES)} sequences to train on")]
    expected = dict(expected_parameters(seed, len(vocabulary)))
    # But for the last place of log and cos, and for the one update that there was.
    near = lambda a, b: np.all(np.abs(a - b) <= np.spacing(np.abs(b, dtype=np.float32)) + 1e-29)
    results.append(check(found.keys() == expected.keys() and all(near(found[n], expected[n]) for n in found),
                         f"initial values of {len(found)} parameters"))

    order = Stream(seed, 0).shuffled(range(len(train)))
    settings = ['model.block=["linear"]', "model.positions=none", "model.norm_first=false", "train.optimizer=sgd",
                f"model.dropout={DROPOUT}", "train.momentum=0", "train.weight_decay=0", "train.max_grad_norm=0",
                "train.learning_rate=1", "train.batch_size=1", "train.schedule=constant"]
    before = initial_value(seed, 0, (len(vocabulary), D_MODEL), 1 / math.sqrt(D_MODEL))
    in_order = masked = True
    for step in range(STEPS):
        after = (runs.train("steps", "--resume", "--max-steps", str(step + 1)) if step else
                 runs.start("steps", *settings))[0]["embedding.weight"]
        changed = np.abs(after - before) > 1e-8
        rows = [vocabulary.index(token) for token in SEQUENCES[train[order[step]]][1]]
        mask = kept(seed, step, 0, order[step], len(rows), D_MODEL)
        in_order &= not np.delete(changed, rows, 0).any() and bool(changed[rows].any())
        masked &= np.array_equal(changed[rows], mask)
        before = after
    results += [check(in_order, f"order, the first {STEPS} sequences of an epoch"),
                check(masked, f"dropout masks of {STEPS} steps")]
    return all(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("orochi", nargs="?", default=ROOT / "build" / "orochi")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if check_all(Runs(arguments.orochi, folder, arguments.seed)) else 1)


if __name__ == "__main__":
    main()
