#!/usr/bin/env python3
"""usage: test_fragments.py SOURCE COMPILER INCLUDE_FOLDER...

Lets the compiler read the fragments of C++ in the documents, put into fragments.cpp.in; its errors name page and line. So it does
with the one of C. Exit code 1 where there is an error.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pages import Page

C_AROUND = '#include <stddef.h>\n#include <stdio.h>\n#include <orochi.h>\nint main(void) {\n@docs/library.md 1\nreturn p == NULL;\n}\n'


def filled(template, source, language):
    """The template with its blocks, each in braces of its own if its function is, and with the page's line numbers."""
    def block(mark):
        page = Page(mark[1], (source / mark[1]).read_text())
        line, _, text = [found for found in page.blocks() if found[1] == language][int(mark[2]) - 1]
        text = re.sub(r"^#include.*$", "", text, flags=re.M)  # they stand at the head of the template
        return f'#line {line} "{mark[1]}"\n{text}'
    return re.sub(r"^@(\S+) (\d+)$", block, template, flags=re.M)


def main():
    source, compiler, *folders = sys.argv[1:]
    source = Path(source)
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for name, language, options, text in (
                ("fragments.cpp", "cpp", ["-std=c++20"], (source / "tests/docs/fragments.cpp.in").read_text()),
                ("fragments.c", "c", ["-xc", "-std=c99"], C_AROUND)):
            file = Path(scratch) / name
            file.write_text(filled(text, source, language))
            command = [compiler, "-fsyntax-only", *options, *(f"-I{folder}" for folder in folders), str(file)]
            failed |= subprocess.run(command, check=False).returncode != 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
