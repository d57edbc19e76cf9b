"""scripts/make_dragons gives the recorded files, and they are what datasets/dragons/README.md says; so are the controls
of scripts/dragons_lab. Nothing is written."""

import collections
import hashlib
import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))


def script(name):
    loader = importlib.machinery.SourceFileLoader(name, str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


FILES = script("make_dragons").files()
LAB = script("dragons_lab")
COLOURS = ["red", "green", "blue"]


def lines(name):
    return FILES[f"generated/{name}.tsv"].decode().splitlines(keepends=True)


def rows(text):
    """[(label, words)]"""
    return [(label, words.split()) for label, words in (line.rstrip("\n").split("\t") for line in text)]


def first_signs(words, k):
    """The label by its definition: the sign of the first word of each of k colors."""
    return "".join(next(word[-1] for word in words if word[:-1] == color) for color in COLOURS[:k])


class Dragons(unittest.TestCase):
    def test_checksums(self):
        recorded = dict(line.split()[::-1] for line in (ROOT / "datasets/dragons/SHA256SUMS").read_text().splitlines())
        self.assertEqual(recorded, {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()})

    def test_labels_are_the_first_sign_of_each_color(self):
        for side, count in (("train", 8000), ("test", 2000)):
            for k in (1, 2, 3):
                data = rows(lines(f"{side}-{k}"))
                self.assertEqual(len(data), count)
                for label, words in data:
                    self.assertEqual(len(words), 24)
                    self.assertEqual(label, first_signs(words, k))

    def test_dragons_keep_their_distance_and_come_in_any_order(self):
        orders = collections.Counter()
        for _, words in rows(lines("train-3")):
            places = {next(i for i, word in enumerate(words) if word[:-1] == color): color for color in COLOURS}
            orders[tuple(color for _, color in sorted(places.items()))] += 1
            first, second, third = sorted(places)
            self.assertGreaterEqual(min(second - first, third - second), 6)
        self.assertEqual(len(orders), 6)
        self.assertGreater(min(orders.values()), 8000 / 6 * 0.9)

    def test_every_label_is_as_frequent_as_any_other(self):
        for k in (1, 2, 3):
            counts = collections.Counter(label for label, _ in rows(lines(f"train-{k}")))
            expected = 8000 / 4**k
            self.assertEqual(len(counts), 4**k)
            for count in counts.values():
                self.assertLess(abs(count - expected), 5 * expected**0.5)

    def test_the_data_sets_share_their_sequences_and_test_none_with_training(self):
        for side in ("train", "test"):
            texts = [[words for _, words in rows(lines(f"{side}-{k}"))] for k in (1, 2, 3)]
            self.assertTrue(texts[0] == texts[1] == texts[2])
        shared = {tuple(words) for _, words in rows(lines("train-1"))} & {tuple(words) for _, words in rows(lines("test-1"))}
        self.assertFalse(shared)

    def test_without_shadows_the_dragons_stay(self):
        for (label, words), (old, _) in zip(rows(LAB.alone(lines("test-3"))), rows(lines("test-3"))):
            self.assertEqual(label, old)
            self.assertEqual(label, first_signs(words, 3))
            self.assertEqual(sum(word != "." for word in words), 3)

    def test_shuffled_labels_have_nothing_to_do_with_the_sequences(self):
        before, after = rows(lines("train-1")), rows(LAB.shuffled(lines("train-1")))
        self.assertEqual([words for _, words in before], [words for _, words in after])
        self.assertEqual(collections.Counter(label for label, _ in before), collections.Counter(label for label, _ in after))
        same = sum(old == new for (old, _), (new, _) in zip(before, after))
        self.assertLess(abs(same - 2000), 200)


if __name__ == "__main__":
    unittest.main()
