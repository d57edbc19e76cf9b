#!/usr/bin/env python3
"""Each workload's operations, their shares and rates, and how far a step is from its floor: docs/performance.md.

usage: benchmarks/profiles.py [--write]     (--write: also between the markers of docs/performance.md)

The floor is a step's products at 96 % of the measured peak. Needs build/orochi.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, fill, orochi  # noqa: E402

WORKLOADS = ("tiny", "small", "base-small", "mini", "long", "uneven-tiny", "uneven-small")
ROWS = ("linear", "attention", "activation, dropout, residual", "norm", "sum of the shards", "update")
NEAR_PEAK = 0.96


def bench(workload, *settings):
    return json.loads(orochi("bench", workload, *settings, "--threads", 2, "--seconds", 3, "--profile", "--json"))


def floor_ms(result):
    return 1e3 * result["gflop_per_step"] / (NEAR_PEAK * result["peak_gflops"])


def time_ms(result):
    return 1e3 * result["tokens_per_step"] / result["tokens_per_second"]


def rate(cost):
    if cost["ms"] == 0:
        return "-"
    if cost["gflop"] > 0:
        return f"{1e3 * cost['gflop'] / cost['ms']:.0f}"
    return f"{cost['mb'] / cost['ms']:.0f} GB/s"


def cell(result, operation):
    rows = result["profile"]
    total = sum(row[way]["ms"] for row in rows for way in ("forward", "backward") if way in row)
    row = next(row for row in rows if row["operation"] == operation)
    share = 100 * (row["forward"]["ms"] + row["backward"]["ms"]) / total
    return f"{share:.0f} % ({rate(row['forward'])}, {rate(row['backward'])})"


def main():
    if sys.argv[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    results = [bench(name) for name in WORKLOADS]
    half = [bench(name, "train.precision=bf16") for name in WORKLOADS]
    lines = ["| workload | step, ms | floor, ms | ratio | bf16, ms | fp32 / bf16 |", "|---|---|---|---|---|---|"]
    for fp32, bf16 in zip(results, half):
        lines.append(f"| {fp32['workload']} | {time_ms(fp32):.2f} | {floor_ms(fp32):.2f} | {time_ms(fp32) / floor_ms(fp32):.2f} "
                     f"| {time_ms(bf16):.2f} | {time_ms(fp32) / time_ms(bf16):.2f} |")
    lines += ["", "Shares of a step in fp32 and, in brackets, rates forward and backward (GFLOP/s unless named):", "",
              f"| operation | {' | '.join(WORKLOADS)} |", "|---" * (len(WORKLOADS) + 1) + "|"]
    for operation in ROWS:
        lines.append(f"| {operation} | {' | '.join(cell(result, operation) for result in results)} |")
    peak = max(result["peak_gflops"] for result in results)
    text = "\n".join([*lines, "", f"Peak of two threads: {peak:.0f} GFLOP/s in multiply-adds alone."])
    print(text)
    if sys.argv[1:]:
        fill(ROOT / "docs" / "performance.md", {"profiles": text})


if __name__ == "__main__":
    main()
