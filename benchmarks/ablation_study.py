#!/usr/bin/env python3
"""What each idea gives an encoder on little data: accuracy on held-out parts of eleven training files, paired with the same run without it.

usage: benchmarks/ablation_study.py run [IDEA ...] [--sets a,b] [--seeds 1,2,3,4,5] [--program FILE]   adds to ablation_study.tsv
       benchmarks/ablation_study.py table                                                              prints the table
       benchmarks/ablation_study.py left-out                                                           which idea other sets would choose for each set

Eleven data sets of four kinds: words, letters, letters in a fixed order, series of numbers. Of each training file at most 4,000 sequences are
drawn by the seed, a fifth of them is held out and measured once, at the end; of the rest a tenth chooses best.h5, as in any run. Test files
are not opened. An idea's run and the base's have the same sequences and the same train.seed. Model and training of the base are alike for
all sets of a kind and were not tuned. Differences in points of accuracy, 95 % by Student's t over the seeds; "all" is over the sets' means.
Runs that are in the file already are left out, so that a study may be done in parts. Needs build/orochi, the data (scripts/make_*),
and h5py for Fashion-MNIST.
"""

import argparse
import json
import pathlib
import random
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM, ROOT, T95, orochi, read_rows, write_rows  # noqa: E402

FILE = ROOT / "benchmarks/ablation_study.tsv"
MOST, HELD = 4000, 0.2
# kind, training file, longest sequence, steps
SETS = {
    "food-reviews": ("words", "food-reviews/generated/train.tsv", 96, 1200),
    "fortunes": ("words", "fortunes/generated/train.tsv", 64, 1200),
    "foldoc": ("words", "foldoc/generated/train.tsv", 64, 1200),
    "wordnet": ("words", "wordnet/generated/train.tsv", 64, 1200),
    "words": ("letters", "words/generated/train.tsv", 16, 1500),
    "proteins": ("letters", "proteins/generated/train.tsv", 128, 600),
    "splice": ("places", "splice/train.tsv", 60, 1500),
    "digits": ("series", "digits/train.ts", 8, 1500),
    "fashion-mnist": ("series", "fashion-mnist/generated/train.h5", 28, 1200),
    "control": ("series", "series/generated/control-train.ts", 60, 600),
    "shapes": ("series", "series/generated/shapes-train.ts", 150, 600),
}
KINDS = {
    "words": ["data.tokenizer.type=word", "data.tokenizer.min_count=2"],
    "letters": ["data.tokenizer.type=char", "data.tokenizer.lowercase=false"],
    "places": ["data.tokenizer.type=char", "data.tokenizer.lowercase=false", "model.pooling=max"],
    "series": ["data.format=ts"],
}
BASE = """[model]
d_model = 64
num_layers = 2
num_heads = 4
dropout = 0.2
[train]
batch_size = 32
learning_rate = 1e-3
warmup_ratio = 0.1
[layer.token_embedding]
ngrams = {ngrams}
"""
TEXT = {"words", "letters", "places"}
# the kinds that it is for, what changes, further options of train
IDEAS = {
    "base": (None, [], []),
    "n-grams of 2": (TEXT, ["layer.token_embedding.ngrams=2"], []),
    "n-grams of 2 and 3": (TEXT, ["layer.token_embedding.ngrams=3"], []),
    "n-grams of 2 to 4": (TEXT, ["layer.token_embedding.ngrams=4"], []),
    "n-grams of 2 to 4, EMA 0.99": (TEXT, ["layer.token_embedding.ngrams=4", "train.ema_decay=0.99"], []),
    "linear model of texts": ({"words", "letters"}, ["data.text_features=131072"], []),
    "linear model of letters at places": ({"places"}, ["data.text_features=131072", "data.text_places=true"], []),
    "n-grams of 2 to 4, linear model of texts": ({"letters"}, ["layer.token_embedding.ngrams=4", "data.text_features=131072"], []),
    "linear model of series": ({"series"}, ["data.series_features=10000"], []),
    "kernel of 9 rows, max pooling, linear model of series": (
        {"series"}, ["layer.input_projection.kernel_size=9", "model.pooling=max", "data.series_features=10000"], []),
    "kernel of 3 rows": ({"series"}, ["layer.input_projection.kernel_size=3"], []),
    "kernel of 9 rows": ({"series"}, ["layer.input_projection.kernel_size=9"], []),
    "kernel of 17 rows": ({"series"}, ["layer.input_projection.kernel_size=17"], []),
    "kernel of 9 rows, max pooling": ({"series"}, ["layer.input_projection.kernel_size=9", "model.pooling=max"], []),
    "kernel of 17 rows, max pooling": ({"series"}, ["layer.input_projection.kernel_size=17", "model.pooling=max"], []),
    "max pooling": ({"series"}, ["model.pooling=max"], []),
    "EMA 0.99": (None, ["train.ema_decay=0.99"], []),
    "EMA 0.995": (None, ["train.ema_decay=0.995"], []),
    "mean of the last quarter": (None, ["train.swa_start=0.75"], []),
    "the last step, all rows": (None, ["data.validation_fraction=0"], []),
    "refit": (None, ["train.refit=true"], []),
    "five seeds as one": (None, [], ["--seeds", "5"]),
    "dropout 0.1": (None, ["model.dropout=0.1"], []),
    "dropout 0.4": (None, ["model.dropout=0.4", "model.attention_dropout=0.2"], []),
    "label smoothing 0.1": (None, ["task.label_smoothing=0.1"], []),
    "one layer": (None, ["model.num_layers=1"], []),
    "d_model 128": (None, ["model.d_model=128"], []),
    "rotary positions": (None, ["model.positions=rotary"], []),
    "unknown tokens never trained": ({"words"}, ["data.tokenizer.min_count=1"], []),
    "twice the steps": (None, [], []),
}


