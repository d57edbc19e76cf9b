#!/usr/bin/env python3
"""Tokens a second and memory of `orochi bench` over length, batch, shards, chunks and threads: docs/performance.md.

usage: benchmarks/sweep.py [--write]     (--write: also between the markers of docs/performance.md)

Each cell is one run of `orochi bench` with a process of its own, one second of steps. Needs build/orochi.
"""

import json
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, fill, orochi  # noqa: E402

MOST_TOKENS = 131072  # of a step: above, a cell stays empty


def bench(workload, *settings, threads=2):
    return json.loads(orochi("bench", workload, *settings, "--threads", threads, "--seconds", 1, "--json"))


def cell(result):
    return f"{result['tokens_per_second'] / 1000:,.0f} / {result['peak_memory_mb']:.0f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(value) for value in line) + " |" for line in lines)


def lengths_and_batches():
    lengths, batches = (64, 256, 1024, 4096), (1, 4, 16, 64, 256)
    rows = []
    for length in lengths:
        fits = [batch for batch in batches if batch * length <= MOST_TOKENS]
        cells = [cell(bench("tiny", f"data.max_length={length}", f"train.batch_size={batch}")) for batch in fits]
        rows.append([length, *cells, *[""] * (len(batches) - len(fits))])
    return table(["length \\ batch", *batches], rows)


def shards_and_threads():
    shards, threads = (1, 2, 4, 8, 16, 32), (1, 2)
    rows = [[count, *[cell(bench(name, f"train.shards={count}", "train.gradient_memory_mb=4000", threads=t))
                      for name in ("tiny", "base-small") for t in threads]] for count in shards]
    return table(["shards", *[f"{name}, {t} threads" for name in ("tiny", "base-small") for t in threads]], rows)


def chunks():
    sizes = (64, 128, 256, 512, 1024)
    names = ("tiny", "small", "mini", "uneven-small")
    return table(["chunk_rows", *names], [[size, *[cell(bench(name, f"train.chunk_rows={size}")) for name in names]] for size in sizes])


def main():
    if sys.argv[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    text = "\n\n".join([f"Thousand tokens a second / MB, {cpu}, {os.cpu_count()} cores, dropout 0.1.",
                        "`tiny` with other lengths and batch sizes, 2 threads:", lengths_and_batches(),
                        "Shards and threads:", shards_and_threads(),
                        "Chunks, 2 threads:", chunks()])
    print(text)
    if sys.argv[1:]:
        fill(ROOT / "docs" / "performance.md", {"sweep": text})


if __name__ == "__main__":
    main()
