# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that the browser shows after a sign-in. The integration tests check its appearance in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils.sign_in_page import (
    FOREIGN_RESPONSE,
    HEADERS,
    NOT_FOUND,
    SIGNED_IN,
    render_denied,
)

MARKUP = "</p><script>alert(1)</script><img src=x onerror='alert(2)'>\"&amp;"
PAGES = {
    "signed in": SIGNED_IN,
    "foreign response": FOREIGN_RESPONSE,
    "not found": NOT_FOUND,
    "denied": render_denied(MARKUP),
}
EACH_PAGE = pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)


class Page(HTMLParser):
    """A page's elements with their attributes, and the text in each element."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(body.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data


@EACH_PAGE
def test_the_page_is_valid_and_its_title_is_its_heading(body: bytes) -> None:
    page = Page(body)
    tags = [tag for tag, _attributes in page.elements]
    assert page.open == []
    assert body.startswith(b"<!doctype html>\n")
    assert ("html", {"lang": "en"}) in page.elements
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1
    assert page.texts["title"] == page.texts["h1"]
    assert page.texts["p"].strip()


@EACH_PAGE
def test_the_page_loads_nothing_and_runs_no_script(body: bytes) -> None:
    page = Page(body)
    assert {tag for tag, _attributes in page.elements} == {
        *("html", "head", "meta", "title", "link", "style", "body", "main", "h1", "p")
    }
    links = [
        value
        for _tag, attributes in page.elements
        for name, value in attributes.items()
        if name in ("href", "src", "action")
    ]
    assert links == ["data:,"], "an empty icon, so the browser requests none"
    assert not [name for _tag, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "url(" not in page.texts["style"] and "@import" not in page.texts["style"]


@EACH_PAGE
def test_the_content_security_policy_allows_only_the_pages_own_style(body: bytes) -> None:
    style = Page(body).texts["style"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(rule.strip().partition(" ")[::2] for rule in HEADERS["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_the_headers_forbid_caching_referrers_and_frames() -> None:
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["X-Frame-Options"] == "DENY"
    assert HEADERS["Content-Type"] == "text/html; charset=utf-8"


def test_server_text_is_escaped() -> None:
    body = render_denied(MARKUP)
    assert MARKUP in Page(body).texts["p"]
    assert not re.search(rb"<(script|img)", body)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        (SIGNED_IN, "You can close this window"),
        (render_denied("no"), "You can close this window"),
        (FOREIGN_RESPONSE, "open the URL that Ansible printed last"),
        (NOT_FOUND, "at another URL"),
    ],
    ids=["signed in", "denied", "foreign response", "not found"],
)
def test_each_page_says_what_to_do(body: bytes, advice: str) -> None:
    assert advice in Page(body).texts["p"]
