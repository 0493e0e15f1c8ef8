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
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.collection import ROOT

SCREENSHOTS = ROOT / ".build" / "screenshots"
AXE = ROOT / ".build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
"""`make docs` installs it."""

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

_PLAIN_ROLES = {"StaticText", "InlineTextBox", "generic", "none", "ListMarker"}
_RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(results => done(results.violations.map(violation =>
  `${violation.id} (${violation.help}): ` + violation.nodes.map(node => node.html.slice(0, 200)).join(" | "))));
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

    def wait_for_title(self, title: str) -> None:
        """Wait until the page has this title."""
        WebDriverWait(self.driver, _SECONDS).until(lambda driver: driver.title == title)

    def prefer(self, scheme: str) -> None:
        """Prefer `dark` or `light` pages."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def resize(self, width: int) -> None:
        """Make the window this wide. Chromium's own windows cannot be as narrow as a phone."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def find_violations(self) -> list[str]:
        """Return the violations of accessibility rules that axe finds in the page."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        return list(self.driver.execute_async_script(_RUN_AXE))

    def list_roles(self) -> list[tuple[str, str]]:
        """Return role and name of what the accessibility tree has, in order, without texts and generic containers."""
        nodes = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        found: list[tuple[str, str]] = []

        def walk(node: dict[str, Any]) -> None:
            role = node.get("role", {}).get("value", "")
            if not node["ignored"] and role not in _PLAIN_ROLES:
                found.append((role, node.get("name", {}).get("value", "")))
            for identifier in node.get("childIds", ()):
                if identifier in by_id:
                    walk(by_id[identifier])

        walk(nodes[0])
        return found

    def type_keys(self, *keys: str) -> None:
        """Press keys, one after the other."""
        ActionChains(self.driver).send_keys(*keys).perform()

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
