#!/usr/bin/env python3
"""usage: test_documents.py SOURCE PROGRAM [VERB that the program lacks]...

Runs the commands of README.md, CONTRIBUTING.md and docs/*.md in scratch folders, block after block: the blocks of a tutorial
build on one another, a block of a page to look things up has a folder of its own. What is not run (NOT_RUN says why) and what
is named in sentences is held against what there is. Examples of configs are read by `orochi config`, links are followed.
Each fault is a line FILE:LINE; exit code 1 where there is one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pages import Page
from words import Words

# What is not run here, by how it begins, and why. It is still checked word by word.
NOT_RUN = {
    "scripts/quickstart": "installs packages and builds",
    "scripts/test": "installs packages and runs this test",
    "scripts/lint": "minutes",
    "scripts/reference": "run by the test reference_pages",
    "scripts/make_wheel": "minutes; test_python builds the same extension",
    "scripts/dragons_lab": "hours",
    ".ci/run": "runs this test",
    "pip install": "network",
    "cmake ": "builds; the tests example_* build the examples as the pages say",
    "example/extended": "built by the test example_extensions",
    "build-example/": "built by the test example_same_flags, which runs the same",
    "build/orochi bench   ": "half a minute",
    "build/orochi bench mini": "needs a CPU with AVX512_BF16",
}
# A tutorial's blocks share a folder.
TUTORIALS = ("README.md", "docs/first-model.md", "docs/own-data.md", "docs/reading-heads.md")
# What a block takes for granted, by how its first command begins.
SPLICE = "orochi train configs/splice.toml --run runs/splice"
BEFORE = {
    "orochi train --from runs/splice": [SPLICE],
    "orochi export runs/reviews": ["orochi init reviews.csv", "orochi train reviews.toml"],
    "build/orochi train configs/splice.toml model.num_heads=8": ["orochi train configs/splice.toml --run runs/quickstart"],
}
# So that a block takes a second.
SHORTER = ((r"train\.epochs=\d+", "train.epochs=1"), (r"--budget \w+", "--budget 60 train.epochs=3"), (r"--seeds \d+", "--seeds 2"),
           (r"(orochi train (?!--from)\S+\.toml)(?=[^|]*$)", r"\1 train.epochs=1"), (r"(--data new\.tsv)", r"\1 train.epochs=1"),
           (r"(orochi bench \S+)", r"\1 --seconds 1"), (r"(orochi cross-validate \S+)", r"\1 --folds 2"))
# Sessions whose numbers are the machine's: only the first word of each line is compared.
MACHINE = ("orochi train configs/splice.toml --dry-run", "orochi doctor")
REVIEWS = "".join(f"{label},{words} the {thing}\n" for thing in ("tea", "soup", "bread", "cake", "rice", "pie", "fish", "jam")
                  for label, words in (("good", "I like"), ("good", "we all love"), ("good", "warm and sweet is"),
                                       ("bad", "I send back"), ("bad", "cold and stale is"), ("bad", "never again")))


def make_folder(folder, source, program):
    """What a reader has at hand: the repository with a tenth of splice, the program, and data under the names of the pages."""
    folder.mkdir(parents=True)
    for name in ("scripts", "examples", "benchmarks"):
        (folder / name).symlink_to(source / name)
    shutil.copytree(source / "configs", folder / "configs")
    (folder / "datasets/splice").mkdir(parents=True)
    for name in ("train", "test"):
        lines = (source / f"datasets/splice/{name}.tsv").read_text().splitlines(keepends=True)
        (folder / f"datasets/splice/{name}.tsv").write_text("".join(lines[::10]))
    (folder / "new.tsv").write_text("".join(lines[5::20]))
    (folder / "build").mkdir()
    (folder / "build/orochi").symlink_to(program)
    (folder / "reviews.csv").write_text("label,text\n" + REVIEWS)
    (folder / "reviews-test.csv").write_text("label,text\n" + REVIEWS)
    (folder / "new.csv").write_text("text\nI like the tea\nnever again the jam\n")
    (folder / "corpus.txt").write_text("".join(line.split("\t")[1] for line in lines[::20]))
    (folder / "labelled.toml").write_text('[data]\ntrain = "new.tsv"\n[model]\ninit_from = "runs/corpus/best.h5"\n')
    shutil.copytree(source / "tests/fixtures/encoders/minilm", folder / "all-MiniLM-L6-v2")


class Check:
    def __init__(self, source, program, scratch, left_out):
        self.source, self.program, self.scratch = source, program, scratch
        self.left_out = tuple(f"orochi {verb} " for verb in left_out)
        self.words, self.faults, self.run_count = Words(source, program), [], 0
        self.environment = {**os.environ, "PATH": f"{scratch / 'bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
        (scratch / "bin").mkdir()
        (scratch / "bin/orochi").symlink_to(program)

    def fault(self, page, line, what):
        self.faults.append(f"{page}:{line}: {what}")

    def shell(self, text, folder):
        for pattern, shorter in SHORTER:
            text = re.sub(pattern, shorter, text)
        return subprocess.run(["bash", "-o", "pipefail", "-c", text], cwd=folder, env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def compare(self, command, found):
        """The output that a page shows, where `...` stands for anything."""
        expected = "\n".join(command.output).strip()
        if command.text.startswith(MACHINE):
            first_words = [re.split(r"  +", line)[0] for line in expected.splitlines() if line and line[0] not in " ."]
            for word in first_words:
                if not re.search(rf"^{re.escape(word)}\b", found, re.M):
                    self.fault(command.page, command.line, f"no line of the output begins with {word!r}:\n{found}")
        elif not re.fullmatch(re.escape(expected).replace(r"\.\.\.", r".*"), found.strip()):
            self.fault(command.page, command.line, f"the output is now:\n{found}")

    def run_block(self, commands, folder, config):
        """`config`: the example before the block, which the first command may name as a file that is not there yet."""
        if not folder.exists():
            make_folder(folder, self.source, self.program)
        for name in re.findall(r"[\w/-]+\.toml", commands[0].text)[:1]:
            if config and not (folder / name).exists():
                (folder / name).write_text(config)
        before = [texts for start, texts in BEFORE.items() if commands[0].text.startswith(start)]
        for text in sum(before, []):
            answer = self.shell(text, folder)
            if answer.returncode != 0:
                self.fault(commands[0].page, commands[0].line, f"before it, {text!r} ended with {answer.returncode}:\n{answer.stdout}")
        for command in commands:
            if command.text.startswith((*NOT_RUN, *self.left_out)):
                continue
            self.run_count += 1
            answer = self.shell(command.text, folder)
            wanted = 2 if any("error: " in line for line in command.output) else 0
            if answer.returncode != wanted:
                self.fault(command.page, command.line, f"{command.text!r} ended with {answer.returncode}:\n{answer.stdout[-2000:]}")
            elif command.in_session:
                self.compare(command, answer.stdout)

    def commands(self, page):
        for number, commands in enumerate(page.command_blocks()):
            for command in commands:
                for fault in self.words.command(command.text.split("  #")[0]):
                    self.fault(page.name, command.line, fault)
                if re.search(r"\|\s*head\b", command.text):
                    self.fault(page.name, command.line, "what writes to head may be killed by it: let head read the file")
            name = page.name.replace("/", "-")
            configs = [text for line, language, text in page.blocks() if language == "toml" and line < commands[0].line]
            self.run_block(commands, self.scratch / (name if page.name in TUTORIALS else f"{name}-{number}"), (configs or [""])[-1])

    def configs(self, page):
        """Blocks of TOML are configs, or parts of one; those with custom layers are quoted files, which examples/ trains."""
        folder = self.scratch / "configs"
        if not folder.exists():
            make_folder(folder, self.source, self.program)
            self.shell("orochi import all-MiniLM-L6-v2 --out encoder.h5", folder)
        for line, language, text in page.blocks():
            if language != "toml" or "custom layers" in text:
                continue
            (folder / "example.toml").write_text(text)
            given = [] if re.search(r"^train = ", text, re.M) else ["data.train=new.tsv"]
            if "init_from" in text:  # the encoder at hand is a tiny one
                given.append("data.max_length=32")
            answer = subprocess.run([self.program, "config", "example.toml", *given], cwd=folder, text=True,
                                    capture_output=True, check=False)
            if answer.returncode != 0:
                self.fault(page.name, line, answer.stderr)

    def sentences(self, page):
        for line, span in page.spans():
            runs = re.match(r"(?:\w+=\S+ )?(?:build[\w-]*/|orochi |scripts/|benchmarks/|tests/\S+\.py|cmake |ctest |\.ci/)", span)
            for fault in self.words.command(span) if runs else [*self.words.path(span), *self.words.key(span), *self.words.cmake_words([span])]:
                self.fault(page.name, line, f"`{span}`: {fault}")

    def links(self, page, pages):
        for line, target in page.links():
            name, _, anchor = target.partition("#")
            if re.match(r"\w+:", target):
                continue
            file = (self.source / page.name).parent / name if name else self.source / page.name
            if not file.exists():
                self.fault(page.name, line, f"there is no {target}")
            elif anchor and file.suffix == ".md" and anchor not in Page(name, file.read_text()).anchors():
                self.fault(page.name, line, f"{name or page.name} has no heading #{anchor}")


def main():
    source, program = (Path(word).resolve() for word in sys.argv[1:3])
    names = ["README.md", "CONTRIBUTING.md", *(f"docs/{file.name}" for file in sorted((source / "docs").glob("*.md")))]
    pages = [Page(name, (source / name).read_text()) for name in names]
    with tempfile.TemporaryDirectory() as scratch:
        check = Check(source, program, Path(scratch), sys.argv[3:])
        for page in pages:
            check.links(page, pages)
            check.sentences(page)
            check.configs(page)
            check.commands(page)
    unused = [start for start in NOT_RUN if not any(command.text.startswith(start) for page in pages
                                                    for block in page.command_blocks() for command in block)]
    check.faults += [f"tests/docs/test_documents.py: no command begins with {start!r}" for start in unused]
    print("\n".join(check.faults + [f"{check.run_count} commands run, {len(check.faults)} faults"]))
    sys.exit(1 if check.faults or not check.run_count else 0)


if __name__ == "__main__":
    main()
