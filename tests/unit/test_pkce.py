# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PKCE: verifiers and challenges by RFC 7636, as module and as filter."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.filter.code_challenge import FilterModule
from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.pkce import (
    create_code_challenge,
    create_code_verifier,
    validate_code_verifier,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.modules import pkce as module

# RFC 7636, Appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

code_challenge = FilterModule().filters()["code_challenge"]
VERIFIERS = st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True)
BAD = [
    "",
    "a" * 42,
    "a" * 129,
    "a" * 42 + "+",
    "a" * 42 + "=",
    "a" * 42 + " ",
    "a" * 43 + "\n",
    "ä" * 43,
    "{{ secret }}" * 5,
]


def test_the_vector_of_the_rfc() -> None:
    assert create_code_challenge(VERIFIER) == CHALLENGE
    assert code_challenge(VERIFIER) == CHALLENGE


def test_plain_is_the_verifier_itself() -> None:
    assert create_code_challenge(VERIFIER, "plain") == VERIFIER
    assert code_challenge(VERIFIER, method="plain") == VERIFIER


@given(VERIFIERS)
def test_any_verifier_has_a_challenge_without_padding(verifier: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", create_code_challenge(verifier))


@pytest.mark.parametrize("length", [43, 64, 127, 128])
def test_fresh_verifiers(length: int) -> None:
    made = {create_code_verifier(length) for _n in range(50)}
    assert len(made) == 50
    assert all(len(verifier) == length and validate_code_verifier(verifier) == verifier for verifier in made)


def test_the_default_length_holds_32_bytes() -> None:
    assert len(create_code_verifier()) == 43


@pytest.mark.parametrize("length", [-1, 0, 42, 129, 10**6])
def test_lengths_outside_the_rfc(length: int) -> None:
    with pytest.raises(OptionError, match=f"from 43 to 128 characters, not {length}"):
        create_code_verifier(length)


@pytest.mark.parametrize("verifier", BAD)
def test_errors_do_not_repeat_the_verifier(verifier: str) -> None:
    for error, call in (
        (OptionError, validate_code_verifier),
        (OptionError, create_code_challenge),
        (AnsibleFilterError, code_challenge),
    ):
        with pytest.raises(error, match="43 to 128") as caught:
            call(verifier)
        assert not verifier or verifier not in str(caught.value)


@pytest.mark.parametrize("method", ["s256", "S512", ""])
def test_other_methods_are_refused(method: str) -> None:
    with pytest.raises(OptionError, match="S256, plain"):
        create_code_challenge(VERIFIER, method)
    with pytest.raises(AnsibleFilterError, match="S256, plain"):
        code_challenge(VERIFIER, method)


@pytest.mark.parametrize("value", [None, 43, [VERIFIER], {"code_verifier": VERIFIER}])
def test_the_filter_takes_text_only(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="which is text"):
        code_challenge(value)


@pytest.mark.parametrize(
    ("given_verifier", "method", "warned"),
    [(None, "S256", 0), (VERIFIER, "S256", 0), (VERIFIER, "plain", 1)],
)
def test_the_module(given_verifier: str | None, method: str, warned: int, warnings: list[str]) -> None:
    params = {"code_verifier": given_verifier, "code_challenge_method": method, "length": 50}
    made = module.run(TaskContext(params, warn=warnings.append))["pkce"]
    assert made["code_challenge"] == create_code_challenge(made["code_verifier"], method)
    assert made["code_challenge_method"] == method
    assert made["code_verifier"] == VERIFIER if given_verifier else len(made["code_verifier"]) == 50
    assert len(warnings) == warned


def test_the_filter_takes_what_ansible_makes_of_text() -> None:
    tagged = type("Tagged", (str,), {"tags": SimpleNamespace()})(VERIFIER)
    assert code_challenge(tagged) == CHALLENGE
