"""What a command in a document is held against where it is not run: verbs, options, keys, scripts, tests and files there are."""

import functools
import json
import re
import shlex
import subprocess
from pathlib import Path

FOLDERS = ("benchmarks", "configs", "datasets", "docs", "examples", "include", "packaging", "python", "scripts", "src", "tests", ".ci")
MADE = re.compile(r"datasets/[\w-]+/(?:generated|raw)\b")  # by scripts/make_*
PLACEHOLDER = re.compile(r"^\W*(?:[A-Z][A-Z_]+|\.\.\.|…)\W*$|[A-Z]{2,}|\.\.\.")
ANY_KEY = re.compile(r"^'?((?:data|model|train|task)(?:\.\w+)+)(?:$| ?=)")
FILE_NAME = re.compile(r"\.(?:hpp|safetensors|onnx|h5|tsv|csv)$")  # train.hpp is no key
NO_COMMAND = ("orochi checkpoint",)  # a text in a file


class Words:
    """Faults of single commands and words, as texts; nothing is printed."""

    def __init__(self, source, program):
        self.source, self.program = Path(source), program
        files = [*self.source.glob("tests/**/CMakeLists.txt"), *self.source.glob("tests/**/*.cmake")]
        self.tests = "\n".join(file.read_text() for file in sorted(files))
        self.cmake = "\n".join(file.read_text() for pattern in ("CMakeLists.txt", "cmake/*", "src/**/CMakeLists.txt")
                               for file in sorted(self.source.glob(pattern)) if file.is_file()) + self.tests
        self.presets = json.loads((self.source / "CMakePresets.json").read_text())

    def ask(self, *words):
        return subprocess.run([self.program, *words], capture_output=True, text=True, check=False)

    @functools.cache
    def help_of(self, verb):
        answer = self.ask("help", verb)
        return answer.stdout if answer.returncode == 0 else None

    @functools.cache
    def explains(self, key):
        return self.ask("config", "--explain", key).returncode == 0

    def key(self, word):
        """A word that begins with a key of a config."""
        match = ANY_KEY.match(word)
        if not match or PLACEHOLDER.search(match[1]) or FILE_NAME.search(match[1]):
            return
        if not self.explains(match[1].removesuffix(".type")):
            yield f"there is no key {match[1]}"

    def path(self, word):
        """A word that looks like a file of the repository."""
        word = word.split("#")[0].rstrip(".,:;")
        if not word.startswith(tuple(f"{folder}/" for folder in FOLDERS)) or MADE.match(word) or re.search(r"[A-Z]{2,}\b(?!\.)|[{}$ ]", word):
            return
        if not any(self.source.glob(word)):
            yield f"there is no {word}"

    def options(self, words, text, where):
        for word in words:
            option = re.match(r"--?[a-zA-Z][\w-]*", word)
            if option and not re.search(rf"(?<![\w-]){re.escape(option[0])}(?![\w-])", text):
                yield f"{where} has no option {option[0]}"

    def orochi(self, words):
        verb = words[0] if words else ""
        if verb.startswith("-") or PLACEHOLDER.search(verb) or not verb:
            return
        if verb == "help":
            verb, words = (words + [""])[1], words[1:]
        if PLACEHOLDER.search(verb) or not verb:
            return
        text = self.help_of(verb)
        if text is None:
            yield f"there is no verb {verb}"
            return
        yield from self.options(words, text + " --help -h -q --quiet", f"orochi {verb}")
        for word in words[1:]:
            yield from self.key(word)

    def ctest(self, words):
        names = words[words.index("-R") + 1] if "-R" in words else ""
        for name in filter(None, re.split(r"\\?\||[\^$()]", names)):
            if not re.search(rf"(?:orochi_test\(|add_test\(NAME )\w*{re.escape(name)}", self.tests):
                yield f"there is no test {name}"

    def built(self, word):
        """build/tests/FOLDER/test_NAME comes from tests/FOLDER."""
        match = re.match(r"build[\w-]*/tests/(\w+)/test_(\w+)$", word)
        if match and not any(re.search(rf"orochi_test\({match[2]}\b", file.read_text())
                             for pattern in ("CMakeLists.txt", "*.cmake")
                             for file in self.source.glob(f"tests/{match[1]}/{pattern}")):
            yield f"no test_{match[2]} is built in tests/{match[1]}"

    def cmake_words(self, words):
        for word, following in zip(words, words[1:] + [""]):
            if word == "--preset" and following not in [one["name"] for one in self.presets["configurePresets"]]:
                yield f"there is no preset {following}"
            match = re.match(r"-D(OROCHI_\w+)", word)
            if match and match[1] not in self.cmake:
                yield f"there is no {match[1]}"
            if word == "-S":
                if not (self.source / following / "CMakeLists.txt").exists() and "/" in following:
                    yield f"there is no project {following}"

    def command(self, text):
        """Every fault of one command of the shell."""
        if text in NO_COMMAND:
            return
        try:
            lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
            lexer.whitespace_split = True
            tokens = list(lexer)
        except ValueError as error:
            yield str(error)
            return
        command = []
        for token in tokens + ["|"]:
            if token and set(token) <= set("|&;<>"):
                yield from self.one(command)
                command = []
            else:
                command.append(token)

    def one(self, words):
        while words and re.match(r"\w+=", words[0]):
            words = words[1:]
        if not words:
            return
        head, rest = words[0], words[1:]
        if re.fullmatch(r"(?:build[\w-]*/|example/)?(?:orochi|extended|dragon)(?:_f64)?", head):
            if head.endswith("orochi"):
                yield from self.orochi(rest)
        elif head == "ctest":
            yield from self.ctest(rest)
        elif head == "cmake":
            yield from self.cmake_words(rest)
        elif head.startswith(("scripts/", "benchmarks/", "tests/", ".ci/")) and not PLACEHOLDER.search(head):
            yield from self.path(head)
            if (self.source / head).is_file():
                yield from self.options([word for word in rest if not word.startswith("-D")], self.script_text(head), head)
        yield from self.built(head)
        for word in words:
            yield from self.path(word)

    def script_text(self, name):
        """A script and what it draws in, so that a shared option counts; argparse and `case` name options as they are written."""
        text = (self.source / name).read_text()
        shared = "\n".join((self.source / name).parent.joinpath(f"{module}.py").read_text()
                           for module in re.findall(r"^(?:from|import) (\w+)", text, re.M)
                           if (self.source / name).parent.joinpath(f"{module}.py").exists())
        return text + shared + " --help -h"
