#!/usr/bin/env python3
"""How many times as fast training is on more threads: measured as far as this machine has cores, simulated beyond.

usage: benchmarks/scaling.py [--write] [--threads N ...] [--pytorch] [--seconds S] [--workloads NAME ...] [PROGRAM]

Each workload has 16 shards, or one a sequence where a batch has fewer, and memory for the gradients of all. On up to as many
threads as there are cores it is measured by `orochi bench`, each number in turn; with --pytorch so is PyTorch, written by hand
with scaled_dot_product_attention, eager, with MKL's best kernels, a tuned malloc and the cheap dropout (compare_pytorch.py).

Beyond, a step is simulated (marked ~): its shards, which take times by their rows, are claimed one after another by threads that
never wait for memory or each other; update, packing of weights and sum of the shards, which memory bounds, are at most 4 times as
fast as on one thread. So it is what the cut into shards allows at best. On 16 cores all of it takes less than 8 minutes. --write: also between the markers
of docs/performance.md.
"""

import argparse
import datetime
import heapq
import json
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from compare_table import WORKLOADS, cores, cpu  # noqa: E402
from pages import PROGRAM, ROOT, fill, orochi  # noqa: E402
from ranks import ONCE  # noqa: E402
from torch_ways import build_preload, environment, torch_worker  # noqa: E402

SHARDS, MOST_OF_MEMORY = 16, 4


def bench(program, workload, threads, seconds, *more):
    return json.loads(orochi("bench", workload, f"train.shards={SHARDS}", "train.gradient_memory_mb=100000", "--threads", threads,
                             "--seconds", seconds, "--json", *more, program=program).splitlines()[-1])


def cut(lengths, shards):
    """Rows of each shard: runs of whole sequences, at most so many, the longest of which is as short as can be."""
    def runs(most):
        rows = [0]
        for length in lengths:
            if rows[-1] + length > most and rows[-1] > 0:
                rows.append(0)
            rows[-1] += length
        return rows

    low, high = max(lengths), sum(lengths)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if len(runs(middle)) <= shards else (middle + 1, high)
    return runs(low)


def makespan(times, threads):
    """Until the last of the tasks is done, each claimed in turn by the thread that is free first."""
    free = [0.0] * threads
    for time in times:
        heapq.heappush(free, heapq.heappop(free) + time)
    return max(free)


class Simulation:
    """A step by what it takes on one thread."""

    def __init__(self, record):
        spent = {row["operation"]: row["forward"]["ms"] + row.get("backward", {"ms": 0})["ms"] for row in record["profile"]}
        self.once = sum(spent.get(name, 0) for name in ONCE) / sum(spent.values())
        self.shares = [[rows / sum(batch) * (1 - self.once) for rows in cut(batch, SHARDS)] for batch in record["lengths"]]

    def speedup(self, threads):
        steps = [makespan(batch, threads) + self.once / min(threads, MOST_OF_MEMORY) for batch in self.shares]
        return 1 / statistics.mean(steps)


def torch_speed(record, workload, threads, arguments):
    job = dict(task="measure", workload=workload, threads=threads, dropout=0.1, precision="fp32", implementation="sdpa", compile=False,
               batching="bucketed" if "uneven" in workload else "padded", malloc="tuned", installed=False, words=True,
               seconds=arguments.seconds, least=len(record["lengths"]) if "uneven" in workload else 1, model=record["model"],
               lengths=record["lengths"])
    answer = torch_worker(job, environment("tuned", arguments.preload), 300)
    return answer["tokens_per_second"] if isinstance(answer, dict) else sys.exit(f"PyTorch: {answer}")


def row(workload, arguments):
    measured = [threads for threads in arguments.threads if threads <= cores()]
    records = {threads: bench(arguments.program, workload, threads, arguments.seconds) for threads in measured}
    simulation = Simulation(bench(arguments.program, workload, 1, arguments.seconds, "--profile"))
    one = records[1]["tokens_per_second"]
    cells = [workload, f"{one:,.0f}"]
    for threads in arguments.threads:
        cells.append(f"{records[threads]['tokens_per_second'] / one:.2f}" if threads in records else f"~{simulation.speedup(threads):.1f}")
    if arguments.pytorch:
        theirs = {threads: torch_speed(records[1], workload, threads, arguments) for threads in measured}
        cells.append(", ".join(f"{records[threads]['tokens_per_second'] / theirs[threads]:.2f}" for threads in measured))
    print("| " + " | ".join(cells) + " |", file=sys.stderr, flush=True)
    return cells


def table(arguments):
    head = ["workload", "tokens/s, 1 thread", *map(str, arguments.threads)]
    if arguments.pytorch:
        head.append(f"times PyTorch, {', '.join(str(threads) for threads in arguments.threads if threads <= cores())} threads")
    lines = [head, ["---"] * len(head), *(row(workload, arguments) for workload in arguments.workloads)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", default=PROGRAM, type=pathlib.Path)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="with 1 among them")
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--workloads", nargs="+", default=WORKLOADS, metavar="NAME")
    parser.add_argument("--pytorch", action="store_true", help="beside PyTorch")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        arguments.preload = build_preload(folder)
        rows = table(arguments)
    text = (f"Times as fast as on one thread, dropout 0.1, fp32, {SHARDS} shards; {cpu()}, {cores()} cores, {datetime.date.today()}. "
            f"~: simulated, more threads than cores.\n\n{rows}")
    print(text)
    if arguments.write:
        fill(ROOT / "docs" / "performance.md", {"scaling": text})


if __name__ == "__main__":
    main()
