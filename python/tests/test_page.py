"""The code of docs/python.md, block after block, in a folder with a twentieth of the data, one epoch each."""

import re
from pathlib import Path

import orochi

ROOT = Path(__file__).resolve().parents[2]


def test_the_code_of_the_page_runs(tmp_path, monkeypatch):
    (tmp_path / "datasets/splice").mkdir(parents=True)
    for name in ("train.tsv", "test.tsv"):
        lines = (ROOT / "datasets/splice" / name).read_text().splitlines(keepends=True)
        (tmp_path / "datasets/splice" / name).write_text("".join(lines[::20]))
    (tmp_path / "configs").mkdir()
    config = (ROOT / "configs/splice.toml").read_text()
    (tmp_path / "configs/splice.toml").write_text(re.sub(r"(?m)^epochs = \d+", "epochs = 1", config))
    monkeypatch.chdir(tmp_path)
    assert orochi.run(["train", "configs/splice.toml", "-q"]) == 0  # the page's runs/splice
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.S)
    for block in blocks:
        exec(re.sub(r"\bepochs=\d+", "epochs=1", block), names)
    assert names["weights"].ndim == 4 and names["result"]["test"]
    assert Path("splice.h5").exists()
