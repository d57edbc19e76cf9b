#!/usr/bin/env python3
"""Golden values from PyTorch: logits, loss, gradients, ten updates, for tests/model/test_golden.cpp.

Needs torch, numpy and h5py; the committed fixtures (tests/fixtures/golden/*.h5) were written by it, so building and
testing the project needs none of them. Everything is computed in float64 from float32 weights.

    python3 scripts/make_golden.py [FOLDER]
"""
import math
import pathlib
import sys

import h5py
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

VOCABULARY, CHANNELS, CLASSES = 13, 3, 3
SHORT = [5, 1, 9, 3, 7, 2]
LONG = [150, 1, 64, 129, 70, 33]  # beyond one and two tiles of 64 queries, beyond one of 128 keys

BASE = dict(d_model=16, num_layers=2, num_heads=4, head_dim=0, dim_feedforward=24, norm_first=True, causal=False,
            window=0, norm="layer_norm", activation="gelu", positions="learned", pooling="mean", layer_norm_eps=1e-5)
TRAIN = dict(optimizer="adamw", learning_rate=0.01, weight_decay=0.1, max_grad_norm=0.5, shards=3, label_smoothing=0.0,
             schedule="constant")
# name: (numeric input?, changes to the model, changes to the training), of sequences as long as SHORT says
CASES = {
    "pre_norm": (False, {}, {}),
    "post_norm": (False, dict(norm_first=False, activation="relu"), {}),
    "causal_cls": (False, dict(causal=True, pooling="cls"), {}),
    "numeric_max": (True, dict(pooling="max", positions="sinusoidal"), {}),
    "attention_pooling": (False, dict(pooling="attention", activation="gelu_tanh", positions="none"), {}),
    "rms_silu_wide_heads": (True, dict(norm="rms_norm", activation="silu", head_dim=6, pooling="cls"), {}),
    "window": (False, dict(window=2, num_layers=1), {}),
    "causal_window_alibi": (True, dict(causal=True, window=3, positions="alibi", num_layers=1), {}),
    "alibi_six_heads": (False, dict(num_heads=6, head_dim=4, positions="alibi", num_layers=1), {}),
    "rotary": (False, dict(positions="rotary"), {}),
    "rotary_window_cls": (True, dict(positions="rotary", window=1, pooling="cls", head_dim=6, num_layers=1), {}),
    "weighted_smoothed": (False, dict(num_layers=1), dict(label_smoothing=0.1, class_weights=[0.5, 2.0, 1.25])),
    "adam": (False, dict(num_layers=1), dict(optimizer="adam", weight_decay=0.01)),
    "sgd": (True, dict(num_layers=1), dict(optimizer="sgd", momentum=0.9, weight_decay=0.01, learning_rate=0.1)),
    "masked_tokens": (False, dict(num_layers=1), dict(task="masked_tokens")),
    "masked_rows": (True, dict(num_layers=1, positions="sinusoidal"), dict(task="masked_rows")),
}
# the same, as long as LONG says
LONG_CASES = {
    "long_plain": (False, {}, {}),
    "long_causal_cls": (True, dict(causal=True, pooling="cls", positions="sinusoidal", norm_first=False), {}),
    "long_window_attention": (False, dict(window=70, pooling="attention"), {}),
    "long_causal_window": (True, dict(causal=True, window=40, pooling="max", positions="none"), {}),
    "long_alibi": (False, dict(positions="alibi", num_heads=3, head_dim=4, pooling="attention"), {}),
    "long_alibi_causal_max": (True, dict(positions="alibi", causal=True, num_heads=4, pooling="max"), {}),
    "long_rotary": (True, dict(positions="rotary"), {}),
    "long_rotary_window_max": (False, dict(positions="rotary", window=20, head_dim=6, pooling="max"), {}),
}
LONG_BASE = dict(d_model=8, num_layers=1, num_heads=2, dim_feedforward=12)

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu}


def alibi_slopes(heads):
    """As in the code of Press et al. (2022)."""
    if math.log2(heads).is_integer():
        start = 2 ** -(2 ** -(math.log2(heads) - 3))
        return [start * start**i for i in range(heads)]
    power = 2 ** math.floor(math.log2(heads))
    return alibi_slopes(power) + alibi_slopes(2 * power)[0::2][: heads - power]


