"""A report in Debian's chromium, driven through chromedriver."""

import base64
import json
import re
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


class Failure(AssertionError):
    """What a report does not hold."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def start_browser():
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--no-first-run", "--hide-scrollbars"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Page:
    """One opened report."""

    def __init__(self, driver, path):
        self.driver, self.path = driver, Path(path).resolve()
        text = self.path.read_text(encoding="utf-8")
        self.content = json.loads(re.search(r'id="content">(.*?)</script>', text, re.DOTALL)[1])
        self.show(1280, 900)

    def show(self, width, height, scheme="light", phone=False):
        """Opens it anew on a screen of this size."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 2 if phone else 1, "mobile": phone})
        self.scheme(scheme)
        self.driver.get(self.path.as_uri())

    def scheme(self, name):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": name}]})

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def hover(self, selector, x, y):
        """The pointer at a place of an element, from its upper left corner."""
        self.run("document.querySelector(arguments[0]).scrollIntoView({block: 'nearest'})", selector)
        element = self.find(selector)
        size = element.size
        ActionChains(self.driver).move_to_element_with_offset(
            element, x - size["width"] / 2, y - size["height"] / 2).perform()

    def focused(self):
        """A name of what has the focus, and its data-head."""
        return self.run("""const e = document.activeElement;
            return [e.tagName.toLowerCase() + (e.id ? '#' + e.id : ''), e.dataset ? e.dataset.head || '' : ''];""")

    def becomes(self, script, *arguments, seconds=3):
        """Whether the script's result is true soon: events come a moment after what causes them."""
        end = time.monotonic() + seconds
        while not self.run(script, *arguments):
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def tab_to(self, wanted, most=200):
        """Presses Tab until `wanted` (a selector) has the focus."""
        for _ in range(most):
            if self.run("return document.activeElement.matches(arguments[0])", wanted):
                return
            self.press(Keys.TAB)
        raise Failure(f"{wanted} is not reached by {most} tabs")

    def tap(self, selector, x, y):
        """A finger at a place of an element, which is first scrolled to the middle of its dialog."""
        at = self.run("""const e = document.querySelector(arguments[0]), box = e.closest('dialog');
            box.scrollTop += e.getBoundingClientRect().top + arguments[2] - innerHeight / 2;
            const r = e.getBoundingClientRect(); return [r.left + arguments[1], r.top + arguments[2]];""", selector, x, y)
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        touch = [{"x": at[0], "y": at[1]}]
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touch})
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})

    def weight(self, sequence, layer, head, query, key):
        """A weight of a map, taken out of the file's bytes."""
        data = self.content["sequences"][sequence]["layers"][layer][head]
        rows = len(self.content["sequences"][sequence]["rows"])
        return data["largest"] * (base64.b64decode(data["map"])[query * rows + key] / 255) ** 2

    def screenshot(self, folder, name, whole=False):
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": whole})
        (folder / f"{self.path.stem}-{name}.png").write_bytes(base64.b64decode(shot["data"]))
