"""What the scripts behind the documents share: calling the built program, and the marked blocks of a page."""

import csv
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "orochi"
# Student's t, 95 %, of n values: n - 1 degrees of freedom.
T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


def orochi(*words, program=PROGRAM, text=None):
    """Standard output of one call in the project's folder; what orochi complains of ends this program."""
    command = [str(word) for word in (program, *words)]
    try:
        answer = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit(f"there is no {program}; scripts/test builds it")
    if answer.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with exit code {answer.returncode}:\n{answer.stderr}")
    return answer.stdout


def read_rows(path):
    """{column: text} of each row of a table with tabs; none where there is no file."""
    return list(csv.DictReader(path.open(), delimiter="\t")) if path.exists() else []


def write_rows(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def fill(page, blocks):
    """Puts each {name: text} between `<!-- name -->` and the `<!-- end -->` behind it; each mark must be there once."""
    contents = page.read_text()
    for name, text in blocks.items():
        contents, found = re.subn(rf"(?s)(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)",
                                  lambda marks, text=text: f"{marks[1]}{text}\n{marks[2]}", contents)
        if found != 1:
            sys.exit(f"{page.relative_to(ROOT)}: the mark <!-- {name} --> is there {found} times; expected once")
    page.write_text(contents)


def fenced(text):
    """As a block of code."""
    return f"```\n{text.rstrip()}\n```"
