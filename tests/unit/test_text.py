# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others' text made fit to print, scopes and ids made fit to send, Ansible's values made plain."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from ansible.parsing import vault
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._ids import validate_id
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.constant_time import are_equal
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.scopes import parse_scopes
from ansible_collections.beyondidentity.management.plugins.module_utils._text import (
    DISPLAY_LIMIT,
    join_names,
    sanitize_for_display,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.plain_types import to_plain_types

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
def test_one_line(text: Any, line: str) -> None:
    assert sanitize_for_display(text) == line


@pytest.mark.parametrize("length", [DISPLAY_LIMIT - 1, DISPLAY_LIMIT, DISPLAY_LIMIT + 1, 100_000])
def test_one_line_is_cut_at_500_characters(length: int) -> None:
    line = sanitize_for_display("x" * length)
    assert len(line) == min(length, 500)
    assert line.endswith("...") is (length > 500)


@given(st.text(alphabet=st.characters(), max_size=3000), st.integers(min_value=10, max_value=600))
def test_one_line_is_always_harmless(text: str, limit: int) -> None:
    line = sanitize_for_display(text, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(char) for char in line} & INVISIBLE
    assert line.splitlines() in ([], [line])
    assert sanitize_for_display(line, limit) == line


def test_listed() -> None:
    assert join_names([]) == "none"
    assert join_names(["b", "a", "b", "c\x1bd"]) == "a, b, c d"
    assert join_names([f"s{number:03}" for number in range(45)]).endswith("s039 and 5 more")


@pytest.mark.parametrize(
    ("value", "scopes"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("a", ["a"]),
        ("b a  b", ["a", "b"]),
        ("b,a, c", ["a", "b", "c"]),
        (["b", "a"], ["a", "b"]),
        (["b a", "c"], ["a", "b", "c"]),
        (("x:y:z", "x:y:z"), ["x:y:z"]),
    ],
)
def test_scope_list(value: Any, scopes: list[str]) -> None:
    assert parse_scopes(value) == scopes


@pytest.mark.parametrize("value", ['a"b', "a\\b", "ä", "a\x00b", "a\x7fb"])
def test_scope_list_refuses_what_is_no_scope(value: str) -> None:
    with pytest.raises(OptionError, match="allowed: '.*' is no scope"):
        parse_scopes([value], "allowed")


@given(st.lists(st.text(alphabet="abc:-_.", min_size=1, max_size=8)))
def test_scope_list_knows_no_order_and_no_repetition(scopes: list[str]) -> None:
    assert parse_scopes(scopes) == parse_scopes(" ".join(reversed(scopes + scopes))) == sorted(set(scopes))


@pytest.mark.parametrize(
    "value", ["a", "00011f1183c67b69", "38833c36-6f47-4992-9329-ea0a00915137", "a.b_c-D", "a...", 12]
)
def test_identifier(value: Any) -> None:
    assert validate_id(value, "id") == str(value)


@pytest.mark.parametrize(
    "value", ["", ".", "..", "...", "a/b", "a b", "a%2fb", "a?b", "a\n", "ä", "a#b", "{{ a }}", ["a"]]
)
def test_identifier_refuses(value: Any) -> None:
    with pytest.raises(OptionError, match="^tenant_id: '.*' is no id"):
        validate_id(value, "tenant_id")


class Text(str):
    """A subclass, as Ansible's unsafe and tagged text are."""

    def __str__(self) -> str:
        return "something else"


class Number(int):
    pass


class Fraction(float):
    pass


class Mapping(dict):
    pass


class Sequence(list):
    pass


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (None, None),
        (True, True),
        (Text("x"), "x"),
        (Number(3), 3),
        (Fraction(0.5), 0.5),
        (Mapping({Text("k"): Sequence([Text("v"), Number(1)])}), {"k": ["v", 1]}),
        (("a", Text("b")), ["a", "b"]),
        ({"a"}, ["a"]),
    ],
)
def test_plain(value: Any, result: Any) -> None:
    made = to_plain_types(value)
    assert made == result
    assert_plain(made)


def test_plain_on_what_ansible_makes_of_yaml_and_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = VaultSecret(b"password")
    secrets = [("default", secret)]
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    if hasattr(vault, "VaultSecretsContext"):  # ansible-core 2.19 and later
        monkeypatch.setattr(vault.VaultSecretsContext, "_current", vault.VaultSecretsContext(secrets))
    encrypted = VaultLib(secrets).encrypt("s3cret", secret).decode()
    indented = "".join(f"    {line}\n" for line in encrypted.splitlines())
    loaded = loader.load(f"name: web\nnumbers: [1, 2]\nvaulted: !vault |\n{indented}unsafe: !unsafe '{{{{ x }}}}'\n")
    made = to_plain_types(loaded)
    assert made == {"name": "web", "numbers": [1, 2], "vaulted": "s3cret", "unsafe": "{{ x }}"}
    assert_plain(made)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda child: st.lists(child) | st.dictionaries(st.text(), child),
    )
)
def test_plain_keeps_json_as_it_is(value: Any) -> None:
    assert to_plain_types(value) == value
    assert json.loads(json.dumps(to_plain_types(value))) == value


def assert_plain(value: Any) -> None:
    assert type(value) in (type(None), bool, str, int, float, dict, list)
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) in (str,), "not a subclass"
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [("", "", True), ("a", "a", True), ("a", "b", False), ("a", "ab", False), ("é", "é", True), ("\ud800", "x", False)],
)
def test_texts_are_compared_whatever_they_hold(one: str, other: str, equal: bool) -> None:
    assert [are_equal(*pair) for pair in ((one, other), (other, one))] == [equal, equal]
