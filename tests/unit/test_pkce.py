# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PKCE: verifiers and challenges (RFC 7636), in the module and in the filter."""

from __future__ import annotations

import string
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

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
MALFORMED_VERIFIERS = [
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


def test_the_challenge_is_the_one_of_the_rfcs_example() -> None:
    assert create_code_challenge(VERIFIER) == CHALLENGE
    assert code_challenge(VERIFIER) == CHALLENGE


def test_a_plain_challenge_is_the_verifier_itself() -> None:
    assert create_code_challenge(VERIFIER, "plain") == VERIFIER
    assert code_challenge(VERIFIER, method="plain") == VERIFIER


@pytest.mark.parametrize("length", [43, 64, 127, 128])
def test_a_new_verifier_is_random_and_has_the_requested_length(length: int) -> None:
    verifiers = {create_code_verifier(length) for _n in range(3)}
    assert len(verifiers) == 3
    assert all(len(verifier) == length and validate_code_verifier(verifier) == verifier for verifier in verifiers)


def test_a_new_verifier_has_32_random_bytes_by_default() -> None:
    assert len(create_code_verifier()) == 43


def test_a_verifier_can_have_every_unreserved_character() -> None:
    verifier = string.ascii_letters + string.digits + "-._~"
    assert validate_code_verifier(verifier) == verifier


@pytest.mark.parametrize("length", [-1, 0, 42, 129, 10**6])
def test_a_length_outside_the_rfcs_limits_is_refused(length: int) -> None:
    with pytest.raises(OptionError, match=f"from 43 to 128 characters, not {length}"):
        create_code_verifier(length)


@pytest.mark.parametrize("verifier", MALFORMED_VERIFIERS)
def test_a_malformed_verifier_is_refused_and_not_repeated(verifier: str) -> None:
    for error, call in (
        (OptionError, validate_code_verifier),
        (OptionError, create_code_challenge),
        (AnsibleFilterError, code_challenge),
    ):
        with pytest.raises(error, match="43 to 128") as caught:
            call(verifier)
        assert not verifier or verifier not in str(caught.value)


@pytest.mark.parametrize("method", ["s256", "S512", ""])
def test_an_unknown_method_is_refused(method: str) -> None:
    with pytest.raises(OptionError, match="S256, plain"):
        create_code_challenge(VERIFIER, method)
    with pytest.raises(AnsibleFilterError, match="S256, plain"):
        code_challenge(VERIFIER, method)


@pytest.mark.parametrize("value", [None, 43, [VERIFIER], {"code_verifier": VERIFIER}])
def test_the_filter_accepts_text_only(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="needs a code verifier as text"):
        code_challenge(value)


@pytest.mark.parametrize(
    ("code_verifier", "method", "expected_warnings"),
    [(None, "S256", 0), (VERIFIER, "S256", 0), (VERIFIER, "plain", 1)],
)
def test_the_module_returns_a_matching_pair_and_warns_of_plain(
    code_verifier: str | None, method: str, expected_warnings: int, warnings: list[str]
) -> None:
    params = {"code_verifier": code_verifier, "code_challenge_method": method, "length": 50}
    pair = module.run(TaskContext(params, warn=warnings.append))["pkce"]
    assert pair["code_challenge"] == create_code_challenge(pair["code_verifier"], method)
    assert pair["code_challenge_method"] == method
    assert pair["code_verifier"] == VERIFIER if code_verifier else len(pair["code_verifier"]) == 50
    assert len(warnings) == expected_warnings


def test_the_filter_accepts_ansibles_subclasses_of_text() -> None:
    tagged = type("Tagged", (str,), {"tags": SimpleNamespace()})(VERIFIER)
    assert code_challenge(tagged) == CHALLENGE
