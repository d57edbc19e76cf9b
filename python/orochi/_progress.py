"""What training tells, on stderr."""
import sys
import time


class Progress:
    """Keeps the epochs and notes. verbose 1: a line an epoch, the notes, and on a terminal or in a notebook a bar."""

    def __init__(self, verbose):
        self.history, self.notes = [], []
        self._verbose = verbose
        self._bar = verbose and (sys.stderr.isatty() or "ipykernel" in sys.modules)
        self._total, self._first, self._began, self._width = 0, 0, 0.0, 0

    def note(self, line):
        self.notes.append(line)
        self._print(line)

    def start(self, step, total):
        self._first, self._total, self._began = step, total, time.monotonic()

    def step(self, step, loss, tokens_per_second):
        if not self._bar:
            return
        share = min(step / max(self._total, 1), 1)
        seconds = (time.monotonic() - self._began) / max(step - self._first, 1) * max(self._total - step, 0)
        bar = "#" * round(30 * share)
        line = f"step {step}/{self._total} [{bar:30}] {share:4.0%}  loss {loss:.4f}  {tokens_per_second:,.0f} tokens/s  {seconds:.0f} s left"
        self._clear(line)
        self._width = len(line)

    def epoch(self, record, best):
        self.history.append(record)
        figures = "  ".join(
            f"{name} {value:.4f}" for name, value in record.items() if name.startswith(("train_", "validation_"))
        )
        self._print(f"epoch {record['epoch']}  {figures}{'  best' if best else ''}")

    def _print(self, line):
        if self._verbose:
            self._clear()
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def _clear(self, line=""):
        if self._bar:
            sys.stderr.write("\r" + line + " " * (self._width - len(line)) + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = 0
