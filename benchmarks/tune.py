#!/usr/bin/env python3
"""Variations of configs/splice.toml without a look at the test file: how its settings were chosen (docs/results.md).

usage: benchmarks/tune.py [NAME ...]     (all where none is named)

The training file alone is cut into five folds. Each variation trains on four of them, holds a tenth of those out to
choose its checkpoint, and is measured on the fifth, as the real test file is at the end; twice, with two seeds. So a
line stands for ten runs and 2 x 2,000 answers, and all lines for the same sequences. Run folders go to runs/tune/.
"""

import concurrent.futures
import json
import pathlib
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, orochi  # noqa: E402

WORK = ROOT / "runs" / "tune"
FOLDS, SEEDS = range(5), (11, 12)
VARIATIONS = {
    "25 epochs": ["train.epochs=25"],
    "monitor loss": ["train.epochs=25", "train.monitor=loss"],
    "mean pooling": ["train.epochs=25", "model.pooling=mean"],
    "attention pooling": ["train.epochs=25", "model.pooling=attention"],
    "1 layer": ["train.epochs=25", "model.num_layers=1"],
    "3 layers": ["train.epochs=25", "model.num_layers=3"],
    "d_model 96": ["train.epochs=25", "model.d_model=96"],
    "dropout 0.3": ["train.epochs=25", "model.dropout=0.3"],
    "attention dropout 0.2": ["train.epochs=25", "model.attention_dropout=0.2"],
    "no smoothing": ["train.epochs=25", "task.label_smoothing=0.0"],
    "learning rate 1e-3": ["train.epochs=25", "train.learning_rate=1e-3"],
    "learning rate 3e-3": ["train.epochs=25", "train.learning_rate=3e-3"],
    "weight decay 0.1": ["train.epochs=25", "train.optimizer.weight_decay=0.1"],
    "batch 16": ["train.epochs=25", "train.batch_size=16"],
    "as it stands (50 epochs)": [],
}


def write_folds():
    lines = (ROOT / "datasets" / "splice" / "train.tsv").read_text().splitlines(keepends=True)
    WORK.mkdir(parents=True, exist_ok=True)
    for fold in FOLDS:
        (WORK / f"test{fold}.tsv").write_text("".join(lines[fold::len(FOLDS)]))
        (WORK / f"train{fold}.tsv").write_text("".join(line for i, line in enumerate(lines) if i % len(FOLDS) != fold))


def accuracy(name, fold, seed):
    folder = WORK / f"{name.replace(' ', '-')}-{fold}-{seed}"
    shutil.rmtree(folder, ignore_errors=True)
    orochi("train", "configs/splice.toml", f"data.train={WORK / f'train{fold}.tsv'}", "data.test=", f"train.seed={seed}",
           *VARIATIONS[name], "--threads", 1, "--run", folder)
    answer = orochi("evaluate", folder / "best.h5", "--data", WORK / f"test{fold}.tsv", "--threads", 1, "--json")
    return 100 * json.loads(answer)["accuracy"]


def main():
    names = sys.argv[1:] or list(VARIATIONS)
    if not set(names) <= set(VARIATIONS):
        sys.exit(__doc__)
    write_folds()
    print("| variation | accuracy, % | of each seed |\n|---|---|---|")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name in names:
            runs = list(pool.map(lambda job: accuracy(name, *job), [(fold, seed) for seed in SEEDS for fold in FOLDS]))
            by_seed = [statistics.mean(runs[i:i + len(FOLDS)]) for i in range(0, len(runs), len(FOLDS))]
            print(f"| {name} | {statistics.mean(runs):.2f} | {', '.join(f'{value:.2f}' for value in by_seed)} |", flush=True)


if __name__ == "__main__":
    main()
