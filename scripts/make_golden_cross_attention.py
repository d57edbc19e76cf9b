#!/usr/bin/env python3
"""Golden values of cross attention from PyTorch: nn.MultiheadAttention from rows of one width to rows of another, one
sequence after another; for tests/model/test_golden.cpp.

Needs torch, numpy and h5py; the committed fixture (tests/fixtures/cross_attention.h5) was written by it, so building
and testing the project needs none of them. Everything is computed in float64 from float32 weights.

    python3 scripts/make_golden_cross_attention.py [FILE]
"""
import pathlib
import sys

import h5py
import numpy as np
import torch
from torch import nn


def make(path):
    torch.manual_seed(7)
    width, source_width, heads = 12, 10, 3
    layer = nn.MultiheadAttention(width, heads, kdim=source_width, vdim=source_width, batch_first=True).double()
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_((p + 0.3 * torch.randn_like(p)).float().double())
    lengths, source_lengths = [4, 1, 6, 2], [3, 5, 1, 7]
    rows = [torch.randn(n, width).double().requires_grad_() for n in lengths]
    sources = [torch.randn(n, source_width).double().requires_grad_() for n in source_lengths]
    y = torch.cat([layer(x[None], s[None], s[None], need_weights=False)[0][0] for x, s in zip(rows, sources)])
    dy = torch.randn_like(y).float().double()
    (y * dy).sum().backward()
    packed = lambda tensors: torch.cat(tensors).detach().numpy()
    offsets = lambda counts: np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    gradient = lambda p: p.grad.numpy()
    with h5py.File(path, "w") as f:
        f["offsets"], f["source_offsets"] = offsets(lengths), offsets(source_lengths)
        f["x"], f["source"], f["y"], f["dy"] = packed(rows), packed(sources), y.detach().numpy(), dy.numpy()
        f["dx"], f["dsource"] = packed([x.grad for x in rows]), packed([s.grad for s in sources])
        for i, name in enumerate(("query", "key", "value")):
            weight, part = getattr(layer, f"{name[0]}_proj_weight"), slice(i * width, (i + 1) * width)
            f[f"parameters/{name}.weight"], f[f"gradients/{name}.weight"] = weight.detach().numpy(), gradient(weight)
            f[f"parameters/{name}.bias"] = layer.in_proj_bias.detach().numpy()[part]
            f[f"gradients/{name}.bias"] = gradient(layer.in_proj_bias)[part]
        for name in ("weight", "bias"):
            p = getattr(layer.out_proj, name)
            f[f"parameters/output.{name}"], f[f"gradients/output.{name}"] = p.detach().numpy(), gradient(p)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    make(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "tests" / "fixtures" / "cross_attention.h5")
    print(f"torch {torch.__version__}")


if __name__ == "__main__":
    main()
