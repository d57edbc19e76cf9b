#!/usr/bin/python3
"""Opens reports in chromium and does with each what a reader does; exit 1 names what does not hold.

usage: check_reports.py [--screenshots DIR] [--answering REPORT.html]... REPORT.html...

Beside each that answers there is REPORT.answers, lines of JSON: a text and the probabilities that `orochi predict` gives
it. Of those after --answering nothing but their answers is looked at.

Called by scripts/test_report. Needs Debian's chromium, chromium-driver and python3-selenium, nothing from pip.
"""

import argparse
import base64
import gzip
import json
import re
import sys
from pathlib import Path

from selenium.webdriver.common.keys import Keys

from page import Failure, Page, expect, start_browser

CONTRAST = 4.5  # WCAG AA for text
SPELLING = r'tokenizer\W+(type = )?"(bpe|unigram)"'  # nothing is unknown to these, who spell it in bytes, or leave it out


def head_opens_by_mouse(page, shots):
    """A click on head 1.2 opens it; what is read at a cell is the file's weight; a query's lines are drawn."""
    page.show(1280, 900)
    page.find('[data-head="1.2"]').click()
    expect(page.text("#head-title") == "Layer 1, head 2", "a click on head 1.2 does not open it")
    rows = len(page.content["sequences"][0]["rows"])
    box = page.run("""const c = document.querySelector('#figure canvas').getBoundingClientRect();
        return [c.width, c.height];""")
    page.hover("#figure canvas", box[0] - 4, box[1] - 4)  # the last query and key
    read = re.search(r"^Query (\d+).* gives (\S+) to key (\d+)", page.text("#readout"))
    expect(read, f"no weight is read under the pointer: {page.text('#readout')!r}")
    expect(int(read[1]) == rows and int(read[3]) == int(read[1]), f"the last cell is read as {read[0]!r}")
    wanted = page.weight(0, 0, 1, rows - 1, rows - 1)
    expect(abs(float(read[2]) - wanted) <= 0.006 * wanted + 1e-12, f"read {read[2]}, the file holds {wanted}")
    lines = page.run("return document.querySelectorAll('#figure path.link').length")
    strong = sum(page.weight(0, 0, 1, rows - 1, k) > 0 for k in range(rows))
    expect(1 <= lines <= strong, f"{lines} lines for a query that looks at {strong} keys")
    page.screenshot(shots, "head")
    page.find("#close").click()
    expect(not page.find("#head").get_attribute("open"), "the close button does not close")


def head_opens_by_keyboard(page):
    """Tab, arrows, Enter, arrows, Tab, arrows, Escape."""
    page.show(1280, 900)
    page.tab_to("[data-head]")
    expect(page.focused()[1] == "1.1", f"the grid is entered at {page.focused()}")
    page.press(Keys.ARROW_RIGHT)
    expect(page.focused()[1] == "1.2", "the right arrow does not go to head 1.2")
    page.press(Keys.ARROW_DOWN)
    layers = len(page.content["sequences"][0]["layers"])
    expect(page.focused()[1] == ("2.2" if layers > 1 else "1.2"), "the down arrow does not go to the next layer")
    page.press(Keys.HOME)
    page.press(Keys.ENTER)
    expect(page.text("#head-title") == "Layer 1, head 1", "Enter does not open the head")
    page.press(Keys.ARROW_RIGHT)
    expect(page.text("#head-title") == "Layer 1, head 2", "the right arrow does not show the next head")
    page.tab_to("#figure", 10)
    page.press(Keys.ARROW_DOWN)
    first = page.text("#readout")
    expect(first.startswith("Query 1 "), f"the down arrow does not choose a query: {first!r}")
    page.press(Keys.ARROW_DOWN)
    page.press(Keys.ARROW_RIGHT)
    expect(re.match(r"Query 2 .*to key 1\b", page.text("#readout")), f"arrows choose {page.text('#readout')!r}")
    expect(page.text("#head-title") == "Layer 1, head 2", "arrows in the map change the head")
    page.press(Keys.ESCAPE)
    expect(not page.find("#head").get_attribute("open"), "Escape does not close")
    expect(page.becomes("return document.activeElement.dataset.head === '1.2'"), f"after Escape the focus is on {page.focused()}")


