"""Faults made from the table of config keys (src/io/config_keys.hpp): a key that nothing reads.

In each, every place of src/ that reads the key sees its default: `config_.dropout` becomes `ModelConfig{}.dropout`. An
option that a component reads (`settings.number("beta1")` in adam.cpp: the fault adam.beta1) becomes a fixed number.
What reads, writes and compares configs as such (src/io/config*) stays as it is. All of them go into one build, where
the environment says which of them is planted.
"""

import re

STRUCTS = {"data": "DataConfig", "model": "ModelConfig", "train": "TrainConfig"}
KEY = re.compile(r'\bsection_keys\("(\w+)", visit\)|\bkey\("(\w+)", c\.(\w+)')
OPTION = re.compile(r'\bsettings\.number\("(\w+)"\)')
STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*')


def config_keys(root):
    """(section, key, its field) of each line of the table."""
    section = None
    for found in KEY.finditer((root / "src/io/config_keys.hpp").read_text()):
        section = found[1] or section
        if found[2]:
            yield section, found[2], found[3]


def reading_locations(text, declared, section, field):
    """Where `text` reads a field: (start, end) of `config.train.field`, `builder.model().field`, or `x.field` with x
    declared as the section's struct. Assigning to it or taking its address is not reading."""
    variables = "|".join(declared) or "(?!)"
    owner = rf"(?:(?:\w+(?:\.|->))*\bconfig_?\.{section}|builder\.{section}\(\)|(?:{variables}))"
    places = list(re.finditer(rf"(?<![\w.>&]){owner}\.{field}\b(?!\s*=[^=])", text))
    passive = [found.span() for found in STRING_OR_COMMENT.finditer(text)] if places else []
    for found in places:
        inside = any(start <= found.start() < end for start, end in passive)
        continues = field in STRUCTS and text[found.end()] == "."  # config.train.seed: a section, not data.train
        if not inside and not continues:
            yield found.span()


SWITCH = """// Whether this fault is planted.
#pragma once
#include <cstdlib>
#include <cstring>
#include <orochi/config.hpp>
inline bool planted(const char* key) {
  const char* name = std::getenv("OROCHI_FAULT");
  return name != nullptr && std::strcmp(name, key) == 0;
}
"""


def key_faults(root):
    """(key, places) of each key, and {path: text} of the files in which they can be planted."""
    files = [path for path in sorted((root / "src").rglob("*.?pp"))
             if not str(path.relative_to(root)).startswith("src/io/config")]
    texts = {path: path.read_text() for path in files}
    keys, places, changed, options = list(config_keys(root)), {}, {"src/planted.hpp": SWITCH}, []
    for path, text in texts.items():
        name, found = str(path.relative_to(root)), []
        header = texts.get(path.with_suffix(".hpp"), "")
        for section, key, field in keys:
            if field not in text:
                continue
            declared = set(re.findall(rf"\b{STRUCTS[section]}&? (\w+)\b", text + header))
            for start, end in reading_locations(text, declared, section, field):
                default = f"orochi::{STRUCTS[section]}{{}}.{field}"
                switch = f'(::planted("{section}.{key}") ? {default} : {text[start:end]})'
                found.append((start, end, switch))
                line = text.count("\n", 0, start) + 1
                places.setdefault(f"{section}.{key}", []).append(f"{name}:{line}")
        for option in OPTION.finditer(text):
            fault = f"{path.stem}.{option[1]}"
            found.append((*option.span(), f'(::planted("{fault}") ? 0.375 : {option[0]})'))
            places.setdefault(fault, []).append(f"{name}:{text.count(chr(10), 0, option.start()) + 1}")
            options.append(fault)
        for start, end, switch in sorted(found, reverse=True):
            text = text[:start] + switch + text[end:]
        if found:
            changed[name] = f'#include "planted.hpp"\n#line 1\n{text}'
    names = [f"{section}.{key}" for section, key, _ in keys] + sorted(set(options))
    return [(name, places.get(name, [])) for name in names], changed
