#!/usr/bin/env python3
"""Orochi against PyTorch: the same models on the same lengths, in turn on this machine; prints the README's table.

usage: benchmarks/compare_pytorch.py [--quick] [--workloads tiny,small] [--write-readme] ...     (--help lists all)

First it trains small models with Orochi, and stops unless PyTorch computes the same loss from their parameters. Then,
for every row of the table, it tries each way of running the model in PyTorch for about a second and measures the best
two in turn with `orochi bench` (A B C A B C), so that noise hits all alike. Each way is a process of its own, and this
one never loads PyTorch: the peak memory of a child begins with its parent's.

The ways: nn.TransformerEncoder, or by hand with scaled_dot_product_attention or with attention written out; eager or
torch.compile; uneven lengths padded, or first sorted into buckets of like length; malloc as it is, told to keep its
memory and to take huge pages, or jemalloc or tcmalloc in its place where the machine has them.

Needs build/orochi, a Python with torch, h5py and NumPy, an idle machine, and hours; --quick takes about half of one.
"""

import argparse
import ctypes.util
import datetime
import functools
import itertools
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, fill, orochi  # noqa: E402

WORKLOADS = ["tiny", "small", "base-small", "mini", "long", "uneven-tiny", "uneven-small"]
DROPOUTS, PRECISIONS = [0.0, 0.1], ["fp32", "bf16"]
IMPLEMENTATIONS = {"nn": "nn.TransformerEncoder", "sdpa": "by hand, SDPA", "matmul": "by hand, attention written out"}
VARIANT, CASE = ("implementation", "compile", "batching", "malloc"), ("workload", "threads", "dropout", "precision")
TOLERANCE, COMPILE_TIMEOUT = 1e-5, 120  # relative; seconds in which a variant must be compiled and screened
TUNED = {"MALLOC_TRIM_THRESHOLD_": str(1 << 33), "MALLOC_MMAP_THRESHOLD_": str(1 << 33),
         "MALLOC_TOP_PAD_": str(1 << 26), "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def note(*words):
    print(*words, file=sys.stderr, flush=True)


@functools.cache
def mallocs():
    """Name to environment of every malloc that this machine has."""
    found = {"default": {}, "tuned": TUNED}
    for name in ("jemalloc", "tcmalloc"):
        library = ctypes.util.find_library(name) or ctypes.util.find_library(f"{name}_minimal")
        if library:
            found[name] = {"LD_PRELOAD": library}
    return found


def torch_worker(job, malloc, seconds):
    """The worker's answer in a dict, or a string that says why there is none."""
    environment = os.environ | {"OMP_NUM_THREADS": str(job.get("threads", 1))} | malloc
    environment.pop("OPENBLAS_CORETYPE", None)
    command = [sys.executable, __file__, "--worker", json.dumps(job | {"start": time.time()})]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                               process_group=0)  # a group, as torch.compile has processes of its own
    try:
        out, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"not done in {seconds:.0f} s"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        reasons = re.findall(r"^[\w.]*(?:Error|Exception|Failed)\b.*", error, re.MULTILINE)
        return (reasons or error.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
    return json.loads(out.splitlines()[-1])


def check_losses(program):
    """Stops this program unless both compute the same loss; tiny and small with fewer sequences and words."""
    rng = random.Random(1)
    tasks = {"tiny": ("char", "acgtxyz", 60, 64, 2), "small": ("word", [f"w{i} " for i in range(200)], 128, 128, 4)}
    for name, uneven in itertools.product(tasks, (False, True)):
        tokenizer, tokens, longest, width, layers = tasks[name]
        settings = [f"data.tokenizer={tokenizer}", f"data.max_length={longest}", "data.validation_fraction=0",
                    f"model.d_model={width}", f"model.num_layers={layers}", "model.num_heads=4",
                    f"model.dim_feedforward={4 * width}", "model.dropout=0", "model.attention_dropout=0",
                    "train.batch_size=8", "train.learning_rate=0.01"]
        with tempfile.TemporaryDirectory() as folder:
            data, config, run = (pathlib.Path(folder) / part for part in ("data.tsv", "config.toml", "run"))
            lengths = [rng.randint(1, longest) if uneven else longest for _ in range(24)]
            data.write_text("".join(f"{'abcd'[i % 4]}\t{''.join(rng.choices(tokens, k=length))}\n"
                                    for i, length in enumerate(lengths)))
            config.write_text('[data]\ntrain = "data.tsv"\n')
            orochi("train", config, *settings, "--max-steps", 2, "--run", run, program=program)
            ours = json.loads(orochi("evaluate", run / "last.h5", "--data", data, "--json", program=program))["loss"]
            theirs = torch_worker(dict(task="losses", checkpoint=str(run / "last.h5"), data=str(data)), {}, 120)
        if isinstance(theirs, str):
            sys.exit(f"PyTorch could not compute the loss: {theirs}")
        for implementation, loss in theirs.items():
            difference = abs(loss - ours) / abs(ours)
            note(f"loss of {name}, {'uneven' if uneven else 'even'}: Orochi {ours:.8f}, PyTorch {loss:.8f} "
                 f"({IMPLEMENTATIONS[implementation]}), relative difference {difference:.1e}")
            if not difference < TOLERANCE:
                sys.exit(f"the losses differ by more than {TOLERANCE}: the two are not the same model")


def title(variant, uneven):
    return ", ".join([IMPLEMENTATIONS[variant["implementation"]], "compiled" if variant["compile"] else "eager",
                      *([variant["batching"]] if uneven else []), f"{variant['malloc']} malloc"])


def other_programs(before=None):
    """Seconds of processor time that others have used, since `before` if that is given."""
    user, nice, system, _, _, *rest = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4]) - (before or 0)


