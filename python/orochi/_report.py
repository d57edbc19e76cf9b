"""The report of a run in a notebook."""
import html
import os
import subprocess
import sys
import tempfile

from orochi import _core


class Report:
    """One page of HTML that needs no network; the last line of a notebook's cell shows it."""

    def __init__(self, page):
        self.html = page

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def _repr_html_(self):
        # A frame keeps the page's styles and scripts from the notebook's.
        page = html.escape(self.html, quote=True)
        return f'<iframe srcdoc="{page}" style="width: 100%; height: 800px; border: 0"></iframe>'

    def __repr__(self):
        return f"<orochi.Report: {len(self.html):,} characters of HTML; save(path) writes it>"


def report(run, data=None, sequences=6, ablation=True):
    """The report of a run folder, as `orochi report` makes it.

    data: a labelled file in place of the config's test data, or validation data. sequences: whose attention maps are drawn.
    ablation: whether each head is switched off in turn, an evaluation a head.
    """
    with tempfile.TemporaryDirectory(prefix="orochi-") as folder:
        path = os.path.join(folder, "report.html")
        words = ["report", os.fspath(run), "--out", path, "--sequences", str(sequences)]
        words += [] if data is None else ["--data", os.fspath(data)]
        words += [] if ablation else ["--no-ablation"]
        _call(words)
        with open(path, encoding="utf-8") as file:
            return Report(file.read())


def _call(words):
    """In a process of its own: what it prints is not of this one, and Ctrl-C ends it."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    search = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    ended = subprocess.run(
        [sys.executable, "-m", "orochi", *words],
        env={**os.environ, "PYTHONPATH": search},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        kind = _core.UsageError if ended.returncode == 2 else _core.Error
        raise kind(ended.stderr.strip() or f"`orochi {words[0]}` ended with {ended.returncode}")
