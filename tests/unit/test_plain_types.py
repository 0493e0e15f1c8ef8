# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values from Ansible become values of Python's own types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.parsing import vault
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.plugin_utils.plain_types import to_plain_types


class Text(str):
    """A subclass, like Ansible's unsafe and tagged text."""

    def __str__(self) -> str:
        return "another text"


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
def test_a_subclass_becomes_its_base_type(value: Any, result: Any) -> None:
    converted = to_plain_types(value)
    assert converted == result
    assert_plain(converted)


def test_omit_becomes_none() -> None:
    internal = pytest.importorskip("ansible._internal._templating._utils", reason="ansible-core before 2.19")
    assert to_plain_types({"timeout": internal.Omit}) == {"timeout": None}


def test_values_of_yaml_and_vault_become_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = VaultSecret(b"password")
    secrets = [("default", secret)]
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    if hasattr(vault, "VaultSecretsContext"):  # ansible-core 2.19 and later
        monkeypatch.setattr(vault.VaultSecretsContext, "_current", vault.VaultSecretsContext(secrets))
    encrypted = VaultLib(secrets).encrypt("s3cret", secret).decode()
    indented = "".join(f"    {line}\n" for line in encrypted.splitlines())
    loaded = loader.load(f"name: web\nnumbers: [1, 2]\nvaulted: !vault |\n{indented}unsafe: !unsafe '{{{{ x }}}}'\n")
    converted = to_plain_types(loaded)
    assert converted == {"name": "web", "numbers": [1, 2], "vaulted": "s3cret", "unsafe": "{{ x }}"}
    assert_plain(converted)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=5), child, max_size=3),
        max_leaves=8,
    )
)
def test_json_values_stay_as_they_are(value: Any) -> None:
    assert to_plain_types(value) == value
    assert json.loads(json.dumps(to_plain_types(value))) == value


def assert_plain(value: Any) -> None:
    """Check the types at any depth: a subclass is equal to its base type."""
    assert value.__class__ in (type(None), bool, str, int, float, dict, list)
    if isinstance(value, dict):
        for key, item in value.items():
            assert key.__class__ is str
            assert_plain(item)
    elif isinstance(value, list):
        for item in value:
            assert_plain(item)
