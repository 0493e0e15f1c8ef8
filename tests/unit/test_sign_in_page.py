# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that a person sees after signing in; how it looks is tested in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from ansible_collections.beyondidentity.management.plugins.plugin_utils import sign_in_page as page

MARKUP = "</p><script>alert(1)</script><img src=x onerror='alert(2)'>\"&amp;"
PAGES = {
    "signed in": page.SIGNED_IN,
    "forged": page.FORGED,
    "not found": page.NOT_FOUND,
    "denied": page.denied(MARKUP),
}
EACH = pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)


class Reader(HTMLParser):
    """Notes elements with their attributes, and the text of each."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(body.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data


@EACH
def test_it_says_what_happened_in_title_and_heading(body):
    read = Reader(body)
    tags = [tag for tag, _attributes in read.elements]
    assert read.open == []
    assert body.startswith(b"<!doctype html>\n")
    assert ("html", {"lang": "en"}) in read.elements
    assert tags.count("h1") == tags.count("title") == tags.count("main") == 1
    assert read.texts["title"] == read.texts["h1"]
    assert read.texts["p"].strip()


@EACH
def test_it_needs_nothing_from_elsewhere_and_runs_nothing(body):
    read = Reader(body)
    assert {tag for tag, _attributes in read.elements} == {
        *("html", "head", "meta", "title", "link", "style", "body", "main", "h1", "p")
    }
    linked = [
        value
        for _tag, attributes in read.elements
        for name, value in attributes.items()
        if name in ("href", "src", "action")
    ]
    assert linked == ["data:,"], "an empty icon, so that the browser does not ask for one"
    assert not [name for _tag, attributes in read.elements for name in attributes if name.startswith("on")]
    assert "url(" not in read.texts["style"] and "@import" not in read.texts["style"]


@EACH
def test_the_policy_allows_its_own_style_and_nothing_else(body):
    style = Reader(body).texts["style"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = dict(rule.strip().partition(" ")[::2] for rule in page.HEADERS["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_it_is_neither_kept_nor_told_nor_framed():
    assert page.HEADERS["Cache-Control"] == "no-store"
    assert page.HEADERS["Referrer-Policy"] == "no-referrer"
    assert page.HEADERS["X-Content-Type-Options"] == "nosniff"
    assert page.HEADERS["X-Frame-Options"] == "DENY"
    assert page.HEADERS["Content-Type"] == "text/html; charset=utf-8"


def test_what_a_server_said_is_text():
    read = Reader(page.denied(MARKUP))
    assert MARKUP in read.texts["p"]
    assert not re.search(rb"<(script|img)", page.denied(MARKUP))


def test_each_page_says_what_to_do():
    assert "close this window" in Reader(page.SIGNED_IN).texts["p"]
    assert "close this window" in Reader(page.denied("no")).texts["p"]
    assert "still waits" in Reader(page.FORGED).texts["p"]
