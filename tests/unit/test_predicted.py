# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of predicted IDs and credentials: what is found in options and requests, and what is ordinary text."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import (
    TOKEN,
    build_predicted,
    find_predicted,
    is_predicted,
)
from tests.unit.builders import make_session

ID = build_predicted("realm", "t", "Customers")
SECRET = build_predicted("client_secret", ID)


@pytest.mark.parametrize(
    "value",
    [
        ID,
        TOKEN,
        f" {TOKEN}\n",
        f"Bearer {TOKEN}",
        f"https://auth.example/v1/tenants/t/realms/{ID}/applications/a",
        f"https://auth.example/?realm={ID}&token={TOKEN}",
        f"feeder-{ID}",
        f"{ID}_feeder",
        [{"deep": [[SECRET]]}],
        {"deep": ({"x": TOKEN},)},
        {ID: "a key"},
    ],
)
def test_a_prediction_is_found_at_any_place(value: Any) -> None:
    assert find_predicted(value) in (ID, TOKEN, SECRET)


@pytest.mark.parametrize(
    "value",
    [
        "check-mode",
        "check-mode-",
        "check-mode-role",
        "check-mode-tokens",
        "my-check-mode-token",
        "check-mode-token-2",
        "check-mode-realm-0123456789abcde",
        "check-mode-realm-Customers",
        "Runs in check mode; see check_mode_token.",
        None,
        True,
        7,
        {"check-mode": ["check-mode-app"]},
    ],
)
def test_ordinary_text_is_no_prediction(value: Any) -> None:
    assert find_predicted(value) is None and not is_predicted(value)


@pytest.mark.parametrize(
    "request_parts",
    [
        {"url": f"http://127.0.0.1:1/realms/{ID}"},
        {"headers": {"Authorization": f"Bearer {TOKEN}"}},
        {"headers": {"Authorization": f"Basic {base64.b64encode(f'x:{SECRET}'.encode()).decode()}"}},
        {"body": f'{{"a": "{ID}"}}'.encode()},
        {"body": f"token={TOKEN}&client_id=x".encode()},
    ],
)
def test_the_session_sends_no_prediction(request_parts: dict[str, Any]) -> None:
    session = make_session(retries=0)
    with pytest.raises(OptionError, match="comes from a run in check mode"):
        session.send("POST", **{"url": "http://127.0.0.1:1/", "action": "Testing", **request_parts})
    assert session.requests == 0