class Row:
    """One workload x threads x dropout x precision: a line of the table."""

    def __init__(self, options, key, records):
        self.options, self.key, self.records, self.uneven = options, key, records, "uneven" in key["workload"]

    def variants(self):
        every = itertools.product(IMPLEMENTATIONS, [False, True] if self.options.compiles else [False],
                                  ["padded", "bucketed"] if self.uneven else ["padded"],
                                  ["tuned"] if self.options.quick else mallocs())
        return [dict(zip(VARIANT, values)) for values in every]

    def ours(self, seconds, stage):
        workload, threads, dropout, precision = self.key.values()
        settings = [f"model.dropout={dropout}", f"model.attention_dropout={dropout}", f"train.precision={precision}"]
        answer = orochi("bench", workload, *settings, "--threads", threads, "--seconds",
                        max(1, round(seconds)), "--json", program=self.options.orochi)
        record = json.loads(answer.splitlines()[-1])
        self.records.append({"program": "orochi", "stage": stage} | record)
        note(f"    Orochi: {record['ms_per_step']['median']:.2f} ms ({stage})")
        return record | {"ms_per_step": record["ms_per_step"]["median"]}

    def theirs(self, variant, seconds, stage):
        """None where the variant does not work."""
        few = stage == "screening" and variant["batching"] == "padded"  # buckets: a few batches make most of the time
        least = 1 if not self.uneven else 8 if few else len(self.work["lengths"])
        job = self.key | variant | dict(task="measure", seconds=seconds, least=least, model=self.work["model"],
                                        lengths=self.work["lengths"])
        limit = COMPILE_TIMEOUT if stage == "screening" else 600 + 10 * seconds
        answer = torch_worker(job, mallocs()[variant["malloc"]], limit)
        if isinstance(answer, str):
            return note(f"    {title(variant, self.uneven)}: left out, {answer}")
        self.records.append({"program": "pytorch", "stage": stage} | self.key | variant | answer)
        note(f"    {title(variant, self.uneven)}: {answer['ms_per_step']:.2f} ms ({stage})")
        return answer

    def finalists(self):
        """The best two of each way of batching, after a brief look at all."""
        looks = [variant | (self.theirs(variant, 1, "screening") or {}) for variant in self.variants()]
        looks = sorted((look for look in looks if "steps" in look), key=lambda look: -look["tokens_per_second"])
        chosen = [[look for look in looks if look["batching"] == batching][:2] for batching in ("padded", "bucketed")]
        return [{name: look[name] for name in VARIANT} for look in chosen[0] + chosen[1]]

    def measure(self):
        note(*(f"{name} {value}" for name, value in self.key.items()))
        began, used = time.monotonic(), other_programs()
        self.work = self.ours(1, "screening")
        finalists = self.finalists()
        ours, theirs = [], [[] for _ in finalists]
        for _ in range(self.options.rounds):
            ours.append(self.ours(self.options.seconds, "full"))
            for variant, answers in zip(finalists, theirs):
                answers.append(self.theirs(variant, self.options.seconds, "full"))
        self.our = summary(ours)
        results = [summary(answers) | variant for variant, answers in zip(finalists, theirs) if None not in answers]
        self.best = {entry["batching"]: entry for entry in sorted(results, key=lambda entry: entry["speed"])}
        if not self.best:
            sys.exit("no variant of PyTorch worked")
        share = other_programs(used) / (time.monotonic() - began) / os.cpu_count()
        self.disturbed = share > 0.03  # PyTorch's threads wait in loops: it would suffer far more than Orochi
        note(f"    other programs took {100 * share:.1f} % of the machine meanwhile")

    def markdown(self):
        our, best = self.our, max(self.best.values(), key=lambda entry: entry["speed"])
        against = [f"{our['speed'] / self.best[batching]['speed']:.2f}" if self.uneven and batching in self.best else ""
                   for batching in ("bucketed", "padded")]
        start = f"{our['first']:.2f} / {best['first']:.2f}" if self.key["workload"] == "tiny" else ""
        name = self.key["workload"] + " (disturbed)" * self.disturbed
        cells = [*(self.key | {"workload": name}).values(), f"{our['ms']:.2f}", f"{best['ms']:.2f}",
                 title(best, self.uneven), f"**{our['speed'] / best['speed']:.2f}**", *against,
                 f"{our['speed']:,.0f} / {best['speed']:,.0f}", f"{our['memory']:.0f} / {best['memory']:.0f}",
                 f"{our['memory'] / best['memory']:.3f}", start]
        return f"| {' | '.join(map(str, cells))} |"