def rotate(x):  # [..., T, D], interleaved pairs as complex numbers (Su et al. 2021)
    length, width = x.shape[-2:]
    angle = torch.outer(torch.arange(length, dtype=x.dtype),
                        10000 ** (-torch.arange(0, width, 2, dtype=x.dtype) / width))
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2)


class Attention(nn.Module):
    """Heads of any width, which nn.MultiheadAttention does not have; windows, ALiBi and rotary positions."""

    def __init__(self, m):
        super().__init__()
        self.m, d_model = m, m["d_model"]
        width = m["num_heads"] * (m["head_dim"] or d_model // m["num_heads"])
        self.query, self.key, self.value = (nn.Linear(d_model, width) for _ in range(3))
        self.output = nn.Linear(width, d_model)

    def mask(self, length):  # [H, T, T], to be added to scaled scores
        place = torch.arange(length)
        ahead = place[None] - place[:, None]  # of the key, before the query
        hidden = torch.zeros(length, length, dtype=torch.bool)
        if self.m["causal"]:
            hidden |= ahead > 0
        if self.m["window"]:
            hidden |= ahead.abs() > self.m["window"]
        slopes = alibi_slopes(self.m["num_heads"]) if self.m["positions"] == "alibi" else [0.0] * self.m["num_heads"]
        bias = -torch.tensor(slopes, dtype=torch.float64)[:, None, None] * ahead.abs()
        return bias.masked_fill(hidden, -math.inf)

    def forward(self, x):  # [1, T, C]
        heads = lambda y: y.unflatten(-1, (self.m["num_heads"], -1)).transpose(-3, -2)
        q, k, v = heads(self.query(x)), heads(self.key(x)), heads(self.value(x))
        if self.m["positions"] == "rotary":
            q, k = rotate(q), rotate(k)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.mask(x.shape[1]))
        return self.output(y.transpose(-3, -2).flatten(-2))


class Layer(nn.Module):
    def __init__(self, m):
        super().__init__()
        norm = nn.LayerNorm if m["norm"] == "layer_norm" else nn.RMSNorm
        d = m["d_model"]
        self.norm1, self.norm2 = norm(d, eps=m["layer_norm_eps"]), norm(d, eps=m["layer_norm_eps"])
        self.attention = Attention(m)
        self.feed_forward = nn.ModuleDict(dict(linear1=nn.Linear(d, m["dim_feedforward"]),
                                               linear2=nn.Linear(m["dim_feedforward"], d)))
        self.activation, self.norm_first = ACTIVATIONS[m["activation"]], m["norm_first"]

    def ffn(self, x):
        return self.feed_forward["linear2"](self.activation(self.feed_forward["linear1"](x)))

    def forward(self, x):
        if self.norm_first:
            x = x + self.attention(self.norm1(x))
            return x + self.ffn(self.norm2(x))
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ffn(x))


