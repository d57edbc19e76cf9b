#!/usr/bin/env python3
"""How long `orochi predict` takes for one text: until the first answer, and for each of the next ones.

usage: benchmarks/latency.py CHECKPOINT FILE [--texts 200] [--threads 1]

Sends the texts of FILE (label<TAB>text a line) one by one, each after the answer to the one before, and prints milliseconds.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import PROGRAM  # noqa: E402


def latencies(checkpoint, texts, threads):
    """Milliseconds until each answer; the first from the start of the process."""
    start = time.monotonic()
    process = subprocess.Popen([PROGRAM, "predict", checkpoint, "--threads", str(threads)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
    times = []
    for text in texts:
        process.stdin.write(f"{text}\n")
        process.stdin.flush()
        for _ in range(1 if times else 2):  # the first answer comes behind a line of column names
            if not process.stdout.readline():
                sys.exit("latency.py: predict ended without an answer")
        times.append(1000 * (time.monotonic() - start))
        start = time.monotonic()
    process.stdin.close()
    process.wait()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    texts = [line.split("\t", 1)[1] for line in options.file.read_text(encoding="utf-8").splitlines()[:options.texts]]
    times = latencies(options.checkpoint, texts, options.threads)
    words = statistics.mean(len(text.split()) for text in texts)
    first, each = times[0], sorted(times[1:])
    print(f"{len(texts)} texts of {words:.0f} words: first answer {first:.0f} ms, then median {statistics.median(each):.1f} ms, "
          f"95 % within {each[int(0.95 * len(each))]:.1f} ms")


if __name__ == "__main__":
    main()