CONTROLS = """
  const shown = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden';
  const all = [...document.querySelectorAll('a[href], button, summary, input, textarea, [tabindex="0"]')].filter(shown);
  return all.filter((e) => e.tabIndex >= 0 && !(e.type === 'radio' && !e.checked));"""
NAME = """
  const e = arguments[0], labelled = e.getAttribute('aria-label') || e.closest('label')?.textContent;
  return (labelled || e.textContent || '').trim();"""


def every_control_is_reached(page):
    """Tab comes to every control, each has a name, and the focus can be seen."""
    page.show(1280, 900)
    page.run("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    controls = page.run(CONTROLS)
    page.run("window.reached = new Set(); document.addEventListener('focusin', (e) => window.reached.add(e.target));")
    for _ in range(len(controls) + 5):
        page.press(Keys.TAB)
    for control in controls:
        expect(page.run("return window.reached.has(arguments[0])", control),
               f"Tab does not come to {control.get_attribute('outerHTML')[:120]}")
        expect(page.run(NAME, control), f"no name: {control.get_attribute('outerHTML')[:120]}")
    outline = page.run("return getComputedStyle(document.activeElement).outlineStyle")
    expect(outline != "none", "the focus is not seen")


def sequences_can_be_chosen(page):
    """Each button of the picker shows its sequence."""
    page.show(1280, 900)
    for i, sequence in enumerate(page.content["sequences"]):
        button = page.run("return document.querySelectorAll('.picker button')[arguments[0]]", i)
        button.click()
        expect(button.get_attribute("aria-pressed") == "true", f"sequence {i} cannot be chosen")
        expect(f"no. {sequence['number']}," in page.text("#sequence"), f"sequence {i} is not shown")
        canvases = page.run("return document.querySelectorAll('#sequence .map canvas').length")
        expect(canvases == sum(map(len, sequence["layers"])), f"{canvases} maps are shown of sequence {i}")


SHOWN = """
  return [document.querySelector('.answer').textContent,
    Object.fromEntries([...document.querySelectorAll('.tried .probabilities li')].map((li) => [li.querySelector('bdi').textContent, Number(li.title)]))];"""


def ask(page, text):
    """What the page answers to a text: its sentence, and probabilities by label."""
    page.run("document.querySelector('.tried').replaceChildren(); document.querySelector('#try textarea').value = arguments[0];", text)
    page.find(".ask").click()
    expect(page.becomes("return document.querySelector('.answer') !== null", seconds=30), "no answer comes")
    return page.run(SHOWN)


def switch(page, head, before):
    """Clicks a head's switch; what is shown when it has changed."""
    page.find(f'[data-switch="{head}"]').click()
    expect(page.becomes("return document.querySelector('.answer').textContent !== arguments[0]", before), f"the switch of head {head} does nothing")
    return page.run(SHOWN)


def model_answers(page, shots):
    """The page answers as `orochi predict` does, and other without a head; what it cannot answer it says."""
    parts = page.content["try"]
    page.show(1280, 900)
    if "reason" in parts:
        expect(parts["reason"] in page.text("#try"), "why the page does not answer is not said")
        return
    expect(page.run("return document.querySelectorAll('.tried *').length") == 0, "the model starts unasked")
    for line in page.path.with_suffix(".answers").read_text().splitlines():
        wanted = json.loads(line)
        sentence, shown = ask(page, wanted["text"])
        common = [label for label in shown if label in wanted["probabilities"]]
        expect(common, f"no label of {list(shown)} is predict's; the page says {sentence!r}")
        for label in common:
            expect(abs(shown[label] - wanted["probabilities"][label]) < 1e-5,
                   f"{label}: the page says {shown[label]}, predict {wanted['probabilities'][label]}")
    without = switch(page, "1.2", sentence)
    expect("without 1.2" in without[0] and without[1] != shown, "the answer does not change without head 1.2")
    expect(page.run("return document.activeElement.dataset.switch") == "1.2", "the switch loses the focus")
    page.screenshot(shots, "try", whole=True)
    page.find('.tried [data-head="1.1"]').click()
    expect(page.text("#head-title") == "Layer 1, head 1", "a head of the answer does not open")
    page.press(Keys.ESCAPE)
    expect(switch(page, "1.2", without[0]) == [sentence, shown], "the answer is another when the head is on again")
    if not re.search(SPELLING, page.content["config"]):
        ask(page, "\u2603 \u2603 \u2603")
        expect("are unknown to the model" in page.text(".tried"), "a text of unknown tokens is not said to be one")
    expect("the text is empty" in ask(page, " ")[0], "an empty text is not refused")


COLOURS = """
  const number = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (c) => c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = light(number(getComputedStyle(document.body).backgroundColor));
  const contrast = (selector) => [...document.querySelectorAll(selector)].map((e) => {
    const own = getComputedStyle(e), solid = number(own.backgroundColor).length && !/, 0\\)$/.test(own.backgroundColor);
    const [a, b] = [light(number(own.color)), solid ? light(number(own.backgroundColor)) : back].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
  const canvas = document.querySelector('.map canvas'), size = canvas.width, copy = document.createElement('canvas');
  copy.width = copy.height = size;
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const pixels = context.getImageData(0, 0, size, size).data;
  return { back, contrast: Math.min(...contrast('p, h1, h2, .muted, .note, a, dd, td, th')),
    shades: Array.from({ length: size * size }, (_, i) => light([...pixels.slice(4 * i, 4 * i + 3)])) };"""


def both_schemes_are_readable(page, shots):
    """Text stands out in both; a greater weight is darker on light paper and lighter on dark."""
    for scheme, sign in (("light", -1), ("dark", 1)):
        page.show(1280, 900, scheme)
        seen = page.run(COLOURS)
        expect((seen["back"] > 0.5) == (scheme == "light"), f"the page is not {scheme}")
        expect(seen["contrast"] >= CONTRAST, f"a text of contrast {seen['contrast']:.2f} in the {scheme} scheme")
        rows = len(page.content["sequences"][0]["rows"])
        weights = [page.weight(0, 0, 0, i // rows, i % rows) for i in range(rows * rows)]
        order = sorted(range(len(weights)), key=lambda i: weights[i])
        shades = [sign * seen["shades"][i] for i in order]
        expect(all(b >= a - 0.004 for a, b in zip(shades, shades[1:])), f"colors do not follow weights in the {scheme} scheme")
        expect(shades[-1] > shades[0] or weights[order[-1]] == weights[order[0]], "all colors are alike")
        page.screenshot(shots, scheme, whole=True)
    page.scheme("light")  # while it is open
    expect(page.run(COLOURS)["back"] > 0.5, "the open page does not follow the scheme")


def a_phone_is_enough(page, shots):
    """390 pixels: nothing scrolls sideways but what scrolls by itself; a tap opens a head and reads a row."""
    for scheme in ("light", "dark"):
        page.show(390, 844, scheme, phone=True)
        wide = page.run("return [document.documentElement.scrollWidth, innerWidth]")
        expect(wide == [390, 390], f"the page is {wide[0]} wide on a screen of 390 (viewport {wide[1]})")
        page.screenshot(shots, f"phone-{scheme}", whole=True)
    page.find('[data-head="1.1"]').click()
    inside = page.run("const d = document.getElementById('head'); return [d.scrollWidth, d.clientWidth];")
    expect(inside[0] <= inside[1], f"an opened head is {inside[0]} wide in {inside[1]}")
    page.tap("#figure svg", 12, 35)
    expect(page.becomes("return document.getElementById('readout').textContent.startsWith('Query ')"),
           f"a row of the lines is read as {page.text('#readout')!r}")
    expect(page.find("#readout").is_displayed(), "the readout is out of sight")
    page.screenshot(shots, "phone-head")


def figures_are_the_runs(page):
    """What is at the top, and every class and label of the tables, is what the file holds."""
    shown = page.run("return [...document.querySelectorAll('.figures dd')].map((e) => e.textContent)")
    metrics = page.content["metrics"]
    wanted = [f"{metrics[key]:.4f}" for key in ("accuracy", "macro_f1", "weighted_f1", "mcc", "loss")]
    expect(shown == wanted, f"figures {shown} for {wanted}")
    rows = page.run("return [...document.querySelectorAll('.classes tbody tr')].map((r) => r.cells[3].textContent)")
    expect(rows == [f"{c['f1']:.4f}" for c in metrics["classes"]], "F1 of the classes")
    hits = page.run("return [...document.querySelectorAll('.confusion td.hit')].map((e) => e.textContent)")
    diagonal = {r: n for r, c, n in metrics["confusions"] if r == c}
    expect(hits == [f"{diagonal[k]:,}" if k in diagonal else "\u00b7" for k in range(len(page.content["labels"]))],
           "the diagonal of the confusion matrix")
    heads = page.run("return document.querySelectorAll('.ablation tbody tr').length")
    expect(heads == len(page.content["ablation"]["heads"]), "a bar for every head")


def charts_are_read(page):
    """The arrow keys read a chart, and what they read is the run's."""
    page.show(1280, 900)
    page.tab_to(".chart svg")
    page.press(Keys.HOME)
    text = page.run("return document.activeElement.parentElement.querySelector('.readout').textContent")
    first = page.content["curves"][0]
    expect(text.startswith("epoch 1:") and f"{first['train_loss']:.4f}" in text, f"epoch 1 is read as {text!r}")


def users_text_is_inert(page):
    """No label and no text became an element or ran."""
    page.show(1280, 900)
    expect(page.run("return document.querySelectorAll('img, iframe, object, embed, form, b').length") == 0, "foreign elements")
    expect(page.run("return document.scripts.length") == 2, "another script is in the page")
    expect(page.run("return typeof window.pwned") == "undefined", "a text ran as a script")
    shown = page.run("return document.body.innerText")
    expect(not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", shown), "an active character is shown")
    for label in page.content["labels"]:
        expect(label in shown, f"the label {label!r} is not shown as it is")


def nothing_is_loaded(page):
    """Since the page was first opened: no request but for the file itself, no message in the console."""
    for entry in page.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            expect(url.startswith(("file:///", "data:")), f"the page asks for {url}")
    said = [entry["message"] for entry in page.driver.get_log("browser")]
    expect(not said, f"the console says {said}")


def sizes(path):
    """In bytes, as docs/install.md and docs/decisions.md have them."""
    text = Path(path).read_text(encoding="utf-8")
    module = re.search(r'"module":"([^"]*)"', text)
    if module is None:
        return f"{len(text):,} bytes"
    packed = base64.b64decode(module[1])
    return f"{len(text):,} bytes, {len(module[1]):,} of the module, which is {len(gzip.decompress(packed)):,} ({len(packed):,} packed)"


def check_answers(driver, path, shots):
    page = Page(driver, path)
    expect("reason" not in page.content["try"] or "Emscripten" in page.content["try"]["reason"], "the page does not answer")
    model_answers(page, shots)
    nothing_is_loaded(page)


def check(driver, path, shots):
    page = Page(driver, path)
    expect(Path(path).stat().st_size < 5_000_000, "the file is over 5 MB")
    head_opens_by_mouse(page, shots)
    head_opens_by_keyboard(page)
    every_control_is_reached(page)
    sequences_can_be_chosen(page)
    model_answers(page, shots)
    both_schemes_are_readable(page, shots)
    a_phone_is_enough(page, shots)
    figures_are_the_runs(page)
    charts_are_read(page)
    users_text_is_inert(page)
    nothing_is_loaded(page)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--screenshots", type=Path, help="folder for pictures of what was seen")
    parser.add_argument("--answering", metavar="REPORT", action="append", default=[])
    parser.add_argument("reports", nargs="+")
    arguments = parser.parse_args()
    driver = start_browser()
    failed = False
    try:
        checks = [(check, path) for path in arguments.reports] + [(check_answers, path) for path in arguments.answering]
        for look, path in checks:
            try:
                look(driver, path, arguments.screenshots)
                print(f"{path}: ok, {sizes(path)}")
            except Failure as failure:
                failed = True
                print(f"{path}: FAILED: {failure}")
    finally:
        driver.quit()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
