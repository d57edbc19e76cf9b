"""The documents as a test sees them: blocks of code with their lines, code in sentences, links and headings."""

import re
from dataclasses import dataclass, field

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```\n", re.M | re.S)
# What a line of a block without a language begins with where it is a command.
PROGRAM = re.compile(r"(?:\w+=\S+ )*(?:build[\w-]*/\S+|orochi|scripts/|benchmarks/|tests/\S+\.py|\.ci/|example/|cmake|ctest|"
                     r"pip|python3?|cut|head(?= -)|echo|apt)(?![^\s]*:)\S*(?: |$)")


@dataclass
class Command:
    """One command of a block; `output` has the lines below a `$ ` line, up to the next one, and is empty elsewhere."""
    page: str
    line: int
    text: str
    output: list = field(default_factory=list)
    in_session: bool = False


@dataclass
class Page:
    name: str
    contents: str

    def line_at(self, offset):
        return self.contents.count("\n", 0, offset) + 1

    def blocks(self):
        """(line of its first line, language, text) of every fenced block."""
        for match in FENCE.finditer(self.contents):
            yield self.line_at(match.start(3)), match[2], match[3]

    def command_blocks(self):
        """Lists of Commands, a list a block that has any."""
        for first, language, text in self.blocks():
            if language not in ("", "sh", "console"):
                continue
            lines = text.splitlines()
            session = any(line.startswith("$ ") for line in lines)
            commands = []
            for number, line in enumerate(lines, first):
                if session and line.startswith("$ "):
                    commands.append(Command(self.name, number, line[2:], in_session=True))
                elif session and commands:
                    commands[-1].output.append(line)
                elif not session and PROGRAM.match(line) and (commands or number == first):
                    commands.append(Command(self.name, number, line))
                elif commands:
                    raise SystemExit(f"{self.name}:{number}: {line}: this line of a block of commands is none that the test knows")
            if commands:
                yield commands

    def prose(self):
        """The contents with every block of code blanked, so that offsets stay."""
        return FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), self.contents)

    def spans(self):
        """(line, text) of all code in sentences and tables."""
        for match in re.finditer(r"(`+)(.+?)\1(?!`)", self.prose(), re.S):
            yield self.line_at(match.start()), re.sub(r"\s+", " ", match[2].replace("\\|", "|"))

    def links(self):
        """(line, target) of all links and pictures."""
        for match in re.finditer(r"\]\(([^()\s]+)\)", self.prose()):
            yield self.line_at(match.start()), match[1]

    def anchors(self):
        """The anchors that GitHub gives to the headings."""
        found = set()
        for heading in re.findall(r"^#+ (.*)$", self.prose(), re.M):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
            anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
            number = 0
            while (anchor if not number else f"{anchor}-{number}") in found:
                number += 1
            found.add(anchor if not number else f"{anchor}-{number}")
        return found
