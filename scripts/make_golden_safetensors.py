#!/usr/bin/env python3
"""Writes tests/fixtures/safetensors/: two small files by the Python package, for tests/io/test_safetensors.cpp.

usage: scripts/make_golden_safetensors.py [FOLDER]      (needs `pip install safetensors torch`)

mixed.safetensors holds every kind of number that is read, each also as PyTorch converts it to float, and kinds that are not
read. pt.safetensors is float32 alone, with the metadata that transformers writes: our writer must give the same bytes.
"""
import os
import sys

import torch
from safetensors.torch import save_file

F16 = [0x0000, 0x8000, 0x0001, 0x8001, 0x0200, 0x03FF, 0x83FF, 0x0400, 0x0401, 0x2E66, 0x3555, 0x3BFF, 0x3C00, 0xBC01, 0x7BFF, 0xFBFF,
       0x7C00, 0xFC00, 0x7E00, 0xFE01]
BF16 = [0x0000, 0x8000, 0x0001, 0x8001, 0x007F, 0x0080, 0x3DCD, 0x3F80, 0xBF81, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80, 0x7FC0, 0xFFC1]
F64 = [0.0, -0.0, 0.1, -1 / 3, 16777217.0, 3e38, 1e300, -1e300, 1e-40, 1e-45, 1e-320, 5e-324, float("inf"), float("-inf"), float("nan")]


def of_bits(bits, dtype):
    return torch.tensor(bits, dtype=torch.int32).to(torch.int16).view(dtype)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/safetensors"
    os.makedirs(folder, exist_ok=True)
    tensors = {"f16": of_bits(F16, torch.float16), "bf16": of_bits(BF16, torch.bfloat16), "f64": torch.tensor(F64, dtype=torch.float64)}
    tensors.update({name + ".float": tensor.float() for name, tensor in list(tensors.items())})
    tensors.update({"matrix": torch.arange(6.0).reshape(2, 3) / 2 - 1, "scalar": torch.tensor(7.5), "none": torch.zeros(3, 0),
                    "position_ids": torch.arange(5), "mask": torch.tensor([True, False])})
    save_file(tensors, f"{folder}/mixed.safetensors", {"writer": "make_golden_safetensors.py"})
    names = ["encoder.0.attention.query.weight", "encoder.0.attention.query.bias", "a\"b\\c", "tab\there", "\x01\x7f", "größe", "Z", "🐉"]
    plain = {name: (torch.arange(2.0 * (n + 1)).reshape(2, n + 1) - n) / 8 for n, name in enumerate(names)}
    plain.update({"none": torch.zeros(0), "scalar": torch.tensor(-0.0), "odd": torch.tensor([float("nan"), float("inf"), 1e-45])})
    save_file(plain, f"{folder}/pt.safetensors", {"format": "pt"})
    for name in ("mixed", "pt"):
        print(name, os.path.getsize(f"{folder}/{name}.safetensors"), "bytes")


main()