def cases(path):
    """What is before the sequences, and a line for each of them."""
    if path.suffix == ".h5":
        import h5py

        with h5py.File(path, "r") as file:
            values, labels = file["values"][:], file["labels"][:]
        values = values.reshape(len(labels), -1, values.shape[-1])  # [B, T, channels]
        names = sorted({str(label) for label in labels})
        head = ["@problemName x\n", "@univariate false\n", f"@classLabel true {' '.join(names)}\n", "@data\n"]
        return head, Lazy(values, labels)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = lines.index("@data\n") + 1 if path.suffix == ".ts" else 0
    return lines[:first], lines[first:]


class Lazy:
    """Lines that are made where they are asked for."""

    def __init__(self, values, labels):
        self.values, self.labels = values, labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        channels = (",".join(map(str, channel)) for channel in self.values[i].T)
        return f"{':'.join(channels)}:{self.labels[i]}\n"


def draw(path, seed, folder):
    """Files of the sequences to train on and of those to measure; how many there are of the first."""
    head, lines = cases(path)
    chosen = random.Random(seed).sample(range(len(lines)), min(MOST, len(lines)))
    held = int(HELD * len(chosen))
    suffix = ".tsv" if path.suffix == ".tsv" else ".ts"
    files = []
    for name, part in (("train", chosen[held:]), ("held", chosen[:held])):
        files.append(folder / (name + suffix))
        files[-1].write_text("".join(head + [lines[i] for i in part]), encoding="utf-8")
    return *files, len(chosen) - held


def measure(name, idea, seed, program):
    kind, data, length, steps = SETS[name]
    folder = ROOT / "runs/ablation-study" / f"{name}-{idea.replace(' ', '-')}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    train, held, count = draw(ROOT / "datasets" / data, seed, folder)
    (folder / "base.toml").write_text(BASE.format(ngrams=1))
    _, changes, also = IDEAS[idea]
    epochs = max(1, round(steps * (2 if idea == "twice the steps" else 1) / (0.9 * count / 32)))
    start = time.perf_counter()
    orochi("train", folder / "base.toml", f"data.train={train}", f"data.max_length={length}", f"train.seed={seed}", f"train.epochs={epochs}",
           *KINDS[kind], *changes, *also, "--threads", 1, "-q", "--run", folder / "run", program=program)
    seconds = time.perf_counter() - start
    figures = json.loads(orochi("evaluate", folder / "run", "--data", held, "--json", program=program))
    shutil.rmtree(folder)
    return dict(set=name, idea=idea, seed=seed, accuracy=f"{figures['accuracy']:.5f}", seconds=f"{seconds:.1f}")


