#!/usr/bin/env python3
"""Computes the logits of a checkpoint as docs/checkpoint.md describes them, in NumPy and double precision, and prints
the largest difference to those of `orochi predict --logits --json`; exit code 1 where it is above 1e-4.

Needs Python 3.11, numpy and h5py. Custom layers are not known here.
"""
import argparse
import collections
import functools
import itertools
import json
import math
import pathlib
import subprocess
import sys
import tomllib
import unicodedata

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4

SPACES = "0009-000D 0020 0085 00A0 1680 2000-200A 2028-2029 202F 205F 3000"


def characters(ranges):
    """The set of characters in hexadecimal ranges "first-last"."""
    ends = [[int(end, 16) for end in item.split("-")] for item in ranges.split()]
    return {chr(point) for item in ends for point in range(item[0], item[-1] + 1)}


SPACES = characters(SPACES)


def normal(text, lowercase):
    text = unicodedata.normalize("NFC", text)
    # str.lower gives the full mapping; its first code point is the simple one (U+0130 is the only one of two).
    return "".join(char.lower()[0] for char in text) if lowercase else text


def with_marks(text):
    """Its characters, each with the combining marks behind it."""
    tokens = []
    for char in text:
        if tokens and unicodedata.category(char)[0] == "M":
            tokens[-1] += char
        else:
            tokens.append(char)
    return tokens


def words(text, marks="PS"):
    tokens, word = [], ""
    for char in with_marks(text) + [" "]:
        is_mark = unicodedata.category(char[0])[0] in marks
        if char[0] not in SPACES and not is_mark:
            word += char
            continue
        tokens += [word] if word else []
        tokens += [char] if is_mark else []
        word = "" if is_mark else char[1:]
    return tokens


TOKENIZERS = {"word": words, "char": with_marks, "whitespace": lambda text: words(text, marks=())}


def mix(h, v, factor=0x9E3779B97F4A7C15):
    """Of a run of tokens and the one before it, in 64 bits."""
    h = (h + v + 1) * factor & 2**64 - 1
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & 2**64 - 1
    h = (h ^ h >> 27) * 0x94D049BB133111EB & 2**64 - 1
    return h ^ h >> 31


def text_grams(text):
    """Of a text in lower case: words and their pairs; runs of 1 to 5 characters of what is between white space."""
    letters = "".join(char if char == "_" or unicodedata.category(char)[0] in "LN" else " " for char in text).split()
    pieces = [f" {piece} " for piece in "".join(" " if char in SPACES else char for char in text).split(" ") if piece]
    return letters + [" ".join(pair) for pair in zip(letters, letters[1:])], [
        gram for piece in pieces for n in range(1, 6) for gram in
        [piece[i:i + n] for i in range(len(piece) - n + 1)]]


def split_mix(seed, stream):
    """SplitMix64: numbers of 64 bits."""
    state = mix(mix(seed, -1, 1) + stream, -1, 1)
    while True:
        state = state + 0x9E3779B97F4A7C15 & 2**64 - 1
        yield mix(state, -1, 1)


def dilations(length, features):
    """{dilation: features of each kernel}"""
    steps, most, result = min(features, 32), math.log2((length - 1) / 8), {}
    for s in range(steps):
        dilation = int(2 ** (most * s / (steps - 1) if steps > 1 else 0) + 1e-9)
        result[dilation] = result.get(dilation, 0) + features // steps + (s < features % steps)
    return result


def drawn_channels(channels, random):
    count = int(2 ** ((next(random) >> 11) * 2.0**-53 * math.log2(min(channels, 9) + 1)))
    order = list(range(channels))
    for i in range(channels, 1, -1):
        j = (next(random) >> 32) * i >> 32
        order[i - 1], order[j] = order[j], order[i - 1]
    return sorted(order[:min(max(count, 1), channels)])


