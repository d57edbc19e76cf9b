#!/usr/bin/env python3
"""Fine-tuning with Orochi and with Hugging Face's Trainer: the same encoder, texts, batches and steps, in turn on this machine.

usage: benchmarks/compare_finetune.py DIR [--set food-reviews] [--texts 1024] [--rounds 2] [--compile] [--precisions fp32,bf16]

DIR: a folder as Hugging Face keeps it (all-MiniLM-L6-v2). One epoch over the first TEXTS of the set's training file, batches of 32, at
most 128 tokens, AdamW, dropout 0.1. Trainer runs with dynamic padding, and with dynamic padding and texts grouped by length; with
--compile also through torch.compile. Each run is a process of its own; seconds are of the epoch alone (Orochi: metrics.csv; Trainer: its
train_runtime), memory is the process's peak, "first step" is from the start of the process to the end of the first step. Prints
medians over the rounds, and ratios to the best of Trainer's ways.

Needs build/orochi, and a Python with torch, transformers and accelerate.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BATCH, MOST, SEED = 32, 128, 1


def read(path, count):
    """[(label, text)], spread over the file."""
    rows = [line.rstrip("\n").split("\t", 1) for line in path.open(encoding="utf-8")]
    return rows[:: max(1, len(rows) // count)][:count]


def trainer_worker(folder, texts, precision, grouped, compiled):
    """In a process of its own; prints a line of JSON."""
    start = float(os.environ["STARTED"])
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    rows = read(pathlib.Path(texts), 10**9)
    labels = sorted({label for label, _ in rows})
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(labels))
    encoded = tokenizer([text for _, text in rows], truncation=True, max_length=MOST)
    data = [dict(input_ids=ids, attention_mask=mask, labels=labels.index(label), length=len(ids))
            for ids, mask, (label, _) in zip(encoded["input_ids"], encoded["attention_mask"], rows)]

    class FirstStep(transformers.TrainerCallback):
        seconds = None

        def on_step_end(self, *_, **__):
            self.seconds = self.seconds or time.time() - start

    first = FirstStep()
    with tempfile.TemporaryDirectory() as output:
        arguments = transformers.TrainingArguments(
            output, num_train_epochs=1, per_device_train_batch_size=BATCH, learning_rate=1e-4, seed=SEED, report_to=[], use_cpu=True,
            save_strategy="no", logging_strategy="no", disable_tqdm=True, bf16=precision == "bf16", torch_compile=compiled,
            train_sampling_strategy="group_by_length" if grouped else "random", length_column_name="length")
        trainer = transformers.Trainer(model, arguments, train_dataset=data, callbacks=[first],
                                       data_collator=transformers.DataCollatorWithPadding(tokenizer))
        seconds = trainer.train().metrics["train_runtime"]
    print(json.dumps(dict(seconds=seconds, first=first.seconds, threads=torch.get_num_threads())))


def measured(command, folder):
    """Standard output, peak memory in MB, seconds."""
    start = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
                               env={**os.environ, "STARTED": str(start), "TOKENIZERS_PARALLELISM": "false"})
    out, err = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with exit code {process.returncode}:\n{err[-2000:]}")
    return out, time.time() - start


def with_peak(command, folder):
    """The peak is a child's of a small process between: that of all children only grows."""
    code = ("import json, resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True); "
            "print(json.dumps([r.stdout, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024])); sys.exit(r.returncode)")
    out, seconds = measured([sys.executable, "-c", code, *map(str, command)], folder)
    text, peak = json.loads(out)
    return text, peak, seconds


def run_orochi(place, precision):
    run = f"run-{time.time()}"
    command = [ROOT / "build/orochi", "train", "fine.toml", "--run", run, f"train.precision={precision}", "-q"]
    _, peak, _ = with_peak(command, place)
    epoch = list(csv.DictReader((place / run / "metrics.csv").open()))[-1]
    _, _, first = with_peak([*command[:3], "--run", run + "-first", f"train.precision={precision}", "--max-steps", "1"], place)
    return dict(seconds=float(epoch["seconds"]), peak=peak, first=first)


def run_trainer(place, folder, precision, grouped, compiled):
    command = [sys.executable, __file__, folder, "--worker", place / "train.tsv", precision, int(grouped), int(compiled)]
    out, peak, _ = with_peak(command, place)
    answer = json.loads(out.splitlines()[-1])
    return dict(seconds=answer["seconds"], peak=peak, first=answer["first"])


def prepare(place, options):
    rows = read(ROOT / f"datasets/{options.set}/generated/train.tsv", options.texts)
    (place / "train.tsv").write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
    subprocess.run([ROOT / "build/orochi", "import", options.folder, "--out", place / "encoder.h5"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (place / "fine.toml").write_text(
        f'data.train = "train.tsv"\ndata.validation_fraction = 0\ndata.max_length = {MOST}\nmodel.init_from = "encoder.h5"\n'
        f"train.epochs = 1\ntrain.batch_size = {BATCH}\ntrain.learning_rate = 1e-4\ntrain.schedule = \"linear\"\ntrain.seed = {SEED}\n")


def compare(options):
    ways = {}
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        prepare(place, options)
        for _ in range(options.rounds):
            for precision in options.precisions.split(","):
                ways.setdefault((precision, "Orochi"), []).append(run_orochi(place, precision))
                for compiled in [False, True] if options.compile else [False]:
                    for grouped in (False, True):
                        way = f"Trainer{', compiled' if compiled else ''}, {'grouped by length' if grouped else 'dynamic padding'}"
                        ways.setdefault((precision, way), []).append(
                            run_trainer(place, options.folder, precision, grouped, compiled))
    medians = {way: {key: statistics.median(one[key] for one in runs) for key in runs[0]} for way, runs in ways.items()}
    print(f"{options.set}, {options.texts} texts, one epoch, {os.cpu_count()} cores\n")
    print("| precision | | epoch, s | peak, MB | first step after, s | Orochi is faster by | its memory |\n|---|---|---|---|---|---|---|")
    for (precision, way), values in medians.items():
        ours = medians[precision, "Orochi"]
        ratios = ("" if way == "Orochi" else f"{values['seconds'] / ours['seconds']:.2f} | {ours['peak'] / values['peak']:.2f}")
        print(f"| {precision} | {way} | {values['seconds']:.1f} | {values['peak']:.0f} | {values['first']:.1f} | {ratios or '|'} |")


def main():
    if "--worker" in sys.argv:
        folder, _, texts, precision, grouped, compiled = sys.argv[1:]
        return trainer_worker(folder, texts, precision, grouped == "1", compiled == "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--set", default="food-reviews")
    parser.add_argument("--texts", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precisions", default="fp32,bf16")
    parser.add_argument("--compile", action="store_true")
    compare(parser.parse_args())


main()