def run(options):
    for seed in options.seeds.split(","):
        for idea in options.ideas or IDEAS:
            for name in options.sets.split(","):
                there = {(row["set"], row["idea"], row["seed"]) for row in read_rows(FILE)}
                kinds = IDEAS[idea][0]
                if (name, idea, seed) in there or (kinds and SETS[name][0] not in kinds):
                    continue
                row = measure(name, idea, int(seed), options.program)
                write_rows(FILE, [*read_rows(FILE), row])
                print(*row.values(), sep="\t", flush=True)


def interval(values):
    if len(values) < 2:
        return f"{values[0]:+.1f}"
    half = T95[min(len(values), max(T95))] * statistics.stdev(values) / len(values) ** 0.5
    return f"{'**' if abs(statistics.mean(values)) > half else ''}{statistics.mean(values):+.1f} ± {half:.1f}" + (
        "**" if abs(statistics.mean(values)) > half else "")


def table():
    found = {(row["set"], row["idea"], row["seed"]): 100 * float(row["accuracy"]) for row in read_rows(FILE)}
    print(f"| idea | seeds | {' | '.join(SETS)} | all |\n|---|---|{'---|' * (len(SETS) + 1)}")
    base = [statistics.mean(values) if (values := [v for (s, i, _), v in found.items() if (s, i) == (name, "base")]) else None
            for name in SETS]
    print(f"| base, % | | {' | '.join('-' if value is None else f'{value:.1f}' for value in base)} | |")
    for idea in list(IDEAS)[1:]:
        cells, means, counts = [], [], set()
        for name in SETS:
            pairs = [found[key] - found[(name, "base", key[2])] for key in found
                     if key[:2] == (name, idea) and (name, "base", key[2]) in found]
            cells.append(interval(pairs) if pairs else "")
            if pairs:
                means.append(statistics.mean(pairs))
                counts.add(len(pairs))
        if means:
            print(f"| {idea} | {'-'.join(map(str, sorted({min(counts), max(counts)})))} | {' | '.join(cells)} | {interval(means)} |")


def gains_of(found, idea, names):
    """{set: mean difference to the base, in points} of those that have both."""
    pairs = {name: [found[key] - found[(name, "base", key[2])] for key in found if key[:2] == (name, idea) and (name, "base", key[2]) in found] for name in names}
    return {name: statistics.mean(values) for name, values in pairs.items() if values}


def left_out():
    """For each set, the idea that is best on the other sets of its kind, and what it gives on the one left out."""
    found = {(row["set"], row["idea"], row["seed"]): 100 * float(row["accuracy"]) for row in read_rows(FILE)}
    print("| kind | left out | best on the others | there | on the one left out |\n|---|---|---|---|---|")
    for name, (kind, *_) in SETS.items():
        others = [other for other in SETS if SETS[other][0] == kind and other != name]
        gains = {idea: gains_of(found, idea, [name, *others]) for idea in list(IDEAS)[1:]}
        means = {idea: statistics.mean(gain[other] for other in others) for idea, gain in gains.items() if others and len(gain) == len(others) + 1}
        if not means:
            continue
        best = max(means, key=means.get)
        print(f"| {kind} | {name} | {best if means[best] > 0 else 'none'} | {means[best]:+.1f} | {gains[best][name]:+.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "table", "left-out"])
    parser.add_argument("ideas", nargs="*", metavar="IDEA")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--program", default=PROGRAM, type=pathlib.Path, help="another build")
    options = parser.parse_args()
    if not set(options.ideas) <= set(IDEAS) or not set(options.sets.split(",")) <= set(SETS):
        parser.error(f"the ideas are {', '.join(IDEAS)}; the sets are {', '.join(SETS)}")
    {"run": lambda: run(options), "table": table, "left-out": left_out}[options.verb]()


main()
