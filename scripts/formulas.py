"""The formulas of the documents, by name: what a planted fault may say that it covers.

docs/training.md: the left sides of indented lines, such as `loss_b` or `adamw v`; docs/checkpoint.md: the rows of
tables with a column "formula", the counters and figures of the file, and the paragraphs and points that define a layer;
docs/multi-head-attention.md: the matrices that `orochi explain` prints.
"""

import re


def indented(text):
    """`sgd     v = ...     p = ...` is "sgd v" and "sgd p", `below(k) = ...` is "below", and so is `below: ...`; a line
    indented more goes on with the name before."""
    head = ""
    for indent, line in re.findall(r"^( {4,})(\S.*)$", text, re.MULTILINE):
        parts = re.split(r" {2,}(?!=)", line)
        if "=" not in parts[0]:
            head = parts.pop(0)
        elif len(indent) == 4:
            head = ""
        for part in parts:
            left = re.match(r"([\w ]*\w) *(?:\([\w, ]*\))?(?: *=|:)", part)
            yield f"{head} {left[1]}".strip() if left else head


def table_rows(text):
    """First cells of tables with a column "formula", of counters and of figures."""
    in_formulas = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            in_formulas = False
        elif "formula" in cells:
            in_formulas = True
        elif in_formulas and not cells[0].startswith("---"):
            yield cells[0].strip("`")
        elif cells[0].startswith(("`/progress", "`/state/normalization")):
            yield from re.findall(r"`([^`]+)`", cells[0])


def definitions(text):
    """Bold paragraphs and the points below them: **Attention.**, - `model.norm_first = true`: ..."""
    for bold, point in re.findall(r"^(?:\*\*([^*.]+)\.\*\*|- `([^`]+)`:)", text, re.MULTILINE):
        yield bold or point


def matrices(text):
    """Q = ..., scores = ... of the printed example."""
    for name in re.findall(r"^(?:head 1: |)(\w[\w ']*?)(?: = .*)?  \[\d+, \d+\]$", text, re.MULTILINE):
        yield name


def formulas(root):
    docs = root / "docs"
    sources = {"training.md": [indented], "checkpoint.md": [table_rows, definitions],
               "multi-head-attention.md": [matrices]}
    names = [f"docs/{doc}: {name}" for doc, parsers in sources.items() for parse in parsers
             for name in parse((docs / doc).read_text())]
    return list(dict.fromkeys(names))
