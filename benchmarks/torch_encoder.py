"""PyTorch's side of compare_pytorch.py: Orochi's model in three ways of writing it, and the process that measures one.

usage: torch_encoder.py JOB     as torch_ways.py calls it; a line of JSON each way

The models hold the same parameters and put dropout where Orochi does, so that a step is the same work. Whatever is not
a step's own work (random batches, masks, copies of lengths) is done ahead: none of it counts against PyTorch.
"""

import contextlib
import ctypes
import itertools
import json
import math
import pathlib
import resource
import statistics
import sys
import time
import tomllib

import torch
import torch.nn.functional as F
from torch import nn


def draw_mask(calls: torch.Tensor, shape: list[int], kind: torch.dtype, limit: int, scale: float) -> torch.Tensor:
    """The scale where 16 random bits, as a signed number, are below the limit; else 0."""
    size = math.prod(shape)
    words = torch.empty(-(-size // 4), dtype=torch.int64).random_(-2**63, None)
    bits = words.view(torch.int16)[:size].view(shape)
    calls.add_(1)
    return torch.lt(bits, limit, out=torch.empty(shape, dtype=kind)).mul_(scale)


# torch.compile makes slower code of the lines above than they are; it fuses the product with the mask all the same.
# Were no argument changed, it would take two calls for one and the same mask.
compiled_draw_mask = torch.library.custom_op("compare::draw_mask", draw_mask, mutates_args=("calls",))
compiled_draw_mask.register_fake(lambda calls, shape, kind, limit, scale: torch.empty(shape, dtype=kind))


class WordDropout(nn.Module):
    """Dropout from 16 random bits an element, as in Orochi; F.dropout takes several times as long.

    It keeps with a probability in steps of 1 / 65536.
    """

    def __init__(self, p):
        super().__init__()
        keep = 65536 - round(65536 * p)
        self.limit, self.scale = keep - 32768, 65536 / keep  # a signed number below the limit is kept
        self.register_buffer("calls", torch.zeros(()), persistent=False)

    def forward(self, x):
        draw = compiled_draw_mask if torch.compiler.is_compiling() else draw_mask
        return x * draw(self.calls, list(x.shape), x.dtype, self.limit, self.scale) if self.training else x


def check_word_dropout():
    """The rate, within five standard deviations, on a size that is no multiple of four; and the kept values."""
    for p, kind in itertools.product((0.1, 0.5), (torch.float32, torch.bfloat16)):
        y = WordDropout(p)(torch.ones(999, 1001, dtype=kind))
        keep, count = 1 - round(65536 * p) / 65536, y.numel()
        kept = (y != 0).sum().item() / count
        assert abs(kept - keep) < 5 * math.sqrt(keep * (1 - keep) / count), f"dropout {p} keeps {kept}"
        assert y.dtype == kind and abs(y.max().item() * keep - 1) < 0.004, f"dropout {p} makes 1 to {y.max()}"


class Block(nn.Module):
    """A pre-norm encoder layer by hand: one product for query, key and value, no checks on the way.

    "sdpa" leaves attention to PyTorch. "matmul" writes it out: on CPUs, scaled_dot_product_attention has a fused kernel
    only without dropout, and what it falls back to with dropout is slower than these three lines.
    """

    def __init__(self, width, heads, hidden, dropout, attention, drop):
        super().__init__()
        self.heads, self.dropout, self.attention, self.drop = heads, dropout, attention, drop
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.in_proj, self.out_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def attend(self, x, mask):
        batch, length, width = x.shape
        qkv = self.in_proj(x).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # [B, H, T, D] each
        if self.attention == "sdpa":
            y = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0)
        else:
            scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-2, -1)
            scores = scores if mask is None else scores.masked_fill(~mask, -math.inf)
            y = self.drop(scores.softmax(-1)) @ v
        return self.out_proj(y.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x, mask):
        x = x + self.drop(self.attend(self.norm1(x), mask))
        return x + self.drop(self.linear2(self.drop(F.gelu(self.linear1(self.norm2(x))))))


