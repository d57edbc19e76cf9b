#!/usr/bin/env python3
"""Golden values of single operations from PyTorch: a group for each case, with its inputs (in0, in1, ...), its result
(out), a random gradient of it (dout) and the gradients of the inputs that then follow (din0, ...); for
tests/layers/test_operation_values.cpp and test_losses.cpp.

Needs torch, numpy and h5py; the committed fixture (tests/fixtures/operations.h5) was written by it, so building and
testing the project needs none of them. Everything is computed in float64 from numbers that a float32 holds.

    python3 scripts/make_golden_operations.py [FILE]
"""
import pathlib
import sys

import h5py
import torch
from torch.nn import functional as F


def numbers(*shape):
    return torch.randn(*shape).float().double()


def add_case(file, name, function, inputs, **constants):
    """Inputs get gradients; constants are only written."""
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = function(*inputs)
    dy = numbers(*y.shape)
    (y * dy).sum().backward()
    group = file.create_group(name)
    for i, x in enumerate(inputs):
        group[f"in{i}"], group[f"din{i}"] = x.detach().numpy(), x.grad.numpy()
    group["out"], group["dout"] = y.detach().numpy(), dy.numpy()
    for key, value in constants.items():
        group[key] = value.numpy()


def weighted(elements, targets, weights, normalizer):
    """Sum over rows of weight times the mean over columns; nothing of a target that is not given."""
    elements = torch.where(targets.isnan(), torch.zeros_like(elements), elements)
    return ((elements.mean(1) * weights).sum() / normalizer).reshape(1, 1)


def add_losses(file):
    outputs, targets = 2 * numbers(7, 3), numbers(7, 3)
    targets[2, 1] = targets[5, 0] = float("nan")
    given = targets.nan_to_num()
    weights, normalizer = (0.5 + torch.rand(7)).float().double(), 4.25
    huber = lambda o: F.huber_loss(o, given, reduction="none", delta=0.75)
    add_case(file, "mean_squared_error", lambda o: weighted((o - given) ** 2, targets, weights, normalizer), [outputs],
             targets=targets, weights=weights)
    add_case(file, "huber", lambda o: weighted(huber(o), targets, weights, normalizer), [outputs],
             targets=targets, weights=weights)
    positive = torch.tensor([0.5, 1.0, 3.25]).double()
    chances = torch.rand(7, 3).float().double()
    chances[0, 0], chances[0, 1], chances[3, 2], chances[4, 1] = 0, 1, 1, float("nan")
    cross = lambda z: F.binary_cross_entropy_with_logits(z, chances.nan_to_num(), reduction="none", pos_weight=positive)
    add_case(file, "binary_cross_entropy", lambda z: weighted(cross(z), chances, weights, normalizer), [4 * outputs],
             targets=chances, weights=weights, positive_weights=positive)


