# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module authorize up to the point where a person comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
)
from ansible_collections.beyondidentity.management.plugins.modules import authorize
from tests.support.desk import REDIRECT, parameters
from tests.unit.builders import US_ISSUER
from tests.unit.module_calls import call_module


class Someone:
    """Who listens in the place of the controller's listener."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, bool]] = []

    def __call__(
        self, redirect_uri: str, request: Callable[[str], AuthorizationRequest], seconds: int, open_browser: bool
    ) -> AuthorizationRequest:
        self.asked.append((redirect_uri, seconds, open_browser))
        return replace(request("http://127.0.0.1:4711/callback"), code="c0de")


class Client:
    """Options that reach nobody."""

    variables = {"beyondidentity_issuer": US_ISSUER, "beyondidentity_client_id": "cl1ent"}


def made(listener: Any = None, check_mode: bool = False, warn: Any = None, **given: Any) -> dict[str, Any]:
    wishes = {"redirect_uri": REDIRECT, "operations": ["ListRealms"], **given}
    return call_module(authorize, Client, check_mode=check_mode, listener=listener, warn=warn, **wishes)


def refused(**given: Any) -> str:
    result = made(**given)
    assert result["failed"]
    return str(result["msg"])


def test_a_request(warnings: list[str]) -> None:
    result = made(scopes=["a b"], prompt="login", warn=warnings.append)
    asked = result["authorization"]
    assert (result["changed"], result["requests"]) == (False, 0)
    assert asked["scopes"] == ["a", "b", "openid", "realms:read"]
    assert set(asked) == set(AuthorizationRequest.__dataclass_fields__) - {"code"}
    sent = parameters(asked["url"])
    assert sent["scope"] == "a b openid realms:read" and sent["prompt"] == "login"
    assert (sent["state"], sent["nonce"]) == (asked["state"], asked["nonce"])
    assert has_secret(result), "the verifier"
    assert warnings == []


def test_what_is_given_is_taken() -> None:
    asked = made(oauth_state="s", nonce="n", code_verifier="v" * 43)["authorization"]
    assert (asked["state"], asked["nonce"], asked["code_verifier"]) == ("s", "n", "v" * 43)


def test_openid_alone_is_enough() -> None:
    assert made(operations=None)["authorization"]["scopes"] == ["openid"]


def test_plain_is_warned_of(warnings: list[str]) -> None:
    asked = made(code_challenge_method="plain", warn=warnings.append)["authorization"]
    assert asked["code_challenge"] == asked["code_verifier"]
    assert len(warnings) == 1 and "'plain' protects little" in warnings[0]


def test_listening_gives_the_code() -> None:
    someone = Someone()
    asked = made(listener=someone, listen=True, open_browser=True, wait_timeout=7)["authorization"]
    assert someone.asked == [(REDIRECT, 7, True)]
    assert asked["code"] == "c0de"
    assert asked["redirect_uri"] == parameters(asked["url"])["redirect_uri"] == "http://127.0.0.1:4711/callback"


def test_in_check_mode_nobody_is_asked() -> None:
    someone = Someone()
    assert "code" not in made(listener=someone, check_mode=True, listen=True)["authorization"]
    assert someone.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/x", "wait_timeout": 0}, "wait_timeout must be at least 1 second, not 0"),
        ({}, "listen works on the controller only"),
    ],
)
def test_where_it_can_not_listen(given: dict[str, Any], said: str) -> None:
    assert said in refused(**given, listen=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"client_id": None}, "client_id is missing"),
        ({"issuer": None}, "issuer is missing"),
        ({"operations": ["ListRealmss"]}, "Did you mean"),
        ({"operations": [" "]}, "The name of an operation is empty"),
        ({"scopes": ['"']}, "is no scope"),
        ({"code_verifier": "s3cret"}, "43 to 128"),
    ],
)
def test_refusals(given: dict[str, Any], said: str) -> None:
    message = refused(**given)
    assert said in message and "s3cret" not in message


def test_a_public_client_needs_no_secret() -> None:
    assert made(client_auth_method="none")["authorization"]["client_id"] == "cl1ent"
