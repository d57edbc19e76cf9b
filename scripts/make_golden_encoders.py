#!/usr/bin/env python3
"""Writes tests/fixtures/encoders/FAMILY/: a tiny random encoder of each family of BERT's as Hugging Face's tools save it, and what
PyTorch makes of 100 made-up sentences in ten scripts with it.

usage: scripts/make_golden_encoders.py [FOLDER]      (needs `pip install torch transformers safetensors tokenizers`)

The sentences are lines of tests/fixtures/wordpiece.json.gz (make_golden_wordpiece.py). golden.safetensors has, packed one sentence
behind the other, their token ids with the special tokens, the last layer's rows, and where each sentence begins.

usage: scripts/make_golden_encoders.py --of DIR FILE      the same golden file of a folder that there is, such as all-MiniLM-L6-v2
"""
import gzip
import json
import pathlib
import sys

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

HIDDEN, POSITIONS = 8, 48


def sentences():
    with gzip.open("tests/fixtures/wordpiece.json.gz") as file:
        lines = json.load(file)["lines"]
    special = ["[CLS]", "[SEP]", "[UNK]", "[MASK]", "[PAD]", "<s>", "</s>"]  # spelled out in a text they are text to Orochi
    lines = [line for line in lines if line.strip() and not any(word in line for word in special)]
    return lines[:: len(lines) // 100][:100]


def wordpiece(lines, lowercase):
    tokenizer = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(lines, trainers.WordPieceTrainer(vocab_size=700, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def byte_pairs(lines):
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(vocab_size=600, max_token_length=40, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
                                                             initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def golden(model, tokenizer, lines, most):
    ids, rows, offsets = [], [], [0]
    with torch.no_grad():
        for line in lines:
            own = tokenizer.encode(line).ids
            own = own if len(own) <= most else own[: most - 1] + own[-1:]
            ids += own
            rows.append(model(torch.tensor([own]))[0][0])
            offsets.append(len(ids))
    return {"ids": torch.tensor(ids, dtype=torch.float32), "rows": torch.cat(rows).contiguous(),
            "offsets": torch.tensor(offsets, dtype=torch.float32)}


def families(lines):
    sizes = dict(hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12)
    words, cased, bytes_ = wordpiece(lines, True), wordpiece(lines, False), byte_pairs(lines)
    v = words.get_vocab_size()
    t = transformers
    yield "bert", words, t.BertForPreTraining(t.BertConfig(vocab_size=v, max_position_embeddings=POSITIONS, **sizes)), torch.float32
    yield "minilm", words, t.BertModel(t.BertConfig(vocab_size=v, max_position_embeddings=POSITIONS, **sizes)), torch.float32
    yield "distilbert", cased, t.DistilBertModel(t.DistilBertConfig(
        vocab_size=cased.get_vocab_size(), max_position_embeddings=POSITIONS, dim=HIDDEN, n_layers=2, n_heads=2, hidden_dim=12)), torch.float16
    yield "roberta", bytes_, t.RobertaModel(t.RobertaConfig(
        vocab_size=bytes_.get_vocab_size(), max_position_embeddings=POSITIONS + 2, type_vocab_size=1, pad_token_id=1,
        layer_norm_eps=1e-5, **sizes)), torch.float32
    yield "electra", words, t.ElectraModel(t.ElectraConfig(vocab_size=v, max_position_embeddings=POSITIONS, embedding_size=4,
                                                           **sizes)), torch.bfloat16


def random_weights(model):
    """Large enough that every part shows in the result."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (1 if "LayerNorm.weight" in name or "layer_norm.weight" in name else 0))


def make(folder):
    lines = sentences()
    torch.manual_seed(1)
    for name, tokenizer, model, dtype in families(lines):
        path = pathlib.Path(folder) / name
        path.mkdir(parents=True, exist_ok=True)
        random_weights(model)
        model.to(dtype).save_pretrained(path, safe_serialization=True)
        (path / "generation_config.json").unlink(missing_ok=True)
        if name == "minilm":  # as sentence-transformers saves it; the vocabulary a piece a line
            (path / "1_Pooling").mkdir(exist_ok=True)
            (path / "1_Pooling/config.json").write_text(json.dumps({"word_embedding_dimension": HIDDEN, "pooling_mode_cls_token": False,
                                                                    "pooling_mode_mean_tokens": True}))
            (path / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
            vocabulary = tokenizer.get_vocab()
            (path / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n", encoding="utf-8")
        else:
            tokenizer.save(str(path / "tokenizer.json"), pretty=False)
        encoder = getattr(model, model.base_model_prefix, model).to(torch.float32).eval()
        save_file(golden(encoder, tokenizer, lines, POSITIONS), path / "golden.safetensors", metadata={"format": "pt"})
        print(name, sum(file.stat().st_size for file in path.rglob("*") if file.is_file()))
    (pathlib.Path(folder) / "lines.json").write_text(json.dumps(lines, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def main():
    if sys.argv[1:2] == ["--of"]:
        folder, path = sys.argv[2:]
        tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
        tokenizer.no_truncation(), tokenizer.no_padding()
        model = transformers.AutoModel.from_pretrained(folder).eval()
        save_file(golden(model, tokenizer, sentences(), 512), path, metadata={"format": "pt"})
    else:
        make(sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures/encoders")


main()
