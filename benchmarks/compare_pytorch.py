#!/usr/bin/env python3
"""Orochi against PyTorch: the same models on the same lengths, in turn on this machine; prints the table of docs/performance.md.

usage: benchmarks/compare_pytorch.py [--quick] [--workloads tiny,small] [--write-readme] ...     (--help lists all)

First it trains small models with Orochi, and stops unless PyTorch computes the same loss from their parameters. Then,
for every row of the table, it measures Orochi in turn with two contenders (A B C A B C, so that noise hits all alike):

strongest   PyTorch with everything that helps it: MKL preloaded so that it takes AVX-512 kernels on AMD's CPUs too,
            dropout from 16 bits an element, malloc told to keep its memory and to take huge pages, or jemalloc or
            tcmalloc in its place where the machine has them
installed   PyTorch as `pip install torch` gives it

Each is the fastest of these after a look of a second: nn.TransformerEncoder, or by hand with
scaled_dot_product_attention or with attention written out; the best two also with torch.compile. Uneven lengths are
sorted into buckets of like length first; the strongest is also looked at with padded batches. Each way is a process
of its own, and this one never loads PyTorch: the peak memory of a child begins with its parent's.

Needs build/orochi, a C compiler, a Python with torch, h5py and NumPy, an idle machine, and hours; --quick takes about
half of one. It can be done in pieces: `--continue FILE --minutes 9`, again and again, until no row is missing.
"""

import argparse
import datetime
import itertools
import json
import os
import pathlib
import random
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
import compare_table  # noqa: E402
from compare_table import CASE, DROPOUTS, PRECISIONS, WORKLOADS  # noqa: E402
from pages import ROOT, orochi  # noqa: E402
from torch_ways import IMPLEMENTATIONS, build_preload, environment, mallocs, title, torch_worker  # noqa: E402

VARIANT = ("implementation", "compile", "batching", "malloc", "installed")
TOLERANCE, COMPILE_TIMEOUT = 1e-5, 120  # relative; seconds in which a variant must be compiled and screened


def note(*words):
    print(*words, file=sys.stderr, flush=True)


def check_losses(program, preload):
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
            job = dict(task="losses", checkpoint=str(run / "last.h5"), data=str(data))
            for library in dict.fromkeys((preload, None)):
                label = f"{name}, {'uneven' if uneven else 'even'}{', MKL preloaded' if library else ''}"
                compare_losses(label, ours, torch_worker(job, environment("default", library), 120))


def compare_losses(label, ours, theirs):
    if isinstance(theirs, str):
        sys.exit(f"PyTorch could not compute the loss: {theirs}")
    for implementation, loss in theirs.items():
        difference = abs(loss - ours) / abs(ours)
        note(f"loss of {label}: Orochi {ours:.8f}, PyTorch {loss:.8f} "
             f"({IMPLEMENTATIONS[implementation]}), relative difference {difference:.1e}")
        if not difference < TOLERANCE:
            sys.exit(f"the losses differ by more than {TOLERANCE}: the two are not the same model")


def other_programs(before=None):
    """Seconds of processor time that others have used, since `before` if that is given."""
    user, nice, system, _, _, *rest = map(int, pathlib.Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4]) - (before or 0)