class Model(nn.Module):
    """The names of its parameters are Orochi's."""

    def __init__(self, m, numeric, max_length, masked=False):
        super().__init__()
        d, self.m, self.numeric, self.masked = m["d_model"], m, numeric, masked
        if numeric:
            self.input = nn.Linear(CHANNELS, d)
        else:
            self.embedding = nn.Embedding(VOCABULARY, d)
        if m["pooling"] == "cls":
            self.class_token = nn.Parameter(torch.randn(1, d))
        places = max_length + (m["pooling"] == "cls")
        if m["positions"] == "learned":
            self.positions = nn.Embedding(places, d)
        self.encoder = nn.ModuleList(Layer(m) for _ in range(m["num_layers"]))
        if m["norm_first"]:
            self.norm = (nn.LayerNorm if m["norm"] == "layer_norm" else nn.RMSNorm)(d, eps=m["layer_norm_eps"])
        if m["pooling"] == "attention":
            self.pooling = nn.ParameterDict(dict(query=nn.Parameter(torch.randn(d))))
        if masked:
            self.mask = nn.ParameterDict(dict(weight=torch.randn(1, d)))
        if masked and not numeric:  # the other half is the embedding
            self.head = nn.ParameterDict(dict(bias=torch.zeros(VOCABULARY)))
        else:
            self.head = nn.Linear(d, CHANNELS if masked else CLASSES)

    def sinusoids(self, length):
        d = self.m["d_model"]
        place = torch.arange(length, dtype=torch.float64)[:, None]
        angle = place / 10000 ** (torch.arange(0, d, 2, dtype=torch.float64) / d)
        return math.sqrt(2 / d) * torch.stack([angle.sin(), angle.cos()], -1).flatten(1)

    def rows(self, sequence, hidden=None):  # [T] or [T, channels] -> [1, C]: one sequence, so there is nothing to pad
        x = self.input(sequence) if self.numeric else self.embedding(sequence)
        if hidden is not None:
            x = torch.where(hidden[:, None], self.mask["weight"], x)
        if self.m["pooling"] == "cls":
            x = torch.cat([self.class_token, x])
        if self.m["positions"] == "learned":
            x = x + self.positions.weight[: len(x)]
        elif self.m["positions"] == "sinusoidal":
            x = x + self.sinusoids(len(x))
        x = x[None]
        for layer in self.encoder:
            x = layer(x)
        x = (self.norm(x) if self.m["norm_first"] else x)[0]
        if hidden is not None:
            return x
        if self.m["pooling"] == "cls":
            return x[0]
        if self.m["pooling"] == "attention":
            weights = torch.softmax(x @ self.pooling["query"] / math.sqrt(x.shape[1]), 0)
            return weights @ x
        return x.mean(0) if self.m["pooling"] == "mean" else x.max(0).values

    def forward(self, sequences, asked=None, hidden=None):
        if self.masked:
            x = torch.cat([self.rows(s, h) for s, h in zip(sequences, hidden)])[asked]
            return self.head(x) if self.numeric else F.linear(x, self.embedding.weight, self.head["bias"])
        return self.head(torch.stack([self.rows(s) for s in sequences]))


def copy_into_torch_layer(layer, m):
    """nn.TransformerEncoderLayer with the same weights: our reading of its meaning is checked against itself."""
    d = m["d_model"]
    theirs = nn.TransformerEncoderLayer(d, m["num_heads"], m["dim_feedforward"], 0.0, ACTIVATIONS[m["activation"]],
                                        m["layer_norm_eps"], batch_first=True, norm_first=m["norm_first"]).double()
    a = layer.attention
    with torch.no_grad():
        theirs.self_attn.in_proj_weight.copy_(torch.cat([a.query.weight, a.key.weight, a.value.weight]))
        theirs.self_attn.in_proj_bias.copy_(torch.cat([a.query.bias, a.key.bias, a.value.bias]))
        for mine, other in [(a.output, theirs.self_attn.out_proj), (layer.norm1, theirs.norm1),
                            (layer.norm2, theirs.norm2), (layer.feed_forward["linear1"], theirs.linear1),
                            (layer.feed_forward["linear2"], theirs.linear2)]:
            other.weight.copy_(mine.weight)
            other.bias.copy_(mine.bias)
    return theirs


def check_against_torch(model, m):
    if m["norm"] != "layer_norm" or m["head_dim"] or m["positions"] == "rotary":
        return
    x = torch.randn(1, 7, m["d_model"], dtype=torch.float64)
    layer = model.encoder[0]
    mask = layer.attention.mask(7)
    if m["causal"] and not m["window"] and m["positions"] != "alibi":
        mask = nn.Transformer.generate_square_subsequent_mask(7, dtype=torch.float64)
    difference = (layer(x) - copy_into_torch_layer(layer, m)(x, src_mask=mask)).abs().max().item()
    assert difference < 1e-12, difference


