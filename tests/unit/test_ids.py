# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs are safe in a URL's path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._ids import (
    is_safe_id,
    is_service_id,
    is_valid_id,
    validate_id,
)


@pytest.mark.parametrize(
    "value", ["a", "00011f1183c67b69", "38833c36-6f47-4992-9329-ea0a00915137", "a.b_c-D", "a...", 12]
)
def test_a_valid_id_is_returned_as_text(value: Any) -> None:
    assert validate_id(value, "id") == str(value)


@pytest.mark.parametrize(
    "value", ["", ".", "..", "...", "a/b", "a b", "a%2fb", "a?b", "a\n", "ä", "a#b", "{{ a }}", ["a"]]
)
def test_any_other_value_is_refused(value: Any) -> None:
    assert not is_valid_id(value)
    with pytest.raises(OptionError, match="^tenant_id: '.*' is not a valid ID"):
        validate_id(value, "tenant_id")


def test_a_number_in_a_response_is_not_an_id() -> None:
    assert is_valid_id("12") and not is_valid_id(12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a1", True),
        ("urn:ietf:params:scim:schemas:core:2.0:User", True),
        ("a/b", False),
        ("urn:a/b", False),
        ("::", False),
    ],
)
def test_a_urn_is_a_safe_id(value: str, expected: bool) -> None:
    assert is_safe_id(value) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19a95130480dfa79", True),
        ("19A95130480DFA79", True),
        ("38833c36-6f47-4992-9329-ea0a00915137", True),
        ("19a95130480dfa7", False),
        ("19a95130480dfa790", False),
        ("19a95130480dfa7g", False),
        ("38833c366f4749929329ea0a00915137", False),
        ("38833c36-6f47-4992-9329-ea0a00915137\n", False),
        (" 19a95130480dfa79", False),
        ("", False),
        ("Customers", False),
    ],
)
def test_an_id_that_the_service_chooses_has_a_form_of_its_own(text: str, expected: bool) -> None:
    assert is_service_id(text) is expected