class Row:
    """One workload x threads x dropout x precision: a line of the table."""

    def __init__(self, options, key):
        self.options, self.key, self.uneven, self.records = options, key, "uneven" in key["workload"], []

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
                                        lengths=self.work["lengths"], words=not variant["installed"])
        limit = COMPILE_TIMEOUT if stage == "screening" else 600 + 10 * seconds
        preload = None if variant["installed"] else self.options.preload
        answer = torch_worker(job, environment(variant["malloc"], preload), limit)
        name = ("installed: " if variant["installed"] else "strongest: ") + title(variant, self.uneven)
        if isinstance(answer, str):
            return note(f"    {name}: left out, {answer}")
        self.records.append({"program": "pytorch", "stage": stage} | self.key | variant | answer)
        note(f"    {name}: {answer['ms_per_step']:.2f} ms ({stage})")
        return answer

    def look(self, variants):
        """Those that work, the fastest first, after a second of each."""
        looks = [variant | (self.theirs(variant, 1, "screening") or {}) for variant in variants]
        return ranked(look for look in looks if "steps" in look)

    def ranking(self, malloc, installed):
        """All implementations, then the best two compiled."""
        batching = "bucketed" if self.uneven else "padded"
        looks = self.look([dict(zip(VARIANT, (implementation, False, batching, malloc, installed)))
                           for implementation in IMPLEMENTATIONS])
        compiled = [{name: look[name] for name in VARIANT} | {"compile": True} for look in looks[:2]]
        return ranked(looks + self.look(compiled if self.options.compile_works else []))

    def screen(self):
        """The variants to measure in full: the strongest, the next if it is close, one installed; the padded speed."""
        strong, plain = self.ranking("tuned", False), self.ranking("default", True)
        if not strong or not plain:
            sys.exit("no variant of PyTorch worked")
        best = {name: strong[0][name] for name in VARIANT}
        others = [] if self.options.quick else [malloc for malloc in mallocs() if malloc != "tuned"]
        strong = ranked(strong + self.look([best | {"malloc": malloc} for malloc in others]))
        padded = self.look([best | {"batching": "padded"}]) if self.uneven else []
        close = [look for look in strong[:2] if look["tokens_per_second"] > 0.9 * strong[0]["tokens_per_second"]]
        return ([{name: look[name] for name in VARIANT} for look in (*close, plain[0])],
                padded[0]["tokens_per_second"] if padded else None)

    def measure(self):
        """The row's results, as compare_table.py takes them."""
        note(*(f"{name} {value}" for name, value in self.key.items()))
        began, used = time.monotonic(), other_programs()
        self.work = self.ours(1, "screening")
        finalists, padded = self.screen()
        ours, theirs = [], [[] for _ in finalists]
        for _ in range(self.options.rounds):
            ours.append(self.ours(self.options.seconds, "full"))
            for variant, answers in zip(finalists, theirs):
                answers.append(self.theirs(variant, self.options.seconds, "full"))
        results = [summary(answers) | variant for variant, answers in zip(finalists, theirs) if None not in answers]
        installed = next((result for result in results if result["installed"]), None)
        if installed is None:
            sys.exit("PyTorch as installed did not work a second time")
        share = other_programs(used) / (time.monotonic() - began) / os.cpu_count()
        note(f"    other programs took {100 * share:.1f} % of the machine meanwhile")
        return dict(key=self.key, ours=summary(ours), strongest=max(results, key=lambda result: result["speed"]),
                    installed=installed, padded=padded, date=str(datetime.date.today()),
                    disturbed=share > 0.03,  # PyTorch's threads wait in loops: it would suffer far more than Orochi
                    records=self.records)


def ranked(looks):
    return sorted(looks, key=lambda look: -look["tokens_per_second"])


def summary(answers):
    """What the rounds of one contender come to."""
    return {"speed": statistics.mean(answer["tokens_per_second"] for answer in answers),
            "ms": statistics.mean(answer["ms_per_step"] for answer in answers),
            "memory": max(answer["peak_memory_mb"] for answer in answers),
            "first": min(answer["first_step_seconds"] for answer in answers)}


def parse():
    def list_of(kind, allowed):
        def parse_list(text):
            items = [kind(item) for item in text.split(",")]
            if not set(items) <= set(allowed):
                raise argparse.ArgumentTypeError(f"allowed: {', '.join(map(str, allowed))}, parted by commas")
            return items
        return parse_list

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="eager, the strongest with tuned malloc only, 2 threads, "
                        "2 rounds of 2 s")
    parser.add_argument("--compile", action="store_true", help="with --quick: compiled all the same")
    parser.add_argument("--workloads", type=list_of(str, WORKLOADS), default=WORKLOADS, help="default: all")
    parser.add_argument("--threads", type=list_of(int, range(1, 65)), help="default: 1,2")
    parser.add_argument("--dropout", type=list_of(float, DROPOUTS), default=DROPOUTS, help="default: 0,0.1")
    parser.add_argument("--precision", type=list_of(str, PRECISIONS), default=PRECISIONS, help="default: fp32,bf16")
    parser.add_argument("--seconds", type=float, help="of a full measurement; default: 3")
    parser.add_argument("--rounds", type=int, help="full measurements of everyone, in turn; default: 3")
    parser.add_argument("--orochi", type=pathlib.Path, default=ROOT / "build" / "orochi", help="default: build/orochi")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write results and raw records there")
    parser.add_argument("--continue", type=pathlib.Path, metavar="FILE", dest="resume",
                        help="as --json, but keep the undisturbed rows that FILE has (if it is there)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no row after so many minutes")
    parser.add_argument("--write-readme", action="store_true", help="also into README.md and docs/performance.md")
    parser.add_argument("--block", default="compare", help="with --write-readme: the markers in docs/performance.md, one pair for "
                        "each CPU; README.md has only `compare`'s, the default")
    options = parser.parse_args()
    if not options.orochi.exists():
        parser.error(f"{options.orochi} is not there: build Orochi first, or name it with --orochi")
    options.threads = options.threads or ([2] if options.quick else [1, 2])
    options.seconds = options.seconds or (2 if options.quick else 3)
    options.rounds = options.rounds or (2 if options.quick else 3)
    options.json = options.resume or options.json
    options.compile = options.compile or not options.quick
    return options