class Classifier(nn.Module):
    """Tokens [B, T] to logits [B, K]; implementation is "nn", "sdpa" or "matmul".

    words: WordDropout wherever the model drops by itself, which is everywhere but in PyTorch's own layer and in SDPA.
    """

    def __init__(self, shape, dropout, implementation, words=False):
        super().__init__()
        width, heads, hidden = shape["d_model"], shape["num_heads"], shape["dim_feedforward"]
        self.embedding = nn.Embedding(shape["vocab_size"], width)
        self.positions = nn.Parameter(torch.randn(shape["max_length"], width) / math.sqrt(width))
        self.dropout = WordDropout(dropout) if words and dropout else nn.Dropout(dropout)
        self.ready_made = implementation == "nn"
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, shape["num_classes"])
        if self.ready_made:
            layer = nn.TransformerEncoderLayer(width, heads, hidden, dropout, "gelu", batch_first=True, norm_first=True)
            self.encoder = nn.TransformerEncoder(layer, shape["num_layers"], enable_nested_tensor=False)
        else:
            blocks = [Block(width, heads, hidden, dropout, implementation, self.dropout)
                      for _ in range(shape["num_layers"])]
            self.encoder = nn.ModuleDict({"layers": nn.ModuleList(blocks)})

    def forward(self, tokens, real=None, share=None):
        """real [B, T]: False on padding; share [B, T, 1]: 1 / length on real rows. Both None without padding."""
        x = self.dropout(self.embedding(tokens) + self.positions[:tokens.shape[1]])
        if self.ready_made:
            x = self.encoder(x, src_key_padding_mask=None if real is None else ~real)
        else:
            for block in self.encoder["layers"]:
                x = block(x, None if real is None else real[:, None, None, :])
        x = self.norm(x)
        return self.head(x.mean(1) if share is None else (x * share).sum(1))

    def load(self, checkpoint):
        """Takes the parameters of an open Orochi checkpoint; an unknown or a missing one is an error."""
        def read(path):
            return torch.from_numpy(checkpoint[f"parameters/{path}"][:])

        state = {"embedding.weight": read("embedding/weight"), "positions": read("positions/weight")}
        for kind in ("weight", "bias"):
            state |= {f"{name}.{kind}": read(f"{name}/{kind}") for name in ("norm", "head")}
            for i in range(len(self.encoder.layers if self.ready_made else self.encoder["layers"])):
                ours, theirs = f"encoder/{i}", f"encoder.layers.{i}"
                inner = f"{theirs}.self_attn.in_proj_" if self.ready_made else f"{theirs}.in_proj."
                outer = f"{theirs}.self_attn.out_proj" if self.ready_made else f"{theirs}.out_proj"
                state[inner + kind] = torch.cat([read(f"{ours}/attention/{name}/{kind}")
                                                 for name in ("query", "key", "value")])
                state[f"{outer}.{kind}"] = read(f"{ours}/attention/output/{kind}")
                for name in ("norm1", "norm2"):
                    state[f"{theirs}.{name}.{kind}"] = read(f"{ours}/{name}/{kind}")
                for name in ("linear1", "linear2"):
                    state[f"{theirs}.{name}.{kind}"] = read(f"{ours}/feed_forward/{name}/{kind}")
        self.load_state_dict(state)


def padded(sequences):
    """Lists of numbers to the model's three arguments; the masks only where lengths differ."""
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    tokens = nn.utils.rnn.pad_sequence([torch.as_tensor(sequence) for sequence in sequences], batch_first=True)
    if lengths.min() == lengths.max():
        return tokens, None, None
    real = torch.arange(tokens.shape[1]) < lengths[:, None]
    return tokens, real, (real / lengths[:, None])[:, :, None]


def make_batches(lengths, bucketed, shape):
    """Random batches of the given lengths; bucketed: cut from the sequences of all batches, sorted by length."""
    if bucketed:
        flat, size = sorted(itertools.chain(*lengths)), len(lengths[0])
        lengths = [flat[i:i + size] for i in range(0, len(flat), size)]
    batches = []
    for batch in lengths:
        sequences = [torch.randint(shape["vocab_size"], (length,)) for length in batch]
        labels = torch.randint(shape["num_classes"], (len(batch),))
        batches.append((padded(sequences), labels, sum(batch)))
    return batches


def spread_order(batches):
    """The batches from short to long in golden-section strides: any first few are a fair sample of all."""
    ordered = sorted(batches, key=lambda batch: batch[0][0].numel())
    stride = next(s for s in itertools.count(round(0.618 * len(ordered)) or 1) if math.gcd(s, len(ordered)) == 1)
    return [ordered[i * stride % len(ordered)] for i in range(len(ordered))]


def fastest_adamw(parameters):
    """Fused, which older versions do not have on CPUs; next comes foreach."""
    parameters = list(parameters)
    try:
        return torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, fused=True)
    except RuntimeError:
        return torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0.01, foreach=True)


