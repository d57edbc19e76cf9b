#!/usr/bin/env python3
"""What a training step costs beside other programs: 1 and 2 threads, alone and beside endless loops at low priority.

usage: benchmarks/busy_neighbors.py [--workload tiny] [--rounds 5] [--session] [PROGRAM]...   (default: build/orochi)

Prints for each program the rate of two threads over that of one, alone and beside two loops at `nice -n 10`. All are
measured in turn, so that noise hits all alike; give two builds to compare them. --session puts the loops into a session
of their own: Linux then shares the cores between the two sessions, whatever their priority (autogroups), and two
threads get no more time than one had.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOOP = [sys.executable, "-c", "while True: pass"]


def step(program, workload, threads):
    answer = subprocess.run([program, "bench", workload, "--threads", str(threads), "--seconds", "1", "--json"], check=True,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return json.loads(answer.splitlines()[-1])["ms_per_step"]["median"]


def measure(options, loops):
    """Median ms of a step by program, then threads."""
    others = [subprocess.Popen(["nice", "-n", "10", *LOOP], start_new_session=options.session) for _ in range(loops)]
    try:
        rounds = [{(program, threads): step(program, options.workload, threads)
                   for threads in (1, 2) for program in options.programs} for _ in range(options.rounds)]
    finally:
        for other in others:
            other.kill()
    return {key: statistics.median(times[key] for times in rounds) for key in rounds[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", default=[str(ROOT / "build/orochi")])
    parser.add_argument("--workload", default="tiny")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--session", action="store_true")
    options = parser.parse_args()
    print("| program | loops | 1 thread, ms a step | 2 threads | rate |\n|---|---|---|---|---|")
    for loops in (0, 2):
        times = measure(options, loops)
        for program in options.programs:
            one, two = times[program, 1], times[program, 2]
            print(f"| {program} | {loops} | {one:.2f} | {two:.2f} | {one / two:.2f} |", flush=True)


if __name__ == "__main__":
    main()
