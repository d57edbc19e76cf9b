#!/usr/bin/python3
"""Opens docs/heads.html in chromium: each of its models answers as `orochi predict` did, and what the text says of heads holds.

usage: check_story.py [--screenshots DIR] PAGE

Called by scripts/test_report.
"""

import argparse
import re
import sys
from pathlib import Path

from check_reports import nothing_is_loaded
from page import Failure, Page, expect, start_browser

LARGEST = 1_000_000  # bytes
SHOWN = """
  const station = document.getElementById(arguments[0]), all = (selector) => [...station.querySelectorAll(selector)];
  return {answer: station.querySelector('.answer')?.textContent ?? '', looks: all('.looks').map((e) => e.textContent),
          labels: all('ruby rt').map((e) => e.textContent),
          p: Object.fromEntries(all('.probabilities li').map((li) => [li.querySelector('bdi').textContent, Number(li.title)]))};"""
WRITE = """
  const field = document.querySelectorAll('#' + arguments[0] + ' textarea')[arguments[1]];
  field.value = arguments[2];
  document.querySelector('#' + arguments[0] + ' .tried').replaceChildren();
  document.querySelector('#' + arguments[0] + ' .ask').click();"""


class Station:
    """One of the page's models."""

    def __init__(self, page, name):
        self.page, self.name = page, name
        self.text = page.content["stations"][name]["sequences"][0]["text"].split("\\x09")

    def shown(self):
        expect(self.page.becomes("return document.querySelector('#' + arguments[0] + ' .answer') !== null", self.name, seconds=30),
               f"{self.name} does not answer")
        return self.page.run(SHOWN, self.name)

    def write(self, text, field=0):
        self.page.run(WRITE, self.name, field, text)
        return self.shown()

    def switch(self, head):
        """What is shown with the head off, and then on again."""
        before = self.shown()["answer"]
        box = f'#{self.name} [data-switch="{head}"]'
        for _ in range(2):
            self.page.find(box).click()
            expect(self.page.becomes("return document.querySelector('#' + arguments[0] + ' .answer').textContent !== arguments[1]",
                                     self.name, before), f"the switch of head {head} does nothing")
            before = self.shown()["answer"]
            yield self.shown()


def turned(word):
    """The word with another sign."""
    return word[:-1] + {"L": "R", "R": "U", "U": "D", "D": "L"}[word[-1]]


def with_other(text, color):
    """The text with another sign on the color's first word."""
    words = text.split()
    at = next(i for i, word in enumerate(words) if word.startswith(color))
    return " ".join([*words[:at], turned(words[at]), *words[at + 1:]]), words[at], turned(words[at])[-1]


def answers_are_predicts(page):
    for name, station in page.content["stations"].items():
        shown, said = Station(page, name).shown(), station["predict"]
        if "probabilities" in said:
            for label, p in shown["p"].items():
                expect(abs(p - said["probabilities"][label]) < 1e-5, f"{name}: {label} {p}, predict {said['probabilities'][label]}")
        if shown["labels"]:
            expect(shown["labels"] == said["labels"], f"{name}: {shown['labels']}, predict {said['labels']}")
        expect(shown["labels"] or shown["p"], f"{name} shows no answer")


def two_heads_watch_two_dragons(page):
    station = Station(page, "two-heads")
    text = station.text[0]
    right = page.content["stations"]["two-heads"]["predict"]["label"]
    watched = {}
    for color in ("red", "green"):
        changed, dragon, sign = with_other(text, color)
        shown = station.write(text)
        heads = [i + 1 for i, looks in enumerate(shown["looks"]) if f" {dragon} " in looks]
        expect(len(heads) == 1, f"no head looks at {dragon}: {shown['looks']}")
        watched[color] = heads[0]
        wanted = sign + right[1] if color == "red" else right[0] + sign
        expect(station.write(changed)["answer"].startswith(wanted), f"another {color} dragon does not change the answer to {wanted}")
    expect(len(set(watched.values())) == 2, f"one head watches both: {watched}")
    for color, kept in (("red", 1), ("green", 0)):
        station.write(text)
        off, on = station.switch(f"1.{watched[color]}")
        expect(off["answer"][kept] == right[kept] and off["answer"][1 - kept] != right[1 - kept],
               f"without the head of {color} the answer is {off['answer']}, with it {right}")
        expect(on["answer"].startswith(right), "the answer is another when the head is on again")


def one_head_misses_one_dragon(page):
    station = Station(page, "one-head")
    moves = []
    for color in ("red", "green"):
        before = station.write(station.text[0])["answer"][:2]
        moves.append(station.write(with_other(station.text[0], color)[0])["answer"][:2] != before)
    expect(sorted(moves) == [False, True], f"changing red, changing green changes the answer: {moves}")


def masks_hide_what_comes(page):
    station = Station(page, "masked")
    words = station.text[0].split()
    before = station.shown()["labels"]
    expect(len(before) == len(words), "there is not a label for each word")
    after = station.write(" ".join(words[:12] + ["redU"] * 12))["labels"]
    expect(after[:12] == before[:12], "a later word changes an earlier answer")


def questions_lead_the_head(page):
    station = Station(page, "question")
    scene = station.text[1].split()
    for color in ("red", "green", "blue"):
        dragon = next(word for word in scene if word.startswith(color))
        shown = station.write(color)
        expect(shown["answer"].startswith(dragon[-1]), f"asked for {color}, the answer is {shown['answer']}")
        expect(f" {dragon} " in shown["looks"][0], f"asked for {color}, the head {shown['looks'][0]}")


def screens(page, folder):
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light")):
        page.show(width, 900, scheme, phone=width < 500)
        for name in page.content["stations"]:
            Station(page, name).shown()
        wide = page.run("return [document.documentElement.scrollWidth, innerWidth]")
        expect(wide == [width, width], f"the page is {wide[0]} wide on a screen of {width}")
        page.screenshot(folder, f"{width}-{scheme}", whole=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("page")
    arguments = parser.parse_args()
    driver = start_browser()
    try:
        page = Page(driver, arguments.page)
        expect(page.path.stat().st_size <= LARGEST, f"the page has {page.path.stat().st_size} bytes")
        expect(not re.search(r"[^\x00-\x7f]", page.path.read_text(encoding="utf-8")), "a character that is not ASCII")
        for look in (answers_are_predicts, one_head_misses_one_dragon, two_heads_watch_two_dragons, masks_hide_what_comes,
                     questions_lead_the_head, nothing_is_loaded):
            look(page)
        screens(page, arguments.screenshots)
    except Failure as failure:
        sys.exit(f"{arguments.page}: FAILED: {failure}")
    finally:
        driver.quit()
    print(f"{arguments.page}: ok")


if __name__ == "__main__":
    main()