def make_optimizer(model, t):
    """Weight decay spares biases, norms and embeddings."""
    def decays(name, p):
        return p.dim() == 2 and not any(word in name for word in ("embedding", "positions", "class_token", "mask"))
    named = list(model.named_parameters())
    groups = [dict(params=[p for n, p in named if decays(n, p)], weight_decay=t["weight_decay"]),
              dict(params=[p for n, p in named if not decays(n, p)], weight_decay=0.0)]
    if t["optimizer"] == "sgd":
        return torch.optim.SGD(groups, lr=t["learning_rate"], momentum=t["momentum"])
    return (torch.optim.AdamW if t["optimizer"] == "adamw" else torch.optim.Adam)(groups, lr=t["learning_rate"])


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def make_case(path, lengths, numeric, model_changes, train_changes):
    m, t = {**BASE, **model_changes}, {**TRAIN, **train_changes}
    torch.manual_seed(7)
    rng = np.random.default_rng(7)
    masked = "task" in t
    model = Model(m, numeric, max(lengths), masked).double()
    with torch.no_grad():  # away from the neat values that weights start with, exact in float32
        for p in model.parameters():
            p.copy_((p + 0.1 * torch.randn_like(p)).float().double())
    check_against_torch(model, m)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    values = rng.normal(size=(offsets[-1], CHANNELS)).astype(np.float32)
    tokens = rng.integers(0, VOCABULARY, offsets[-1])
    data = torch.tensor(values, dtype=torch.float64) if numeric else torch.tensor(tokens)
    sequences = [data[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
    labels = torch.tensor([0, 2, 1, 1, 0, 2])
    weights = torch.tensor(t["class_weights"], dtype=torch.float64) if "class_weights" in t else None
    smoothing = t["label_smoothing"]
    loss_of = lambda logits: F.cross_entropy(logits, labels, weight=weights, label_smoothing=smoothing)
    inputs = dict()
    if masked:  # some of each sequence's rows are asked, some of these are hidden
        asked = np.concatenate([a + np.sort(rng.permutation(b - a)[: max(1, (b - a) // 2)])
                                for a, b in zip(offsets[:-1], offsets[1:])])
        hidden = asked[rng.random(len(asked)) < 0.7]
        flags = torch.zeros(offsets[-1], dtype=torch.bool)
        flags[hidden] = True
        inputs = dict(asked=torch.tensor(asked), hidden=[flags[a:b] for a, b in zip(offsets[:-1], offsets[1:])])
        labels = data[asked] if numeric else torch.tensor(rng.integers(0, VOCABULARY, len(asked)))
        loss_of = (lambda rows: F.mse_loss(rows, labels)) if numeric else (lambda logits: F.cross_entropy(logits, labels))

    task = {k: t.pop(k) for k in ("label_smoothing", "class_weights") if k in t}
    if masked:
        task = dict(type=t.pop("task"))
    config = "[task]\n" + "".join(f"{k} = {toml(v)}\n" for k, v in task.items()) + "\n"
    config += f"[data]\ntrain = \"none\"\nmax_length = {max(lengths)}\n\n"
    config += "[model]\ndropout = 0.0\nattention_dropout = 0.0\n"
    config += "".join(f"{k} = {toml(v)}\n" for k, v in m.items() if k not in ("head_dim", "window") or v)
    options = {"optimizer": "optimizer.type", "weight_decay": "optimizer.weight_decay", "momentum": "optimizer.momentum"}
    config += "\n[train]\n" + "".join(f"{options.get(k, k)} = {toml(v)}\n" for k, v in t.items())
    with h5py.File(path, "w") as f:
        f["config"] = np.bytes_(config)
        f["offsets"] = offsets.astype(np.int64)
        f["labels"] = labels.numpy() if masked else labels.numpy().astype(np.int32)
        if masked:
            f["asked"], f["hidden"] = asked.astype(np.int64), hidden.astype(np.int64)
        if numeric:
            f["values"] = values
        else:
            f["tokens"] = tokens.astype(np.int32)
        logits = model(sequences, **inputs)
        loss = loss_of(logits)
        loss.backward()
        f["logits"], f["loss"] = logits.detach().numpy(), loss.item()
        for name, p in model.named_parameters():
            shape = p.shape if name != "class_token" else (1, m["d_model"])
            f["parameters/" + name] = p.detach().numpy().astype(np.float32).reshape(shape)
            f["gradients/" + name] = p.grad.numpy().reshape(shape)
        optimizer, losses = make_optimizer(model, t), []
        for _ in range(10):
            optimizer.zero_grad()
            loss = loss_of(model(sequences, **inputs))
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), t["max_grad_norm"])
            optimizer.step()
            losses.append(loss.item())
        f["losses"] = losses
    print(f"{path.name}: loss {losses[0]:.6f} -> {losses[-1]:.6f}, {path.stat().st_size / 1024:.0f} KB")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "tests" / "fixtures" / "golden"
    folder.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        make_case(folder / f"{name}.h5", SHORT, *case)
    for name, (numeric, model_changes, train_changes) in LONG_CASES.items():
        make_case(folder / f"{name}.h5", LONG, numeric, {**LONG_BASE, **model_changes}, train_changes)
    print(f"torch {torch.__version__}")


if __name__ == "__main__":
    main()
