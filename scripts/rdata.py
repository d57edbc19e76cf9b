"""Reads the part of R's workspace format (.rda) that a data frame of factors and numbers needs.

The format is R's "serialization", described in "R Internals", section 1.8: a magic line, then big-endian items, each
led by an integer whose low byte is the type and whose bits 9 and 10 say whether attributes and a tag follow.
"""

import bz2
import gzip
import lzma
import struct

SYMBOL, PAIR_LIST, CHARACTERS = 1, 2, 9
LOGICALS, INTEGERS, REALS, STRINGS, LIST = 10, 13, 14, 16, 19
REFERENCE, NIL = 255, 254
HAS_ATTRIBUTES, HAS_TAG = 1 << 9, 1 << 10
MISSING = -(1 << 31)  # R's NA among integers


class Vector(list):
    """The elements of an R vector; `attributes` maps names to values."""

    def __init__(self, elements):
        super().__init__(elements)
        self.attributes = {}


class Reader:
    def __init__(self, data):
        self.data, self.position, self.symbols = data, 0, []

    def take(self, count):
        part = self.data[self.position:self.position + count]
        if len(part) != count:
            raise ValueError("the file ends in the middle of an item")
        self.position += count
        return part

    def integers(self, count):
        return list(struct.unpack(f">{count}i", self.take(4 * count)))

    def integer(self):
        return self.integers(1)[0]

    def pair_list(self, flags):
        """A chain of (tag, value) cells as a dict."""
        cells = {}
        while flags & 255 == PAIR_LIST:
            if flags & HAS_ATTRIBUTES:
                self.item()
            tag = self.item() if flags & HAS_TAG else len(cells)
            cells[tag] = self.item()
            flags = self.integer()
        if flags & 255 != NIL:
            raise ValueError(f"a pair list ends in an item of type {flags & 255}")
        return cells

    def elements(self, kind):
        count = self.integer()
        if kind in (LOGICALS, INTEGERS):
            return self.integers(count)
        if kind == REALS:
            return list(struct.unpack(f">{count}d", self.take(8 * count)))
        return [self.item() for _ in range(count)]

    def item(self):
        flags = self.integer()
        kind = flags & 255
        if kind == NIL:
            return None
        if kind == PAIR_LIST:
            return self.pair_list(flags)
        if kind == SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == REFERENCE:
            return self.symbols[(flags >> 8 or self.integer()) - 1]
        if kind == CHARACTERS:
            length = self.integer()
            return None if length == -1 else self.take(length).decode("utf-8")
        if kind not in (LOGICALS, INTEGERS, REALS, STRINGS, LIST):
            raise ValueError(f"R item of type {kind} at byte {self.position - 4}: this reader knows data frames only")
        vector = Vector(self.elements(kind))
        if flags & HAS_ATTRIBUTES:
            vector.attributes = self.item()
        return vector


def read_workspace(path):
    """{object name: value} of an .rda file, whichever way it is compressed. Raises ValueError."""
    data = path.read_bytes()
    for magic, opener in ((b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ", lzma)):
        if data.startswith(magic):
            data = opener.decompress(data)
            break
    if data[:5] not in (b"RDX2\n", b"RDX3\n") or data[5:7] != b"X\n":
        raise ValueError(f"{path.name} is no R workspace in binary XDR form")
    reader = Reader(data[7:])
    version, _, _ = reader.integers(3)
    if version == 3:
        reader.take(reader.integer())  # the name of the encoding of the strings
    return reader.item()


def factor(column):
    """The level names of a factor, None where a value is missing."""
    levels = column.attributes["levels"]
    return [None if code == MISSING else levels[code - 1] for code in column]
