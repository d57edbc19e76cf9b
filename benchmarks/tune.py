#!/usr/bin/env python3
"""Variations of configs/splice.toml on validation data alone: how its settings were chosen (docs/results.md).

usage: benchmarks/tune.py [NAME ...]     (all where none is named)

Each variation trains with seeds 11, 12 and 13, which also draw the validation split, and never reads the test file.
Prints the means of the best and of the last three epochs' validation accuracy, and of the least validation loss.
"""

import concurrent.futures
import csv
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEEDS = (11, 12, 13)
VARIATIONS = {
    "mean pooling": ["model.pooling=mean"],
    "max pooling": ["model.pooling=max"],
    "attention pooling": ["model.pooling=attention"],
    "max, 1 layer": ["model.num_layers=1"],
    "max, 3 layers": ["model.num_layers=3"],
    "max, dropout 0.3": ["model.dropout=0.3"],
    "max, no smoothing": ["train.label_smoothing=0.0"],
}


def train(name, seed):
    folder = ROOT / "runs" / "tune" / f"{name.replace(' ', '-').replace(',', '')}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([str(ROOT / "build" / "orochi"), "train", "configs/splice.toml", "data.test=", f"train.seed={seed}",
                    *VARIATIONS[name], "--threads", "1", "--run", str(folder)], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return list(csv.DictReader((folder / "metrics.csv").open()))


def main():
    names = sys.argv[1:] or list(VARIATIONS)
    if not set(names) <= set(VARIATIONS):
        sys.exit(__doc__)
    print("| variation | best accuracy, % | last three epochs, % | least loss |\n|---|---|---|---|")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name in names:
            runs = list(pool.map(lambda seed: train(name, seed), SEEDS))
            accuracy = [[100 * float(row["validation_accuracy"]) for row in run] for run in runs]
            best = statistics.mean(max(run) for run in accuracy)
            last = statistics.mean(statistics.mean(run[-3:]) for run in accuracy)
            loss = statistics.mean(min(float(row["validation_loss"]) for row in run) for run in runs)
            print(f"| {name} | {best:.2f} | {last:.2f} | {loss:.4f} |", flush=True)


if __name__ == "__main__":
    main()
