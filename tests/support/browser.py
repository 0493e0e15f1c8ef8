# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A headless Chromium, and what a user would see in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.collection import ROOT

SCREENSHOTS = ROOT / ".build" / "screenshots"

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=900,600",
)
_SECONDS = 60

# Of each element with text of its own: the text, and the ratio of its contrast (WCAG 2.2, success criterion 1.4.3).
_CONTRASTS = """
const channel = value => { value /= 255; return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; };
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const behind = element => {
  for (let place = element; place; place = place.parentElement) {
    const color = numbers(getComputedStyle(place).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const own = element => [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join("").trim();
return [...document.body.querySelectorAll("*")].filter(own).map(element => {
  const [one, other] = [luminance(numbers(getComputedStyle(element).color)), luminance(behind(element))];
  return [own(element), (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)];
});
"""


class Browser:
    """One window, in which one page after the other is shown."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Go to an address from an empty page."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(url)

    def press(self, words: str) -> None:
        """Press the button with these words, and wait until another page is there."""
        button = self.driver.find_element(By.XPATH, f"//button[contains(., '{words}')]")
        button.click()
        wait = WebDriverWait(self.driver, _SECONDS)
        wait.until(lambda driver: not driver.find_elements(By.XPATH, f"//button[contains(., '{words}')]"))
        wait.until(lambda driver: driver.execute_script("return document.readyState") == "complete")

    def prefer(self, scheme: str) -> None:
        """Prefer `dark` or `light` pages."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements that match a CSS selector."""
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def style(self, selector: str, name: str) -> str:
        """Return a computed style of an element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector).value_of_css_property(name)

    def attribute(self, selector: str, name: str) -> str | None:
        """Return an attribute of an element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector).get_dom_attribute(name)

    def contrasts(self) -> dict[str, float]:
        """Return the contrast ratio of each text with its background."""
        return dict(self.driver.execute_script(_CONTRASTS))

    def run(self, script: str) -> Any:
        """Run a script as the developer tools do, whatever the policy of the page."""
        return self.driver.execute_script(script)

    def complaints(self) -> list[str]:
        """Return the messages of the console since the last call, such as violations of a policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def traffic(self) -> tuple[list[str], list[str]]:
        """Return the addresses that the page requested since the last call, and those that responded."""
        entries = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [item["params"]["request"]["url"] for item in entries if item["method"] == "Network.requestWillBeSent"]
        options_after_sign_in = [
            item["params"]["response"]["url"] for item in entries if item["method"] == "Network.responseReceived"
        ]
        return asked, options_after_sign_in

    def screenshot(self, name: str) -> Path:
        """Save a screenshot below `.build/screenshots`."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path


@contextmanager
def start_browser(folder: Path) -> Iterator[Browser]:
    """Start a browser with a new profile below this folder."""
    options = Options()
    options.binary_location = _program("chromium", "chromium-browser", "google-chrome", "chrome")
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(_program("chromedriver")))
    driver.set_page_load_timeout(_SECONDS)
    try:
        yield Browser(driver)
    finally:
        driver.quit()


def _program(*names: str) -> str:
    """Return the first of these programs that exists. Selenium would download one otherwise."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(f"there is no {names[0]}: run `make browser` as root, or install it")