def summary(answers):
    """What the rounds of one contender come to."""
    return {"speed": statistics.mean(answer["tokens_per_second"] for answer in answers),
            "ms": statistics.mean(answer["ms_per_step"] for answer in answers),
            "memory": max(answer["peak_memory_mb"] for answer in answers),
            "first": min(answer["first_step_seconds"] for answer in answers)}


def table(rows, machine):
    head = ("| workload | threads | dropout | precision | Orochi, ms a step | PyTorch, ms a step | PyTorch's best "
            "| speed | against bucketed | against padded | tokens a second | memory, MB | its ratio | first step, s |")
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *(row.markdown() for row in rows), "", machine, ""])


def describe(torch_version, orochi_version):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return (f"{orochi_version}, PyTorch {torch_version}; {cpu[1] if cpu else 'unknown CPU'}, "
            f"{len(os.sched_getaffinity(0))} cores; {datetime.date.today()}. Pairs are Orochi / PyTorch; speed is the "
            "ratio of their tokens a second, padding not counted. Memory is the process's peak; the first step counts "
            "from the start of the process, compiled code being cached.")


def write(path, rows, machine):
    if rows:
        fill(path, {"compare": table(rows, machine).rstrip("\n")})
        note(f"wrote {path.relative_to(ROOT)}")


def parse():
    def list_of(kind, allowed):
        def parse_list(text):
            items = [kind(item) for item in text.split(",")]
            if not set(items) <= set(allowed):
                raise argparse.ArgumentTypeError(f"allowed: {', '.join(map(str, allowed))}, parted by commas")
            return items
        return parse_list

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="eager only, tuned malloc, 2 threads, 2 s a measurement")
    parser.add_argument("--workloads", type=list_of(str, WORKLOADS), default=WORKLOADS, help="default: all")
    parser.add_argument("--threads", type=list_of(int, range(1, 65)), help="default: 1,2")
    parser.add_argument("--dropout", type=list_of(float, DROPOUTS), default=DROPOUTS, help="default: 0,0.1")
    parser.add_argument("--precision", type=list_of(str, PRECISIONS), default=PRECISIONS, help="default: fp32,bf16")
    parser.add_argument("--seconds", type=float, help="of a full measurement; default: 5, with --quick 2")
    parser.add_argument("--rounds", type=int, default=2, help="full measurements of everyone, in turn; default: 2")
    parser.add_argument("--orochi", type=pathlib.Path, default=ROOT / "build" / "orochi", help="default: build/orochi")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all raw records there")
    parser.add_argument("--write-readme", action="store_true", help="also into README.md and docs/performance.md")
    options = parser.parse_args()
    if not options.orochi.exists():
        parser.error(f"{options.orochi} is not there: build Orochi first, or name it with --orochi")
    options.threads = options.threads or ([2] if options.quick else [1, 2])
    options.seconds = options.seconds or (2 if options.quick else 5)
    return options


def try_compile():
    """Whether torch.compile works here at all: it needs a C++ compiler at run time."""
    shape = dict(d_model=64, num_layers=1, num_heads=4, dim_feedforward=256, max_length=60, vocab_size=8, num_classes=4)
    job = dict(task="measure", model=shape, lengths=[[60] * 64], implementation="sdpa", compile=True, batching="padded",
               threads=1, dropout=0.1, precision="fp32", seconds=0, least=1)
    answer = torch_worker(job, {}, COMPILE_TIMEOUT)
    note("torch.compile " + ("works" if isinstance(answer, dict) else f"does not work and is left out: {answer}"))
    return isinstance(answer, dict)


def main():
    if sys.argv[1:2] == ["--worker"]:  # hidden: how this program calls itself
        import torch_encoder
        return print(json.dumps(torch_encoder.work(json.loads(sys.argv[2]))))
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the worker is ended too
    version = torch_worker({"task": "version"}, {}, 120)
    if isinstance(version, str):
        sys.exit(f"this Python has no PyTorch that works: {version}")
    check_losses(options.orochi)
    options.compiles = not options.quick and try_compile()
    rows, records = [], []
    for values in itertools.product(options.workloads, options.threads, options.dropout, options.precision):
        rows.append(Row(options, dict(zip(CASE, values)), records))
        rows[-1].measure()
        note(rows[-1].markdown())
        if options.json:
            options.json.write_text(json.dumps(records, indent=1) + "\n")
    machine = describe(version["version"], orochi("--version", program=options.orochi).strip())
    print(table(rows, machine), end="")
    if any(row.disturbed for row in rows):
        sys.exit("other programs ran during the disturbed rows: they are no comparison, and no document was written")
    if options.write_readme:
        write(ROOT / "README.md", [row for row in rows if row.key["threads"] == 2], machine)
        write(ROOT / "docs" / "performance.md", rows, machine)


if __name__ == "__main__":
    main()
