# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments are validated before a module runs, and a secret that became a number is refused at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.plugin_utils.argument_validation import ArgumentValidator

VALIDATOR = ArgumentValidator({"body": {"type": "dict"}}, ())


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"client_secret": 12e5}, "body.client_secret"),
        ({"sso": {"clientSecret": 16}}, "body.sso.clientSecret"),
        ({"credentials": [{"a": 1}, {"password": 12345}]}, "body.credentials.password"),
        ({"okta_token": 16}, "body.okta_token"),
    ],
)
def test_a_nested_secret_that_is_a_number_is_refused(body: Any, name: str) -> None:
    """YAML and native Jinja turn 12e5 into 1200000.0, so the secret itself is not known."""
    with pytest.raises(OptionError, match=f"^{name} must be text, but is a number") as caught:
        VALIDATOR.validate({"body": body}, {})
    assert not any(number in caught.value.message for number in ("1200000", "16", "12345"))


@pytest.mark.parametrize(
    "body",
    [
        {"client_secret": "12e5"},
        {"has_password": True},
        {"client_secret_expires_at": 0, "password_length": 12},
        {"code": 7, "limits": [1, 2.5], 16: 1},
        {"client_secret": None},
    ],
)
def test_other_numbers_are_accepted(body: Any) -> None:
    assert VALIDATOR.validate({"body": body}, {})["body"] == body