def describe(options):
    """What all rows of a table have in common: machine, versions, options."""
    def ask(preload):
        job = {"task": "describe", "threads": compare_table.cores()}
        answer = torch_worker(job, environment("default", preload), 120)
        return answer if isinstance(answer, dict) else sys.exit(f"this Python has no PyTorch that works: {answer}")

    plain, helped = ask(None), ask(options.preload)
    fixed = dict(orochi=orochi("--version", program=options.orochi).splitlines()[0], torch=plain["version"],
                 cpu=compare_table.cpu(), cores=compare_table.cores(), quick=options.quick, compile=options.compile,
                 seconds=options.seconds, rounds=options.rounds)
    return fixed, fixed | dict(mkl=helped, mkl_installed=plain)


def earlier(options, fixed, conditions):
    """Rows and conditions of the file to continue; other conditions than today's are an error."""
    if not options.resume or not options.resume.exists():
        return [], conditions
    saved = json.loads(options.resume.read_text())
    other = [f"{name} {saved['conditions'][name]}" for name in fixed if saved["conditions"][name] != fixed[name]]
    if other:
        sys.exit(f"{options.resume} was measured with {', '.join(other)}: use the same, or another file")
    for kind in ("mkl", "mkl_installed"):  # the best rate of all pieces: other programs only lower it
        conditions[kind] = max(conditions[kind], saved["conditions"][kind], key=lambda answer: answer["gflops"])
    return [row for row in saved["rows"] if not row["disturbed"]], conditions


def try_compile():
    """Whether torch.compile works here at all: it needs a C++ compiler at run time."""
    shape = dict(d_model=64, num_layers=1, num_heads=4, dim_feedforward=256, max_length=60, vocab_size=8, num_classes=4)
    job = dict(task="measure", model=shape, lengths=[[60] * 64], implementation="sdpa", compile=True, batching="padded",
               words=False, threads=1, dropout=0.1, precision="fp32", seconds=0, least=1)
    answer = torch_worker(job, {}, COMPILE_TIMEOUT)
    note("torch.compile " + ("works" if isinstance(answer, dict) else f"does not work and is left out: {answer}"))
    return isinstance(answer, dict)


def run(options):
    began = time.monotonic()
    fixed, conditions = describe(options)
    rows, conditions = earlier(options, fixed, conditions)
    cases = [dict(zip(CASE, values)) for values in
             itertools.product(options.workloads, options.threads, options.dropout, options.precision)]
    cases = [case for case in cases if case not in [row["key"] for row in rows]]
    if cases:
        check_losses(options.orochi, options.preload)
        options.compile_works = options.compile and try_compile()
    for case in cases:
        if time.monotonic() - began > 60 * options.minutes:
            break
        rows.append(Row(options, case).measure())
        note(compare_table.line(rows[-1]))
        if options.json:
            options.json.write_text(json.dumps({"conditions": conditions, "rows": rows}, indent=1) + "\n")
    print(compare_table.table(rows, conditions))
    if options.write_readme:
        compare_table.write_documents(rows, conditions, options.block)
    if any(row["disturbed"] for row in rows):
        sys.exit("other programs ran during the disturbed rows: they are no comparison, and no document has them")


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the worker is ended too
    with tempfile.TemporaryDirectory() as folder:
        options.preload = build_preload(folder)
        if options.preload is None:
            note("no C compiler `cc`: MKL chooses its kernels by itself")
        run(options)


if __name__ == "__main__":
    main()
