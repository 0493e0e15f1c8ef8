# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of other systems becomes safe to display."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    MASK,
    remember_secrets,
    secret_scope,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._text import (
    DISPLAY_LIMIT,
    drop_repetitions,
    find_nearest,
    join_names,
    sanitize_for_display,
    suggest_nearest,
)

INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("", ""),
        ("two\nlines\r\nmore", "two lines more"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\x1b]0;title\x07after", "]0;title after"),
        ("\x9b31mC1", "31mC1"),
        ("a\u202eb\u2066c\u200fd", "a b c d"),  # bidirectional
        ("zero\u200bwidth\ufeff", "zero width"),
        ("para\u2029graph\u2028line", "para graph line"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("tag\U000e0041ged", "tag ged"),
        ("  much \t  space  ", "much space"),
        ("Grüße, 日本語 ✓", "Grüße, 日本語 ✓"),
        ("{{ lookup('pipe', 'id') }}", "{{ lookup('pipe', 'id') }}"),
        (None, "None"),
        (404, "404"),
    ],
)
def test_displayed_text_is_one_visible_line(text: Any, line: str) -> None:
    assert sanitize_for_display(text) == line


@pytest.mark.parametrize("length", [DISPLAY_LIMIT, DISPLAY_LIMIT + 1, 100_000])
def test_displayed_text_has_at_most_500_characters(length: int) -> None:
    line = sanitize_for_display("x" * length)
    assert len(line) == min(length, 500)
    assert line.endswith("...") is (length > 500)


@given(st.text(alphabet=st.characters(), max_size=200), st.integers(min_value=10, max_value=60))
def test_each_text_becomes_harmless(text: str, limit: int) -> None:
    line = sanitize_for_display(text, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(char) for char in line} & INVISIBLE
    assert line.splitlines() in ([], [line])
    assert sanitize_for_display(line, limit) == line


def test_a_secret_is_masked_before_the_text_becomes_one_line() -> None:
    with secret_scope():
        remember_secrets(["line one\nline\ttwo  end"])
        assert sanitize_for_display("echo: line one\nline\ttwo  end.") == f"echo: {MASK}."


def test_joined_names_are_sorted_sanitized_and_limited() -> None:
    assert join_names([]) == "none"
    assert join_names(["b", "a", "b", "c\x1bd"]) == "a, b, c d"
    assert join_names([f"s{number:03}" for number in range(45)]).endswith("s039 and 5 more")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("scope", ["scopes"]),
        ("state", ["oauth_state"]),
        ("OAuth-State", ["oauth_state"]),
        ("realm:read", ["realms:read"]),
        ("read:realms", ["realms:read"]),
        ("token", ["access_token", "refresh_token", "token_cache"]),
        ("colour", []),
        ("", []),
        ("***", []),
    ],
)
def test_the_nearest_names_are_similar_or_have_all_words(name: str, nearest: list[str]) -> None:
    known = (
        "access_token",
        "groups:read",
        "oauth_state",
        "realms:read",
        "refresh_token",
        "scopes",
        "token_cache",
    )
    assert find_nearest(name, known) == nearest


def test_a_suggestion_is_a_question_or_nothing() -> None:
    assert suggest_nearest("sc\x1bope", ["scopes"]) == "Did you mean scopes instead of sc ope?"
    assert suggest_nearest("colour", ["scopes"]) == ""


@pytest.mark.parametrize(
    ("phrases", "said", "remaining"),
    [
        (
            ["application not found", "Application x: application not found"],
            "not_found",
            ["Application x: application not found"],
        ),
        (["Not Found"], "not_found", []),
        (["not found", "Not found."], "", ["not found"]),
        (["found", "not foundation"], "", ["found", "not foundation"]),
        (["name: too long", "url: too long"], "bad_request", ["name: too long", "url: too long"]),
        ([], "x", []),
    ],
)
def test_a_phrase_that_says_nothing_new_is_left_out(phrases: list[str], said: str, remaining: list[str]) -> None:
    assert drop_repetitions(phrases, said) == remaining
