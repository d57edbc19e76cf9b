#!/usr/bin/env python3
"""What pre-training without labels gives: test accuracy with few labels, from scratch and after it, paired over seeds.

usage: benchmarks/pretrain.py run [SET ...] [--seeds 1,2,3,4,5] [--what scratch,own,more] [--program FILE]      writes pretrain.tsv
       benchmarks/pretrain.py table                                              prints the table from pretrain.tsv

Of each set and seed some sequences of the training file are drawn, alike in all three:

scratch  trained on them with their labels
own      pre-trained on the same sequences without labels, then trained as scratch
more     pre-trained on all that the set's config in configs/pretrain has, of which none is for testing, then trained as scratch

Model, training and number of steps are the same in all three, the pre-training's in both; nothing was tuned. Nothing is
held out: the last step's model is measured. Differences are paired by seed, intervals 95 % by Student's t. Needs build/orochi and the
data (scripts/make_fortunes, scripts/make_proteins).
"""

import argparse
import json
import pathlib
import random
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM, ROOT, T95, orochi, read_rows, write_rows  # noqa: E402

FILE = ROOT / "benchmarks/pretrain.tsv"
# config, training and test file, labelled sequences, steps of pre-training and of training, what the labelled model has besides
SETS = {
    "splice": dict(config="dna", data="datasets/splice/{}.tsv", labelled=200, pretrain=3000, train=600, also=["model.pooling=max"]),
    "proteins": dict(config="protein", data="datasets/proteins/generated/{}.tsv", labelled=500, pretrain=1500, train=500,
                     also=["data.format=tsv"]),
    "fortunes": dict(config="text", data="datasets/fortunes/generated/{}.tsv", labelled=500, pretrain=1500, train=500,
                     also=["data.format=tsv"]),
    "digits": dict(config="series", data="datasets/digits/{}.ts", labelled=100, pretrain=3000, train=600, also=[]),
}
ARMS = ["scratch", "own", "more"]


def draw(name, seed, folder):
    """The sequences with labels, in a file."""
    path = ROOT / SETS[name]["data"].format("train")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = lines.index("@data\n") + 1 if path.suffix == ".ts" else 0
    chosen = random.Random(seed).sample(lines[first:], SETS[name]["labelled"])
    file = folder / f"labelled{path.suffix}"
    file.write_text("".join(lines[:first] + chosen), encoding="utf-8")
    return file


def measure(name, what, seed, program):
    """Test accuracy of one run."""
    folder = ROOT / "runs" / "pretrain" / f"{name}-{what}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    of = SETS[name]
    labelled = draw(name, seed, folder)
    call = lambda run, steps, *changes: orochi(
        "train", f"configs/pretrain/{of['config']}.toml", f"train.max_steps={steps}", "train.epochs=10000", f"train.seed={seed}",
        "data.validation_fraction=0", *changes, "--threads", 1, "--run", folder / run, program=program)
    start = []
    if what != "scratch":
        data = [f"data.train={labelled}"] + [word for word in of["also"] if word.startswith("data.")] if what == "own" else []
        call("before", of["pretrain"], *data)
        start = [f"model.init_from={folder / 'before' / 'best.h5'}"]
    call("after", of["train"], "task=classification", f"data.train={labelled}", "train.learning_rate=1e-3", *of["also"], *start)
    test = ROOT / of["data"].format("test")
    return json.loads(orochi("evaluate", folder / "after" / "best.h5", "--data", test, "--json", program=program))["accuracy"]


def run(options):
    for seed in options.seeds.split(","):
        for name in options.sets or SETS:
            for what in options.what.split(","):
                row = dict(set=name, what=what, seed=seed, accuracy=measure(name, what, int(seed), options.program))
                rows = [old for old in read_rows(FILE) if (old["set"], old["what"], old["seed"]) != (name, what, seed)] + [row]
                write_rows(FILE, sorted(rows, key=lambda row: (list(SETS).index(row["set"]), ARMS.index(row["what"]), int(row["seed"]))))
                print(*row.values(), sep="\t", flush=True)


def interval(values):
    if len(values) < 2:
        return f"{values[0]:.1f}"
    return f"{statistics.mean(values):.1f} ± {T95[len(values)] * statistics.stdev(values) / len(values) ** 0.5:.1f}"


def table():
    rows = read_rows(FILE)
    print("| data set | labelled | seeds | scratch, % | own, % | more, % | own - scratch | more - scratch |\n|---|---|---|---|---|---|---|---|")
    for name, of in SETS.items():
        found = {what: {row["seed"]: 100 * float(row["accuracy"]) for row in rows if (row["set"], row["what"]) == (name, what)}
                 for what in ARMS}
        seeds = sorted(set.intersection(*(set(one) for one in found.values())))
        if not seeds:
            continue
        cells = [interval([found[what][seed] for seed in seeds]) for what in ARMS]
        cells += [interval([found[what][seed] - found["scratch"][seed] for seed in seeds]) for what in ARMS[1:]]
        print(f"| {name} | {of['labelled']:,} | {len(seeds)} | {' | '.join(cells)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "table"])
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--what", default=",".join(ARMS))
    parser.add_argument("--program", default=PROGRAM, help="another build")
    options = parser.parse_args()
    if not set(options.sets) <= set(SETS):
        parser.error(f"the sets are {', '.join(SETS)}")
    run(options) if options.verb == "run" else table()


main()
