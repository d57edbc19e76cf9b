#!/usr/bin/env python3
"""How much faster several machines would be, by a model of the cost of a step. It measures a step on this machine with
`orochi bench --profile` on one thread; a machine is so many times faster, and the network is two numbers, its latency and its
bandwidth.

usage: benchmarks/ranks.py [--write] [--faster F] [--latency US] [--gbit G ...] [--workloads NAME ...]

A step of T tokens on R machines takes

    T / R * (time of a token forward and backward) / faster              shards cut the batch into equal parts
    + (update + packing weights + sum of the shards) / min(faster, 4)    on every machine; memory bounds them
    + 2 (R - 1) / R * (dense gradient) / bandwidth                       halves to and fro
    + (R - 1) / R * T * (row of the embedding) / bandwidth               its gradients, unsummed, to all
    + 5 log2(R) * latency                                                2 for the gradient, 1 each for order, sizes and flags

Nothing overlaps, as in the program. A cell is how many times faster than one machine. The last column is up to how many machines
twice as many are at least 1.5 times as fast. --write: also between the markers of docs/performance.md.
"""

import argparse
import datetime
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM, ROOT, fill, orochi  # noqa: E402

WORKLOADS = ("tiny", "small", "base-small", "mini")
MACHINES = (2, 4, 8, 16, 32, 64)
BATCHES = (64, 512, 4096)  # sequences
ONCE = ("update", "packing weights", "sum of the shards")  # a step, however many tokens it has
PAYS = 1.5


class Work:
    """What a step of a workload takes on this machine."""

    def __init__(self, name, arguments):
        line = json.loads(orochi("bench", name, "--threads", 1, "--seconds", arguments.seconds, "--profile",
                                 "--json", "train.gradient_memory_mb=4096", program=arguments.program))
        model = line["model"]
        table = model["vocab_size"] * model["d_model"]
        self.length = line["tokens_per_step"] / line["batch_size"]
        self.row_bytes = 4 * model["d_model"] + 4
        self.dense_bytes = 4 * (line["parameters"] - table)
        step = line["ms_per_step"]["low"] / 1e3  # one in ten is as fast: what other programs take away counts least so
        spent = {row["operation"]: row["forward"]["ms"] + row.get("backward", {"ms": 0})["ms"] for row in line["profile"]}
        once = step * sum(spent.get(name, 0) for name in ONCE) / sum(spent.values())
        self.once = once / min(arguments.faster, 4)
        self.token = (step - once) / line["tokens_per_step"] / arguments.faster

    def seconds(self, batch, machines, bandwidth, latency):
        tokens = batch * self.length
        seconds = tokens / machines * self.token + self.once
        if machines == 1:
            return seconds
        share = (machines - 1) / machines
        sent = share * (2 * self.dense_bytes + tokens * self.row_bytes)
        return seconds + sent / bandwidth + 5 * math.log2(machines) * latency


def speedups(work, batch, gbit, latency):
    one = work.seconds(batch, 1, 0, 0)
    return {machines: one / work.seconds(batch, machines, gbit * 1e9 / 8, latency) for machines in (1, *MACHINES)}


def most_that_pay(found):
    most = 1
    while 2 * most in found and found[2 * most] >= PAYS * found[most]:
        most *= 2
    return most


def table(works, arguments):
    head = ["workload", "sequences a batch", "Gbit/s", *(str(machines) for machines in MACHINES), "pay up to"]
    lines = [head, ["---"] * len(head)]
    for name, work in works.items():
        for batch in BATCHES:
            for gbit in arguments.gbit:
                found = speedups(work, batch, gbit, arguments.latency / 1e6)
                cells = [f"{found[machines]:.1f}" if machines <= batch else "" for machines in MACHINES]
                lines.append([name, str(batch), f"{gbit:g}", *cells, str(most_that_pay(found))])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=PROGRAM, type=pathlib.Path)
    parser.add_argument("--faster", type=float, default=13, help="than one thread a machine is (default: 13, the aim on 16 cores)")
    parser.add_argument("--seconds", type=int, default=3, help="of measuring a workload")
    parser.add_argument("--latency", type=float, default=30, help="microseconds of a message (default: 30, TCP in one rack)")
    parser.add_argument("--gbit", type=float, nargs="+", default=[10, 100], help="Gbit/s of each machine's link")
    parser.add_argument("--workloads", nargs="+", default=WORKLOADS, metavar="NAME")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    works = {name: Work(name, arguments) for name in arguments.workloads}
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "this CPU")
    text = (f"Times as fast as one machine, by the model. A machine is {arguments.faster:g} times one thread of {cpu}; "
            f"{arguments.latency:g} microseconds a message, {datetime.date.today()}:\n\n{table(works, arguments)}")
    print(text)
    if arguments.write:
        fill(ROOT / "docs" / "performance.md", {"ranks": text})


if __name__ == "__main__":
    main()
