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


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "tests" / "fixtures" / "operations.h5"
    torch.manual_seed(11)
    with h5py.File(path, "w") as file:
        add_losses(file)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB, torch {torch.__version__}")


if __name__ == "__main__":
    main()
