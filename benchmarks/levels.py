#!/usr/bin/env python3
"""What one binary for every x86-64 costs: `orochi bench` of a build for this machine, and of a portable build at each
level of instructions that this CPU has, one after the other in every round.

usage: benchmarks/levels.py [--write] [--rounds N] [--seconds S] [NATIVE] [PORTABLE]

NATIVE and PORTABLE are programs; default build/orochi and build-portable/orochi. Prints the best of the rounds, in each of which
one step in ten was as fast or faster: what other programs take away counts least so. The lower levels only where a step is
short. --write: also between the markers of docs/performance.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM, ROOT, fill, orochi  # noqa: E402

WORKLOADS = ("tiny", "small", "base-small", "mini", "long", "uneven-tiny", "uneven-small")
SHORT = 100  # milliseconds a step


def levels_of(program):
    """The levels that this program has on this CPU, the best last: as its refusal of another one names them."""
    os.environ["OROCHI_CPU"] = "none"
    answer = subprocess.run([program, "bench", "tiny", "--seconds", "1"], capture_output=True, text=True, check=False).stderr
    names = re.search(r"has the levels (.*?);", answer)
    if not names:
        sys.exit(f"{program} names no levels: {answer}")
    return names[1].split(", ")


def milliseconds(program, level, workload, arguments):
    os.environ["OROCHI_CPU"] = level
    answer = orochi("bench", workload, "--threads", arguments.threads, "--seconds", arguments.seconds, "--json", program=program)
    return json.loads(answer)["ms_per_step"]["low"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("native", nargs="?", default=PROGRAM, type=pathlib.Path)
    parser.add_argument("portable", nargs="?", default=ROOT / "build-portable" / "orochi", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workloads", nargs="+", default=WORKLOADS, metavar="NAME")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    native, portable = arguments.native.resolve(), arguments.portable.resolve()
    best, *lower = [level for level in reversed(levels_of(portable)) if "-" not in level]  # v4 and more: the same in fp32
    contenders = [(native, levels_of(native)[-1]), (portable, best), *((portable, level) for level in lower)]
    lines = [["workload", "native, ms", *(text for level in (best, *lower) for text in (f"{level}, ms", f"ratio of {level}"))]]
    lines.append(["---"] * len(lines[0]))
    for workload in arguments.workloads:
        short = milliseconds(*contenders[0], workload, arguments) < SHORT
        used = contenders if short else contenders[:2]
        rounds = [[milliseconds(*contender, workload, arguments) for contender in used] for _ in range(arguments.rounds)]
        times = [min(column) for column in zip(*rounds)]
        line = [workload, f"{times[0]:.2f}"]
        for time in times[1:]:
            line += [f"{time:.2f}", f"{time / times[0]:.2f}"]
        lines.append(line + [""] * (len(lines[0]) - len(line)))
        print(*lines[-1], flush=True)
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    text += (f"\n\n{cpu}, {arguments.threads} thread(s), {arguments.rounds} rounds of {arguments.seconds} s each, in turn; "
             f"{datetime.date.today()}.")
    print("\n" + text)
    if arguments.write:
        fill(ROOT / "docs" / "performance.md", {"levels": text})


if __name__ == "__main__":
    main()
