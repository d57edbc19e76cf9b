"""The table of compare_pytorch.py: rows of results to the README's and docs/performance.md's block."""

import itertools
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from pages import ROOT, fill  # noqa: E402
from torch_ways import kernels, title  # noqa: E402

WORKLOADS = ["tiny", "small", "base-small", "mini", "long", "uneven-tiny", "uneven-small"]
DROPOUTS, PRECISIONS = [0.0, 0.1], ["fp32", "bf16"]
CASE = ("workload", "threads", "dropout", "precision")
HEAD = ("| workload | threads | dropout | precision | Orochi, ms a step | strongest PyTorch, ms a step | which way "
        "| **speed** | installed PyTorch, ms a step | which way | speed against it | against padded "
        "| tokens a second | memory, MB | its ratio | first step, s |")


def cpu():
    """The processor's name; with family and model where the name alone says little."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = {name: value for name, value in re.findall(r"^([\w ]+?)\s*: (.*)$", text, re.MULTILINE)}
    name, family = found.get("model name", "unknown CPU"), found.get("cpu family", "?")
    return name if re.search(r"\d", name) else f"{name} (family {family}, model {found.get('model', '?')})"


def cores():
    return len(os.sched_getaffinity(0))


def line(row):
    key, our, best, plain = row["key"], row["ours"], row["strongest"], row["installed"]
    uneven = "uneven" in key["workload"]
    against = f"{our['speed'] / row['padded']:.2f}" if row["padded"] else ""
    start = f"{our['first']:.2f} / {plain['first']:.2f}" if key["workload"] == "tiny" else ""
    name = key["workload"] + " (disturbed)" * row["disturbed"]
    cells = [*(key | {"workload": name}).values(), f"{our['ms']:.2f}",
             f"{best['ms']:.2f}", title(best, uneven) + ", as installed" * best["installed"],
             f"**{our['speed'] / best['speed']:.2f}**",
             f"{plain['ms']:.2f}", title(plain, uneven), f"{our['speed'] / plain['speed']:.2f}", against,
             f"{our['speed']:,.0f} / {best['speed']:,.0f} / {plain['speed']:,.0f}",
             f"{our['memory']:.0f} / {plain['memory']:.0f}", f"{our['memory'] / plain['memory']:.3f}", start]
    return f"| {' | '.join(map(str, cells))} |"


def below(conditions, dates):
    """What the figures are of, in the words that go below the table."""
    mkl, without = conditions["mkl"], conditions["mkl_installed"]
    quick = "" if conditions["compile"] else " Not tried: torch.compile."
    quick += " Strongest: only with the tuned malloc." if conditions["quick"] else ""
    return "\n".join([
        f"{conditions['orochi']}, PyTorch {conditions['torch']}, {conditions['cpu']}, {conditions['cores']} cores; "
        f"{conditions['rounds']} x {conditions['seconds']:g} s each, in turn; {' to '.join(dates)}.{quick}",
        "",
        f"*Strongest* is the fastest way that was found: MKL preloaded so that it takes {kernels(mkl['level'])} "
        f"({mkl['gflops']:.0f} GFLOP/s on {conditions['cores']} threads, matrices of 1024 x 1024), dropout masks of 16 "
        "random bits an element, and the named malloc. *Installed* is PyTorch as `pip install torch` gives it: MKL "
        f"takes {kernels(without['level'])} ({without['gflops']:.0f} GFLOP/s), dropout is PyTorch's, malloc the C "
        "library's. "
        "Speed is the ratio of real tokens a second (padding does not count): above 1, Orochi is faster. Tokens a "
        "second are of Orochi / strongest / installed. Memory is the process's peak, and the first step counts from "
        "the start of the process: both of Orochi / installed."])


def missing(rows):
    """The rows that a table on these numbers of threads lacks, in words."""
    have = {tuple(row["key"][name] for name in CASE) for row in rows}
    precisions = [kind for kind in PRECISIONS if any(row["key"]["precision"] == kind for row in rows)]  # not every CPU has bf16
    words = []
    for workload, threads in itertools.product(WORKLOADS, sorted({row["key"]["threads"] for row in rows})):
        every = list(itertools.product(DROPOUTS, precisions))
        gaps = [f"{dropout} {kind}" for dropout, kind in every if (workload, threads, dropout, kind) not in have]
        if gaps:
            what = "everything" if len(gaps) == len(every) else "dropout " + ", ".join(gaps)
            words.append(f"{workload}, threads {threads}: {what}")
    return "; ".join(words)


def place(key):
    """Of a row in the table."""
    return (WORKLOADS.index(key["workload"]), key["threads"], DROPOUTS.index(key["dropout"]),
            PRECISIONS.index(key["precision"]))


def table(rows, conditions):
    rows = sorted(rows, key=lambda row: place(row["key"]))
    days = sorted({row["date"] for row in rows})
    gaps = missing(rows)
    return "\n".join([HEAD, "|" + "---|" * (HEAD.count("|") - 1), *map(line, rows), "",
                      below(conditions, sorted({days[0], days[-1]}) if days else []),
                      *(["", f"Not measured: {gaps}."] if gaps else [])])


def short_table(rows):
    """A line a workload, of two threads: speed against the strongest PyTorch (against the installed one)."""
    cells = {}
    for row in rows:
        key, our = row["key"], row["ours"]
        cells[key["workload"], key["dropout"], key["precision"]] = (
            f"**{our['speed'] / row['strongest']['speed']:.2f}** ({our['speed'] / row['installed']['speed']:.2f})")
    kinds = list(itertools.product(DROPOUTS, PRECISIONS))
    names = [f"{precision}, dropout {dropout:g}" if dropout else precision for dropout, precision in kinds]
    lines = [f"| {name} | {' | '.join(cells.get((name, *kind), '-') for kind in kinds)} |" for name in WORKLOADS
             if any((name, *kind) in cells for kind in kinds)]
    return "\n".join([f"| workload | {' | '.join(names)} |", "|" + "---|" * (len(names) + 1), *lines])


def write_documents(rows, conditions, block):
    """Puts the undisturbed rows between the markers `block` of docs/performance.md; of the block "compare" also a short table of
    those with two threads into README.md."""
    rows = [row for row in rows if not row["disturbed"]]
    if not rows:
        return
    fill(ROOT / "docs" / "performance.md", {block: table(rows, conditions)})
    short = [row for row in rows if row["key"]["threads"] == 2]
    if block == "compare" and short:
        fill(ROOT / "README.md", {"compare": short_table(short)})
