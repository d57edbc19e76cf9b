#!/usr/bin/env python3
"""Where an encoder stands beside simple models: what `orochi init` makes of eleven training files, on their test files; of
splice also without the test sequences that are in the training file ("splice-unseen").

usage: benchmarks/standings.py run [SET ...] [--seeds 5] [--program FILE]      writes standings.tsv
       benchmarks/standings.py table                                           prints the table from standings.tsv

For each set: `orochi init` writes a config from the training file, nothing is changed in it; `orochi train --seeds` trains the encoders and makes one
model of them; `orochi baseline` fits the simple models to the same split, chooses the best of them on validation data, and compares it with that
model on the test file, which is read at the end and chooses nothing. Encoder: mean and standard deviation over the seeds. Difference: the one model
of all seeds less the best baseline, in points of accuracy, with a 95 % interval (paired bootstrap over the test sequences). Needs build/orochi
with liblinear and the data (scripts/make_*).
"""

import argparse
import json
import pathlib
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM, ROOT, orochi, read_rows, write_rows  # noqa: E402

FILE = ROOT / "benchmarks/standings.tsv"
SETS = {
    "food-reviews": ("words", "food-reviews/generated/{}.tsv"), "fortunes": ("words", "fortunes/generated/{}.tsv"),
    "foldoc": ("words", "foldoc/generated/{}.tsv"), "wordnet": ("words", "wordnet/generated/{}.tsv"),
    "words": ("letters", "words/generated/{}.tsv"), "proteins": ("letters", "proteins/generated/{}.tsv"),
    "splice": ("places", "splice/{}.tsv"), "splice-unseen": ("places", "splice/{}.tsv"), "digits": ("series", "digits/{}.ts"),
    "fashion-mnist": ("series", "fashion-mnist/generated/{}.h5"), "control": ("series", "series/generated/control-{}.ts"),
    "shapes": ("series", "series/generated/shapes-{}.ts"),
}
SIMPLE = ["majority", "nearest_neighbors", "linear_svm", "logistic_regression"]
WHY = {"proteins": ": relatives of a test protein are in the training file, and the nearest neighbor finds them"}


def unseen(train, test, folder):
    """The test file without the texts that are in the training file, too."""
    texts = {line.split("\t", 1)[1] for line in train.read_text().splitlines()}
    rest = [line for line in test.read_text().splitlines(keepends=True) if line.split("\t", 1)[1].rstrip("\n") not in texts]
    (folder / test.name).write_text("".join(rest))
    return folder / test.name


def measure(name, seeds, program):
    kind, pattern = SETS[name]
    train, test = (ROOT / "datasets" / pattern.format(side) for side in ("train", "test"))
    folder = ROOT / "runs/standings" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name.endswith("-unseen"):
        test = unseen(train, test, folder)
    orochi("init", train, "--test", test, "--out", folder / "config.toml", program=program)
    start = time.perf_counter()
    orochi("train", folder / "config.toml", "--seeds", seeds, "--run", folder / "runs", "--threads", 1, "-q", program=program)
    seconds = (time.perf_counter() - start) / seeds
    members = [json.loads(orochi("evaluate", member, "--json", program=program))["accuracy"] for member in (folder / "runs").glob("seed-*")]
    result = json.loads(orochi("baseline", folder / "runs", "--json", program=program))
    found = {one["name"]: one["test"]["accuracy"] for one in result["baselines"]}
    compared = result["encoder"]
    shutil.rmtree(folder / "runs")
    return dict(set=name, kind=kind, seeds=seeds, encoder=statistics.mean(members), deviation=statistics.stdev(members),
                ensemble=compared["figures"]["accuracy"], **{one: found.get(one, "") for one in SIMPLE}, best=compared["compared_with"],
                difference=compared["difference"], low=compared["interval"][0], high=compared["interval"][1], seconds=f"{seconds:.0f}")


def run(options):
    for name in options.sets or SETS:
        row = measure(name, options.seeds, options.program)
        rows = [old for old in read_rows(FILE) if old["set"] != name] + [row]
        write_rows(FILE, sorted(rows, key=lambda row: list(SETS).index(row["set"])))
        print(*(f"{value:.4f}" if isinstance(value, float) else value for value in row.values()), sep="\t", flush=True)


def verdict(row):
    if float(row["low"]) > 0:
        return "better"
    return f"worse{WHY.get(row['set'], '')}" if float(row["high"]) < 0 else "no difference shown"


def table():
    print("| data set | kind | seeds | encoder, % | ensemble, % | majority | nearest | SVM | logistic | ensemble - best baseline, points | |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|")
    percent = lambda text, digits=1: f"{100 * float(text):.{digits}f}" if text else "-"
    for row in read_rows(FILE):
        print(f"| {row['set']} | {row['kind']} | {row['seeds']} | {percent(row['encoder'])} ± {percent(row['deviation'])} | {percent(row['ensemble'])} | "
              f"{' | '.join(percent(row[one]) for one in SIMPLE)} | {percent(row['difference'])} [{percent(row['low'])}, {percent(row['high'])}] | "
              f"{verdict(row)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["run", "table"])
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--program", default=PROGRAM, type=pathlib.Path, help="another build")
    options = parser.parse_args()
    if not set(options.sets) <= set(SETS):
        parser.error(f"the sets are {', '.join(SETS)}")
    run(options) if options.verb == "run" else table()


main()
