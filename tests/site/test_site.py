# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site in a real browser. `make docs` builds the site and runs these tests."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.browser import Browser
from tests.support.collection import ROOT

SITE = ROOT / ".build" / "site"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
# The home page, guides with pictures and wide tables, and pages of plugins, a role and playbooks.
EXAMPLES = (
    "index.html",
    "docs/operations.html",
    "docs/sign-in.html",
    "reference/index.html",
    "reference/application_module.html",
    "reference/token_lookup.html",
    "reference/person_role.html",
    "roles/client_credentials/README.html",
    "playbooks.html",
)
WIDTHS = {"desktop": 1280, "phone": 390}
SCHEMES = ("light", "dark")


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of the base class
        """Write nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve the built site and return its address."""
    handler = functools.partial(_QuietHandler, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_site_has_all_pages() -> None:
    expected = {
        *(f"docs/{path.stem}.html" for path in ROOT.glob("docs/*.md")),
        *(f"reference/{path.stem}_module.html" for path in ROOT.glob("plugins/modules/*.py")),
        *(
            f"reference/{path.stem}_{kind}.html"
            for kind in ("lookup", "filter", "callback")
            for path in ROOT.glob(f"plugins/{kind}/*.py")
        ),
        *(f"reference/{path.name}_role.html" for path in ROOT.glob("roles/*")),
        *(f"roles/{path.name}/README.html" for path in ROOT.glob("roles/*")),
        *("index.html", "playbooks.html", "CHANGELOG.html", "CONTRIBUTING.html", "SECURITY.html"),
    }
    assert expected <= set(PAGES)


def test_no_page_is_wider_than_the_window(site: str, browser: Browser) -> None:
    too_wide = []
    for page in PAGES:
        browser.open(f"{site}/{page}")
        for width in WIDTHS.values():
            browser.resize(width)
            page_width = browser.run("return document.documentElement.scrollWidth")
            if page_width > width:
                too_wide.append(f"{page} at {width}: {page_width}")
    assert too_wide == []


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
@pytest.mark.parametrize("page", [page for page in EXAMPLES if page.endswith(("_module.html", "_role.html"))])
def test_a_table_of_options_needs_no_scroll_bar(site: str, browser: Browser, page: str, width: int) -> None:
    browser.open(f"{site}/{page}")
    browser.resize(width)
    script = """return [...document.querySelectorAll(".table-wrapper:has(> .ansible-option-table)")].map(
      frame => [frame.scrollWidth - frame.clientWidth, frame.scrollHeight - frame.clientHeight])"""
    frames = browser.run(script)
    assert frames
    assert [frame for frame in frames if max(frame) > 0] == []


@pytest.mark.parametrize("page", EXAMPLES)
def test_axe_finds_no_violation(site: str, browser: Browser, page: str) -> None:
    browser.open(f"{site}/{page}")
    violations = {}
    for (name, width), scheme in itertools.product(WIDTHS.items(), SCHEMES):
        browser.resize(width)
        browser.prefer(scheme)
        browser.screenshot(f"site-{page.replace('/', '-').removesuffix('.html')}-{name}-{scheme}")
        if found := browser.find_violations():
            violations[name, scheme] = found
    assert violations == {}


def test_the_page_follows_the_colors_that_the_reader_prefers(site: str, browser: Browser) -> None:
    backgrounds = []
    for scheme in SCHEMES:
        browser.prefer(scheme)
        browser.open(f"{site}/index.html")
        backgrounds.append(sum(map(int, browser.style("body", "background-color").strip("rgba()").split(",")[:3])))
    assert backgrounds[0] > 3 * 200 > 3 * 60 > backgrounds[1]


@pytest.mark.parametrize(
    ("word", "page"),
    [("min_validity", "docs/tokens.html"), ("ListRealms", "docs/operations.html"), ("passkey", "docs/onboarding.html")],
)
def test_a_search_finds_the_guide(site: str, browser: Browser, word: str, page: str) -> None:
    assert f"/{page}" in search(browser, site, word)


def test_a_search_lists_guides_before_reference_pages_that_match_equally_well(site: str, browser: Browser) -> None:
    found = search(browser, site, "min_validity")
    assert found.index("/docs/tokens.html") < found.index("/reference/realm_module.html")


def search(browser: Browser, site: str, word: str) -> list[str]:
    """Return the paths of the pages that the search finds."""
    browser.open(f"{site}/search.html?q={word}")
    wait = WebDriverWait(browser.driver, 60)
    wait.until(lambda _driver: any("finished" in text for text in browser.texts("#search-results .search-summary")))
    links = "return [...document.querySelectorAll('#search-results li a')].map(link => new URL(link.href).pathname)"
    return list(browser.run(links))


def test_a_page_requests_nothing_from_other_hosts(site: str, browser: Browser) -> None:
    browser.open(f"{site}/index.html")
    requested, _responded = browser.traffic()
    assert [url for url in requested if not url.startswith((site, "data:", "about:"))] == []


class _Links(HTMLParser):
    """The anchors of a page, and the addresses that it refers to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.targets.append(value)


def test_each_link_inside_the_site_leads_to_a_page_and_an_anchor() -> None:
    pages = {(SITE / page).resolve(): _Links(SITE / page) for page in PAGES}
    assert sum(len(page.targets) for page in pages.values()) > 1000
    lost = []
    for path, page in pages.items():
        for address in page.targets:
            url = urlsplit(address)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            anchor = unquote(url.fragment)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
                lost.append(f"{path.relative_to(SITE)}: {address}")
    assert lost == []