def measure(job):
    """Trains for job["seconds"], and at least job["least"] steps or every batch once."""
    torch.set_num_threads(job["threads"])
    torch.manual_seed(1)
    shape = job["model"]
    model = Classifier(shape, job["dropout"], job["implementation"], job["words"])
    optimizer = fastest_adamw(model.parameters())
    batches = spread_order(make_batches(job["lengths"], job["batching"] == "bucketed", shape))
    one_shape = len({batch[0][0].shape for batch in batches}) == 1
    run = model
    if job["compile"]:
        from torch._inductor import config  # costs an eager run's first step some time

        config.fallback_random = True  # eager's way to dropout masks is the faster one
        run = torch.compile(model, dynamic=None if one_shape else True)
    bfloat16 = job["precision"] == "bf16"

    def step(batch):
        arguments, labels, _ = batch
        with torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext():
            loss = F.cross_entropy(run(*arguments).float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()
        return loss.item()

    step(batches[0])
    first = time.time() - job["start"]
    # Warm: torch.compile has seen every kind of batch, malloc every size or (padded ones are all alike) the largest.
    every = not one_shape and (job["compile"] or job["batching"] == "bucketed")
    for batch in batches if every else [*batches[:4], max(batches, key=lambda batch: batch[0][0].numel())]:
        step(batch)
    least = max(1, min(job["least"], len(batches)))
    times = [[] for _ in batches]
    end = time.perf_counter() + job["seconds"]
    for count, i in enumerate(itertools.cycle(range(len(batches)))):
        begin = time.perf_counter()
        if begin > end and count >= least:
            break
        loss = step(batches[i])
        times[i].append(time.perf_counter() - begin)
    if not math.isfinite(loss):
        raise SystemExit("the loss is no longer finite")
    seen = [(statistics.median(own), batch[2]) for own, batch in zip(times, batches) if own]
    seconds, tokens = (sum(column) for column in zip(*seen))
    low = statistics.mean(min(own) for own in times if own)
    return dict(steps=count, ms_per_step=1e3 * seconds / len(seen), ms_low=1e3 * low,
                tokens_per_second=tokens / seconds, first_step_seconds=first,
                peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def losses(job):
    """The mean loss of an Orochi checkpoint's parameters on a TSV of plain ASCII, one figure an implementation.

    In training mode without dropout: the very path that is measured, not nn.TransformerEncoder's own for inference.
    """
    import h5py  # only the check needs it

    check_word_dropout()

    with h5py.File(job["checkpoint"]) as file, torch.no_grad():
        config = tomllib.loads(file["config"].asstr()[()])
        numbers = {token: i for i, token in enumerate(file["state/tokenizer/vocabulary"].asstr()[:])}
        names, longest = list(file["state/task/labels"].asstr()[:]), config["data"]["max_length"]
        rows = [line.split("\t") for line in open(job["data"], encoding="ascii").read().splitlines()]
        labels = torch.tensor([names.index(label) for label, _ in rows])
        texts = [text.split() if config["data"]["tokenizer"]["type"] == "word" else text for _, text in rows]
        arguments = padded([[numbers.get(token, 0) for token in text[:longest]] for text in texts])
        shape = config["model"] | dict(vocab_size=len(numbers), num_classes=len(names), max_length=longest)
        answer = {}
        for implementation in ("nn", "sdpa", "matmul"):
            model = Classifier(shape, 0.0, implementation)
            model.load(file)
            answer[implementation] = F.cross_entropy(model(*arguments), labels).item()
    return answer


def describe(job):
    """PyTorch's version, the kernels that MKL has chosen (its own number) and the rate that they reach, GFLOP/s."""
    torch.set_num_threads(job["threads"])
    library = next((pathlib.Path(torch.__file__).parent / "lib").glob("libtorch_cpu.*"))
    detect = getattr(ctypes.CDLL(str(library)), "mkl_serv_cpu_detect", None)
    a, best, end = torch.randn(1024, 1024), math.inf, time.perf_counter() + 1
    while time.perf_counter() < end:
        begin = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - begin)
    return dict(version=torch.__version__, level=detect and detect(), gflops=2 * 1024**3 / best / 1e9)


def work(job):
    return {"losses": losses, "measure": measure, "describe": describe}[job["task"]](job)


if __name__ == "__main__":
    print(json.dumps(work(json.loads(sys.argv[1]))))
