"""Faults made from the table of config keys (src/io/config_keys.hpp): a key that nothing reads.

In each, every place of src/ that reads the key sees its default: `config_.momentum` becomes `TrainConfig{}.momentum`.
What reads, writes and compares configs as such (src/io/config*) stays as it is.
"""

import re

STRUCTS = {"data": "DataConfig", "model": "ModelConfig", "train": "TrainConfig"}
KEY = re.compile(r'\bKey\{"(\w+)", name,|\bkey\("(\w+)", c\.(\w+)|\bKey\{"(\w+)", "(\w+)"(.*?)\);\n', re.DOTALL)
STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*')


def config_keys(root):
    """(section, key, its fields) of each line of the table."""
    section = None
    for found in KEY.finditer((root / "src/io/config_keys.hpp").read_text()):
        heads_section, name, field, own_section, own_name, rest = found.groups()
        if heads_section:
            section = heads_section
        elif name:
            yield section, name, [field]
        else:
            yield own_section, own_name, re.findall(r"\bc\.(\w+)", rest)


def reading_places(text, declared, section, field):
    """Where `text` reads a field: (start, end) of `config.train.field`, `builder.model().field`, or `x.field` with x
    declared as the section's struct. Assigning to it or taking its address is not reading."""
    variables = "|".join(declared) or "(?!)"
    owner = rf"(?:(?:\w+(?:\.|->))*\bconfig_?\.{section}|builder\.{section}\(\)|(?:{variables}))"
    passive = [found.span() for found in STRING_OR_COMMENT.finditer(text)]
    for found in re.finditer(rf"(?<![\w.>&]){owner}\.{field}\b(?!\s*=[^=])", text):
        inside = any(start <= found.start() < end for start, end in passive)
        continues = field in STRUCTS and text[found.end()] == "."  # config.train.seed: a section, not data.train
        if not inside and not continues:
            yield found.span()


def key_faults(root):
    """(key, places, {path: text}) of each key's fault, and the keys that nothing reads."""
    files = [path for path in sorted((root / "src").rglob("*.?pp"))
             if not str(path.relative_to(root)).startswith("src/io/config")]
    texts = {path: path.read_text() for path in files}
    faults, unread = [], []
    for section, key, fields in config_keys(root):
        struct, places, changed = STRUCTS[section], [], {}
        for path, text in texts.items():
            header = texts.get(path.with_suffix(".hpp"), "")
            declared = set(re.findall(rf"\b{struct}&? (\w+)\b", text + header))
            spans = [(*span, field) for field in fields for span in reading_places(text, declared, section, field)]
            name = str(path.relative_to(root))
            places += [f"{name}:{text.count(chr(10), 0, start) + 1}" for start, _, _ in spans]
            for start, end, field in sorted(spans, reverse=True):
                text = f"{text[:start]}{struct}{{}}.{field}{text[end:]}"
            if spans:
                changed[name] = text
        if changed:
            faults.append((f"{section}.{key}", places, changed))
        else:
            unread.append(f"{section}.{key}")
    return faults, unread
