#!/usr/bin/env python3
"""Texts a second and milliseconds a text: `orochi predict` beside ONNX Runtime, PyTorch and fastText, in one run.

usage: benchmarks/compare_inference.py [--threads 1] [--texts 4000] [--rounds 3] [--write]

Models of the shapes `tiny` and `small` are trained for one epoch on glosses of WordNet (scripts/make_wordnet), whose
lengths differ; how good they are does not matter here. Orochi reads a file of texts, splits them into words and
writes labels: all of it counts, and so does the start of the process. The others get batches of ids, 32 of like length together, and
only their forward pass counts; of fastText, a bag of words as wide as `tiny`, the start, reading and writing count, too. Each figure is the best of the
rounds, which take turns. --write: also between the markers of docs/performance.md. Needs build/orochi, onnxruntime, torch, and
fasttext (Debian's package) for its column.
"""

import argparse
import json
import pathlib
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import onnxruntime
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from latency import latencies  # noqa: E402
from pages import PROGRAM, ROOT, fill, orochi  # noqa: E402
from torch_encoder import Classifier, padded  # noqa: E402

DATA = ROOT / "datasets/wordnet/generated"
SHAPES = {"tiny": (64, 2, 4), "small": (256, 4, 8)}  # width, layers, heads
MAX_LENGTH, BATCH, FIRST_TEXTS = 64, 32, 2000


def split(line):
    label, text = line.split("\t", 1)
    return label, text


def train(name, folder, lines):
    """A checkpoint and its ONNX file, of one epoch on the first texts."""
    width, layers, heads = SHAPES[name]
    (folder / "train.tsv").write_text("".join(f"{line}\n" for line in lines[:FIRST_TEXTS]))
    config = folder / f"{name}.toml"
    config.write_text(f"[data]\ntrain = \"{folder}/train.tsv\"\ntokenizer = \"word\"\nmax_length = {MAX_LENGTH}\n"
                      f"[model]\nd_model = {width}\nnum_layers = {layers}\nnum_heads = {heads}\n[train]\nepochs = 1\n")
    orochi("train", config, "--run", folder / name)
    orochi("export", folder / name / "best.h5", "--format", "onnx", "--out", folder / f"{name}.onnx")
    return folder / name / "best.h5", folder / f"{name}.onnx"


def batches_of(texts, size):
    """Lists of random ids, as long as the texts: like lengths together."""
    generator = numpy.random.default_rng(1)
    lengths = sorted(min(len(re.findall(r"\w+|[^\w\s]", text)), MAX_LENGTH) for text in texts)
    ids = [generator.integers(0, size, length, dtype=numpy.int64) for length in lengths]
    return [ids[at:at + BATCH] for at in range(0, len(ids), BATCH)]


def onnx_inputs(batch, names):
    lengths = numpy.array([len(ids) for ids in batch], dtype=numpy.int64)
    tokens = numpy.zeros((len(batch), lengths.max()), dtype=numpy.int64)
    for row, ids in zip(tokens, batch):
        row[:len(ids)] = ids
    return {name: {"tokens": tokens, "lengths": lengths}[name] for name in names}


class OnnxRuntime:
    def __init__(self, path, batches, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(path, options)
        names = [entry.name for entry in self.session.get_inputs()]
        self.batches = [onnx_inputs(batch, names) for batch in batches]
        self.single = [onnx_inputs(batch[:1], names) for batch in batches]

    def run(self, inputs):
        self.session.run(None, inputs)


class PyTorch:
    def __init__(self, shape, batches, threads):
        torch.set_num_threads(threads)
        self.model = Classifier(shape, 0.0, "sdpa").eval()
        self.batches = [padded(batch) for batch in batches]
        self.single = [padded(batch[:1]) for batch in batches]

    def run(self, inputs):
        with torch.inference_mode():
            self.model(*inputs)


def seconds_of(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def process_seconds(command):
    return seconds_of(lambda: subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL))


class Best:
    """The least seconds and milliseconds by name."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        self.values[name] = min(value, self.values.get(name, value))


def measure(name, folder, lines, texts, options):
    checkpoint, onnx = train(name, folder, lines)
    facts = json.loads(orochi("inspect", checkpoint, "--json"))
    size = next(one["shape"][0] for one in facts["parameters"] if one["name"] == "embedding.weight")
    width, layers, heads = SHAPES[name]
    shape = dict(d_model=width, num_layers=layers, num_heads=heads, dim_feedforward=4 * width, vocab_size=size,
                 max_length=MAX_LENGTH, num_classes=len(set(split(line)[0] for line in lines[:FIRST_TEXTS])))
    batches = batches_of(texts, size)
    others = {"ONNX Runtime": OnnxRuntime(onnx, batches, options.threads), "PyTorch": PyTorch(shape, batches, options.threads)}
    whole, each = Best(), Best()
    file = folder / "texts.txt"
    file.write_text("".join(f"{text}\n" for text in texts))
    for _ in range(options.rounds):
        whole.add("Orochi", process_seconds([PROGRAM, "predict", checkpoint, file, "--threads", options.threads]))
        times = latencies(checkpoint, texts[:len(batches)], options.threads)
        each.add("first", times[0])
        each.add("Orochi", statistics.median(times[1:]))
        for kind, other in others.items():
            whole.add(kind, seconds_of(lambda other=other: [other.run(batch) for batch in other.batches]))
            each.add(kind, 1e3 * statistics.median(seconds_of(lambda one=one, other=other: other.run(one)) for one in other.single))
        if shutil.which("fasttext"):
            whole.add("fastText", fasttext_seconds(folder, lines, file))
    return whole.values, each.values


def fasttext_seconds(folder, lines, file):
    model = folder / "fasttext.bin"
    if not model.exists():
        labelled = folder / "fasttext.txt"
        labelled.write_text("".join("__label__{} {}\n".format(*split(line)) for line in lines[:FIRST_TEXTS]))
        process_seconds(["fasttext", "supervised", "-input", labelled, "-output", folder / "fasttext", "-dim", SHAPES["tiny"][0],
                         "-epoch", 1, "-thread", 1])
    return process_seconds(["fasttext", "predict", model, file])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = (DATA / "train.tsv").read_text(encoding="utf-8").splitlines()
    random.Random(1).shuffle(lines)  # they are in the order of their labels
    texts = [split(line)[1] for line in (DATA / "test.tsv").read_text(encoding="utf-8").splitlines()[:options.texts]]
    columns = ["Orochi", "ONNX Runtime", "PyTorch", "fastText"]
    table = [f"| model | {' | '.join(f'{name}, texts/s' for name in columns)} | first answer, ms | {' | '.join(f'{name}, ms a text' for name in columns[:3])} |",
             "|---" * 9 + "|"]
    with tempfile.TemporaryDirectory() as folder:
        for name in SHAPES:
            whole, each = measure(name, pathlib.Path(folder), lines, texts, options)
            rates = [f"{len(texts) / whole[column]:,.0f}" if column in whole else "-" for column in columns]
            table.append(f"| {name} | {' | '.join(rates)} | {each['first']:.0f} | "
                         f"{' | '.join(f'{each[column]:.2f}' for column in columns[:3])} |")
    text = "\n".join(table) + (f"\n\n{options.threads} thread(s), {len(texts):,} texts, best of {options.rounds} rounds; ONNX Runtime "
                              f"{onnxruntime.__version__}, PyTorch {torch.__version__}, Python {platform.python_version()}.")
    print(text)
    if options.write:
        fill(ROOT / "docs/performance.md", {"inference": text})


if __name__ == "__main__":
    main()