def softmax(z):
    """Over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def turn(x):
    """Rotary positions: pairs of columns of one head [T, D]."""
    length, width = x.shape
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, width, 2) / width)  # [T, D / 2]
    even, odd = x[:, 0::2], x[:, 1::2]
    y = np.empty_like(x)
    y[:, 0::2] = even * np.cos(angle) - odd * np.sin(angle)
    y[:, 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return y


def alibi_slope(head, heads):
    power = 2 ** math.floor(math.log2(heads))
    return 2 ** (-8 * (head + 1) / power) if head < power else 2 ** (-4 * (2 * (head - power) + 1) / power)


erf = np.vectorize(math.erf, otypes=[float])
ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


class Checkpoint:
    """One file: from a line of data to logits [K]."""

    def __init__(self, path):
        with h5py.File(path) as file:
            config = tomllib.loads(file["config"].asstr()[()])
            self.data, self.model, self.layers = config["data"], config["model"], config.get("layer", {})
            self.labels = list(file["state/task/labels"].asstr()[:])
            self.channels = int(file["state/data/channels"][0])
            if self.channels:
                self.mean, self.std = (file[f"state/normalization/{name}"][:].astype(np.float32) for name in ("mean", "std"))
            else:
                self.numbers = {token: i for i, token in enumerate(file["state/tokenizer/vocabulary"].asstr()[:])}
            self.parameters = {}
            file["parameters"].visititems(self.keep)
        self.unused = set(self.parameters)
        self.member = ""  # what names begin with, of one of several

    def keep(self, path, item):
        if isinstance(item, h5py.Dataset):
            self.parameters[path.replace("/", ".")] = item[:].astype(np.float64)

    def parameter(self, name):
        self.unused.discard(self.member + name)
        return self.parameters[self.member + name]

    def tokens(self, line):
        tokenizer = self.data["tokenizer"]
        tokens = TOKENIZERS[tokenizer["type"]](normal(line, tokenizer["lowercase"]))
        return [self.numbers.get(token, 0) for token in tokens]

    def values(self, line):
        rows = np.array([part.split(",") for part in line.split(":")], dtype=np.float64).T  # [T, channels]
        return (rows.astype(np.float32) - self.mean) / self.std

    def linear(self, prefix, x):
        return x @ self.parameter(prefix + ".weight").T + self.parameter(prefix + ".bias")

    def mask(self, length, head):
        """[T, T], to be added to scaled scores"""
        place = np.arange(length)
        ahead = place - place[:, None]  # by how much the key is behind the query in the sequence
        hidden = (ahead > 0) & self.model["causal"]
        window = self.model.get("window", 0)
        if window > 0:
            hidden |= np.abs(ahead) > window
        slope = alibi_slope(head, self.model["num_heads"]) if self.model["positions"] == "alibi" else 0
        return np.where(hidden, -np.inf, -slope * np.abs(ahead))

    def attention(self, prefix, x):
        heads = self.model["num_heads"]
        width = self.model["head_dim"] or x.shape[1] // heads
        q, k, v = (self.linear(f"{prefix}.{name}", x) for name in ("query", "key", "value"))  # [T, H D]
        outputs = []
        for head in range(heads):
            own = slice(head * width, (head + 1) * width)
            query, key = q[:, own], k[:, own]
            if self.model["positions"] == "rotary":
                query, key = turn(query), turn(key)
            scores = query @ key.T / math.sqrt(width) + self.mask(len(x), head)
            outputs.append(softmax(scores) @ v[:, own])
        return self.linear(prefix + ".output", np.hstack(outputs))

    def encoder_layer(self, prefix, x):
        for norm, layer in (("norm1", "attention"), ("norm2", "feed_forward")):
            normed = lambda rows: self.layer(self.model["norm"], f"{prefix}.{norm}", rows)
            changed = lambda rows: self.layer(self.model[layer], f"{prefix}.{layer}", rows)
            x = x + changed(normed(x)) if self.model["norm_first"] else normed(x + changed(x))
        return x

    def norm(self, name, prefix, x):
        centred = x - x.mean(axis=1, keepdims=True) if name == "layer_norm" else x
        scale = np.sqrt((centred**2).mean(axis=1, keepdims=True) + self.model["layer_norm_eps"])
        y = centred / scale * self.parameter(prefix + ".weight")
        return y + self.parameter(prefix + ".bias") if name == "layer_norm" else y

    def layer(self, name, prefix, x):
        """A registered layer of rows: [T, W] to [T, W]."""
        length, width = x.shape
        if name == "learned":
            return x + self.parameter(prefix + ".weight")[:length]
        if name == "sinusoidal":
            column = np.arange(width)
            angle = np.arange(length)[:, None] / 10000 ** (2 * (column // 2) / width)
            return x + math.sqrt(2 / width) * np.where(column % 2 == 0, np.sin(angle), np.cos(angle))
        if name in ("layer_norm", "rms_norm"):
            return self.norm(name, prefix, x)
        if name in ACTIVATIONS:
            return ACTIVATIONS[name](x)
        if name == "linear":
            return self.linear(prefix, x)
        if name == "multi_head_attention":
            return self.attention(prefix, x)
        if name == "feed_forward":
            hidden = self.layer(self.model["activation"], prefix + ".activation", self.linear(prefix + ".linear1", x))
            return self.linear(prefix + ".linear2", hidden)
        if name == "encoder_layer":
            return self.encoder_layer(prefix, x)
        sys.exit(f"the layer {name} is not one of docs/checkpoint.md")

    def pooling(self, name, prefix, x):
        """[T, C] to [C]"""
        if name in ("cls", "first"):
            return x[0]
        if name == "pooler":
            function = self.layers.get("pooler", {}).get("activation", "tanh")
            return self.layer(function, prefix + ".activation", self.linear(prefix, x[:1]))[0]
        if name == "mean":
            return x.mean(axis=0)
        if name == "max":
            return x.max(axis=0)
        if name == "attention":
            return softmax(x @ self.parameter(prefix + ".query") / math.sqrt(x.shape[1])) @ x
        sys.exit(f"the pooling {name} is not one of docs/checkpoint.md")

    def kept(self, rows):
        """The sequences that a record is to the model: one, or its windows."""
        most = self.data["max_length"]
        if self.data.get("long", "cut") == "windows":
            return np.array_split(rows, -(-len(rows) // most))
        if len(rows) <= most:
            return [rows]
        last = {"head": 0, "tail": most, "middle": most // 2}[self.data.get("truncation", "head")]
        return [np.concatenate([rows[:most - last], rows[len(rows) - last:]])]

    def logits(self, line):
        rows = self.values(line) if self.channels else np.array(self.tokens(line))
        self.text = line
        return np.mean([self.sequence_logits(sequence) for sequence in self.kept(rows)], axis=0)

    def runs(self, tokens, shortest, longest):
        """the hashes of the runs that end at each token"""
        for t in range(len(tokens)):
            h, hashes = 0, []
            for n in range(1, min(t + 1, longest) + 1):
                h = mix(h, int(tokens[t - n + 1]))
                hashes += [h] if n >= shortest else []
            yield hashes

    def ngrams(self, tokens):
        """[T, E]: the rows of the runs that end at each token"""
        table = self.parameter("embedding.ngrams")
        runs = self.runs(tokens, 2, self.layers["token_embedding"]["ngrams"])
        return np.array([sum((table[h % len(table)] for h in hashes), 0 * table[0]) for hashes in runs])

    def rows_around(self, rows):
        """[T, k channels]: each row between its neighbors"""
        size = self.parameter("input.weight").shape[1] // self.channels
        padded = np.pad(rows, ((size // 2, size // 2), (0, 0)))
        return np.hstack([padded[k:k + len(rows)] for k in range(size)])

    def linear_model(self, rows):
        """[K]: the outputs of the linear model beside the encoder, for rows [T, channels] or for the text"""
        if self.data.get("series_features", 0):
            table = self.parameter("head.series_features")
            return table[-1] + self.series_features(rows) @ table[:-1]
        return self.text_model(self.text)

    def series_features(self, rows):
        """[F]: for each bias the share of a convolution's outputs that are above it"""
        length, channels = max(self.data["max_length"], 9), self.channels
        series = np.zeros((channels, 2 * length), np.float32)
        series[:, length // 2:length // 2 + len(rows)] = rows.T
        biases, features = iter(self.parameter("head.series_biases")[:, 0]), []
        random = split_mix(1, 2**64 - 3)
        for group, (dilation, count) in enumerate(dilations(length, max(self.data["series_features"] // 84, 1)).items()):
            for number, twos in enumerate(itertools.combinations(range(9), 3)):
                first = 4 * dilation if (number + group) % 2 else 0
                outputs = np.zeros(length - 2 * first, np.float32)
                for channel in drawn_channels(channels, random):
                    for place in range(9):
                        begin = length // 2 + first + (place - 4) * dilation
                        outputs += np.float32(2 if place in twos else -1) * series[channel, begin:begin + len(outputs)]
                next(random)  # which training series the biases are from
                features += [np.float32((outputs > next(biases)).sum()) / np.float32(len(outputs)) for _ in range(count)]
        return np.array(features, np.float64)

    def text_model(self, text):
        table = self.parameter("head.text_features")
        buckets = self.data["text_features"]
        text = text.lower()
        if self.data.get("text_places", False):
            hashes = [mix(functools.reduce(mix, map(ord, text[i:i + n]), mix(0, i)), 0) for n in (1, 2, 3) for i in range(len(text) - n + 1)]
        else:
            hashes = [mix(functools.reduce(mix, map(ord, gram), 0), kind) for kind, grams in enumerate(text_grams(text)) for gram in grams]
        counts = collections.Counter(h % buckets for h in hashes)
        return table[-1] + sum(table[feature] * math.sqrt(n / len(counts)) for feature, n in counts.items())

    def sequence_logits(self, rows):
        members = self.model.get("members", 1)
        if members == 1:
            return self.member_logits(rows)
        sum = 0
        for member in range(members):
            self.member = f"member.{member}."
            sum = sum + self.member_logits(rows)
        return sum / members

    def member_logits(self, rows):
        model, sequence = self.model, rows
        x = self.linear("input", self.rows_around(rows)) if self.channels else self.parameter("embedding.weight")[rows]
        if self.member + "embedding.ngrams" in self.parameters:
            x = x + self.ngrams(rows)
        if self.member + "embedding.segment" in self.parameters:
            x = x + self.parameter("embedding.segment")[0]
        if model["pooling"] == "cls":
            x = np.vstack([self.parameter("class_token"), x])
        if model["positions"] not in ("rotary", "alibi", "none"):
            x = self.layer(model["positions"], "positions", x)
        if model.get("embedding_norm", False):
            x = self.layer(model["norm"], "embedding_norm", x)
        if model.get("embedding_dim", 0):
            x = self.linear("embedding_projection", x)
        for i, block in enumerate(model["block"] or ["encoder_layer"] * model["num_layers"]):
            block = block if isinstance(block, dict) else {"type": block}
            self.model = {**model, **block}  # a block's table may say keys of [model] otherwise
            x = self.layer(block["type"], f"encoder.{i}", x)
        self.model = model
        if model["norm_first"]:
            x = self.layer(model["norm"], "norm", x)
        logits = self.linear("head", self.pooling(model["pooling"], "pooling", x))
        has_linear = self.data.get("text_features", 0) or self.data.get("series_features", 0)
        if not has_linear:
            return logits
        encoder, linear = self.parameter("head.shares")[:, 0]
        return encoder * logits / 4 + linear * self.linear_model(sequence)


def read_sequences(path, numeric, count):
    """Lines as `orochi predict` takes them: a TSV file's texts, or a .ts file's cases without their labels."""
    lines = [line.removesuffix("\r") for line in path.read_bytes().decode("utf-8-sig").split("\n")]
    if numeric:
        cases = (line for line in map(str.strip, lines) if line and line[0] not in "@#")
        return [case.rpartition(":")[0] for case in cases][:count]
    return [line.partition("\t")[2] for line in lines if line][:count]


def predicted_logits(orochi, checkpoint, lines, labels):
    """[B, K]"""
    command = [orochi, "predict", checkpoint, "--logits", "--json"]
    answer = subprocess.run(command, input="\n".join(lines) + "\n", encoding="utf-8", stdout=subprocess.PIPE)
    if answer.returncode != 0:
        sys.exit(f"{orochi} predict ended with exit code {answer.returncode}")
    answers = [json.loads(line)["logits"] for line in answer.stdout.split("\n") if line]
    return np.array([[logits[label] for label in labels] for logits in answers])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path, help="for example runs/splice/best.h5")
    parser.add_argument("data", type=pathlib.Path, help="sequences: TSV (label, tab, text), or .ts for a numeric model")
    parser.add_argument("orochi", type=pathlib.Path, nargs="?", default=ROOT / "build" / "orochi",
                        help="the program (default: build/orochi of this repository)")
    parser.add_argument("--count", type=int, default=200, help="sequences to compare, from the first (default: 200)")
    arguments = parser.parse_args()
    checkpoint = Checkpoint(arguments.checkpoint)
    lines = read_sequences(arguments.data, checkpoint.channels > 0, arguments.count)
    if not lines:
        sys.exit(f"{arguments.data} holds no sequence")
    ours = np.array([checkpoint.logits(line) for line in lines])  # [B, K]
    if checkpoint.unused:
        sys.exit(f"parameters that docs/checkpoint.md does not use: {', '.join(sorted(checkpoint.unused))}")
    theirs = predicted_logits(arguments.orochi, arguments.checkpoint, lines, checkpoint.labels)
    if theirs.shape != ours.shape:
        sys.exit(f"{arguments.orochi} answered {theirs.shape[0]} of {ours.shape[0]} sequences")
    difference = np.abs(ours - theirs).max()
    print(f"{len(lines)} sequences, largest difference of a logit {difference:.2e}, "
          f"largest logit {np.abs(theirs).max():.3g}")
    if not difference <= TOLERANCE:
        sys.exit(f"above {TOLERANCE}")


if __name__ == "__main__":
    main()
