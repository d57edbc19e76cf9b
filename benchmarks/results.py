#!/usr/bin/env python3
"""The results of the configs, for docs/results.md: every config over five seeds, test accuracy and macro-F1 beside classic baselines.

usage: benchmarks/results.py run [CONFIG ...]    trains configs/CONFIG.toml with seeds 1 to 5, writes results.tsv
       benchmarks/results.py table               prints the table from results.tsv and baselines.tsv

Each run chooses its checkpoint on validation data and reads the test file once, at the end. Needs build/orochi and the
data (scripts/make_wordnet, scripts/make_fashion_mnist). Run folders go to runs/results/.
"""

import csv
import json
import pathlib
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, orochi, read_rows, write_rows  # noqa: E402

FILE = ROOT / "benchmarks/results.tsv"
CONFIGS = ["splice", "splice-bf16", "wordnet", "fashion-mnist"]
SETTINGS = {"splice-bf16": ["train.precision=bf16"]}  # what a name adds to the config before its hyphen
SEEDS = range(1, 6)


def run_one(config, seed):
    folder = ROOT / "runs" / "results" / f"{config}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    file = config.removesuffix("-bf16") if config in SETTINGS else config
    orochi("train", f"configs/{file}.toml", f"train.seed={seed}", *SETTINGS.get(config, []), "--run", folder)
    test = json.loads(orochi("evaluate", folder / "best.h5", "--json"))
    epochs = list(csv.DictReader((folder / "metrics.csv").open()))
    return dict(config=config, seed=seed, accuracy=test["accuracy"], macro_f1=test["macro_f1"],
                seconds=round(sum(float(row["seconds"]) for row in epochs), 1))


def run(names):
    rows = [row for row in read_rows(FILE) if row["config"] not in names]
    for name in names:
        for seed in SEEDS:
            rows.append(run_one(name, seed))
            print(*rows[-1].values(), sep="\t", flush=True)
            write_rows(FILE, sorted(rows, key=lambda row: (row["config"], int(row["seed"]))))


def figure(rows, key):
    values = [100 * float(row[key]) for row in rows]
    return f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}"


def table():
    results, baselines = read_rows(FILE), read_rows(FILE.with_name("baselines.tsv"))
    print("| data set | test accuracy, % | macro-F1, % | training, s (median) | baseline | its accuracy | its macro-F1 |")
    print("|---|---|---|---|---|---|---|")
    for name in CONFIGS:
        rows = [row for row in results if row["config"] == name]
        if not rows:
            continue
        seconds = statistics.median(float(row["seconds"]) for row in rows)
        base = next((row for row in baselines if row["data"] == name), None)
        beside = (f"{base['classifier']} | {100 * float(base['accuracy']):.2f} | {100 * float(base['macro_f1']):.2f}"
                  if base else "| |")
        print(f"| {name} | {figure(rows, 'accuracy')} | {figure(rows, 'macro_f1')} | {seconds:.0f} | {beside} |")


def main():
    if sys.argv[1:2] == ["run"]:
        run(sys.argv[2:] or CONFIGS)
    elif sys.argv[1:] == ["table"]:
        table()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