def add_elementwise(file):
    a, b, positive = numbers(5, 7), numbers(5, 7), 0.5 + torch.rand(5, 7).float().double()
    row, column, number = numbers(1, 7), numbers(5, 1), numbers(1, 1)
    for name in ("add", "subtract", "multiply"):
        function = getattr(torch, name)
        add_case(file, name, function, [a, b])
        for kind, second in (("row", row), ("column", column), ("number", number)):
            add_case(file, f"{name} {kind}", function, [a, second])
    for kind, second in (("", positive), (" row", positive[:1]), (" column", positive[:, :1]),
                         (" number", positive[:1, :1])):
        add_case(file, "divide" + kind, torch.divide, [a, second])
    for name in ("relu", "gelu", "silu", "elu", "sigmoid", "tanh"):
        add_case(file, name, getattr(F, name), [3 * a])
    add_case(file, "gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), [3 * a])
    add_case(file, "exp", torch.exp, [a])


def add_matrices(file):
    a, b = numbers(5, 7), numbers(7, 4)
    add_case(file, "softmax", lambda x: F.softmax(x, dim=1), [3 * a])
    add_case(file, "sum_columns", lambda x: x.sum(1, keepdim=True), [a])
    add_case(file, "slice_columns", lambda x: x[:, 2:5], [a])
    add_case(file, "concat_columns", lambda *parts: torch.cat(parts, dim=1), [a, numbers(5, 1), numbers(5, 3)])
    add_case(file, "matmul", torch.matmul, [a, b])
    add_case(file, "matmul first", lambda x, y: x.T @ y, [a, numbers(5, 4)])
    add_case(file, "matmul second", lambda x, y: x @ y.T, [a, numbers(4, 7)])


LENGTHS = [3, 1, 7, 2]  # 13 rows: no multiple of the number of sequences


def per_sequence(function):
    """Each sequence's rows (or its share of rows) of every argument, one sequence after another."""
    def whole(*arguments):
        split = [x.split(LENGTHS) if len(x) == sum(LENGTHS) else x.split(len(x) // len(LENGTHS)) for x in arguments]
        return torch.cat([function(*parts) for parts in zip(*split)])
    return whole


def shift(x, by):
    rows = torch.zeros_like(x)
    if abs(by) < len(x):
        rows = torch.cat([rows[:by], x[:-by]]) if by > 0 else torch.cat([x[-by:], rows[by:]])
    return rows


def linear_attention(q, k, v):
    """Katharopoulos et al. 2020, without a causal mask."""
    q, k = F.elu(q) + 1, F.elu(k) + 1
    return (q @ (k.T @ v)) / (q @ k.sum(0, keepdim=True).T)


def add_sequences(file):
    x, y = numbers(sum(LENGTHS), 5), numbers(sum(LENGTHS), 3)
    add_case(file, "sum_per_sequence", per_sequence(lambda s: s.sum(0, keepdim=True)), [x])
    add_case(file, "mean_per_sequence", per_sequence(lambda s: s.mean(0, keepdim=True)), [x])
    add_case(file, "max_per_sequence", per_sequence(lambda s: s.max(0, keepdim=True).values), [x])
    add_case(file, "first_per_sequence", per_sequence(lambda s: s[:1]), [x])
    add_case(file, "last_per_sequence", per_sequence(lambda s: s[-1:]), [x])
    lengths = torch.tensor(LENGTHS)
    add_case(file, "repeat_per_sequence", lambda s: s.repeat_interleave(lengths, dim=0), [numbers(len(LENGTHS), 5)])
    add_case(file, "shift_per_sequence 2", per_sequence(lambda s: shift(s, 2)), [x])
    add_case(file, "shift_per_sequence -1", per_sequence(lambda s: shift(s, -1)), [x])
    places = torch.cat([torch.arange(n).flip(0) // 2 for n in LENGTHS])
    first = torch.arange(len(LENGTHS)).repeat_interleave(lengths)
    starts = torch.tensor([0] + LENGTHS[:-1]).cumsum(0)
    add_case(file, "gather_per_sequence", lambda s: s[starts[first] + places], [x], places=places.double())
    add_case(file, "matmul_per_sequence", per_sequence(torch.matmul), [x, numbers(5 * len(LENGTHS), 3)])
    add_case(file, "matmul_per_sequence first", per_sequence(lambda a, b: a.T @ b), [x, y])
    add_case(file, "matmul_per_sequence second", per_sequence(lambda a, b: a @ b.T), [x, numbers(3 * len(LENGTHS), 5)])
    qkv = [numbers(sum(LENGTHS), 4) for _ in range(3)]
    add_case(file, "linear_attention", per_sequence(linear_attention), qkv)
    tokens = torch.tensor([3, 0, 3, 5, 1])
    add_case(file, "embedding", lambda table: F.embedding(tokens, table), [numbers(6, 4)], tokens=tokens.double())



def add_logarithm_and_sum(file):
    add_case(file, "log", torch.log, [0.5 + torch.rand(5, 7).float().double()])
    add_case(file, "sum_rows", lambda x: x.sum(0, keepdim=True), [numbers(5, 7)])


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "tests" / "fixtures" / "operations.h5"
    torch.manual_seed(11)
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        add_losses(file)
        add_elementwise(file)
        add_matrices(file)
        add_sequences(file)
        add_logarithm_and_sum(file)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB, torch {torch.__version__}")


if __name__ == "__main__":
    main()
