# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module authorize, up to the sign-in of a user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._masking import has_secret
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import id_token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.authorization_request import (
    AuthorizationRequest,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import is_predicted
from ansible_collections.beyondidentity.management.plugins.modules import authorize
from tests.support.sign_in_application import REDIRECT, parameters
from tests.unit.builders import US_ISSUER
from tests.unit.module_calls import run_failed, run_ok


class RecordingListener:
    """Stands in for the controller's listener: records its arguments, and responds with a code."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, bool]] = []

    def __call__(
        self, redirect_uri: str, request: Callable[[str], AuthorizationRequest], seconds: int, open_browser: bool
    ) -> AuthorizationRequest:
        self.calls.append((redirect_uri, seconds, open_browser))
        return replace(request("http://127.0.0.1:4711/callback"), code="c0de")


class UnreachableTenant:
    """Connection options of a client, in place of an emulated tenant: the module sends nothing."""

    variables = {
        "beyondidentity_issuer": US_ISSUER,
        "beyondidentity_client_id": "cl1ent",
        "beyondidentity_client_secret": "secr3t",
    }


def call(run: Any = run_ok, **given: Any) -> Any:
    """Run the module with a redirect URI and one operation."""
    return run(authorize, UnreachableTenant, **{"redirect_uri": REDIRECT, "operations": ["ListRealms"], **given})


def test_a_request_has_all_that_its_exchange_needs(warnings: list[str]) -> None:
    result = call(scopes=["a b"], prompt="login", warn=warnings.append)
    authorization = result["authorization"]
    assert (result["changed"], result["requests"]) == (False, 0)
    assert authorization["scopes"] == ["a", "b", "openid", "realms:read"]
    assert set(authorization) == set(AuthorizationRequest.__dataclass_fields__) - {"code"}
    sent = parameters(authorization["url"])
    assert sent["scope"] == "a b openid realms:read" and sent["prompt"] == "login"
    assert (sent["state"], sent["nonce"]) == (authorization["state"], authorization["nonce"])
    assert has_secret(result), "the code verifier is a secret"
    assert warnings == []


def test_given_values_replace_generated_ones() -> None:
    authorization = call(oauth_state="s", nonce="n", code_verifier="v" * 43)["authorization"]
    assert (authorization["state"], authorization["nonce"], authorization["code_verifier"]) == ("s", "n", "v" * 43)


def test_openid_is_requested_even_without_scopes() -> None:
    assert call(operations=None)["authorization"]["scopes"] == ["openid"]


def test_without_openid_only_the_given_scopes_are_requested() -> None:
    authorization = call(openid=False)["authorization"]
    assert authorization["scopes"] == ["realms:read"] and authorization["nonce"]
    assert "scopes and operations are empty" in call(run_failed, operations=None, openid=False)


def test_the_method_plain_warns(warnings: list[str]) -> None:
    authorization = call(code_challenge_method="plain", warn=warnings.append)["authorization"]
    assert authorization["code_challenge"] == authorization["code_verifier"]
    assert len(warnings) == 1 and "'plain' protects little" in warnings[0]


def test_with_listen_the_result_has_the_code() -> None:
    listener = RecordingListener()
    authorization = call(listener=listener, listen=True, open_browser=True, wait_timeout=7)["authorization"]
    assert listener.calls == [(REDIRECT, 7, True)]
    assert authorization["code"] == "c0de"
    assert (
        authorization["redirect_uri"]
        == parameters(authorization["url"])["redirect_uri"]
        == "http://127.0.0.1:4711/callback"
    )


def test_check_mode_does_not_listen() -> None:
    listener = RecordingListener()
    result = call(listener=listener, check_mode=True, listen=True)
    assert is_predicted(result["authorization"]["code"]) and result["predicted"] is True
    assert listener.calls == []


def test_listen_is_refused_without_a_listener() -> None:
    assert "listen works on the controller only" in call(run_failed, listen=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"client_id": None}, "client_id is missing"),
        ({"client_secret": None}, "client_secret is missing"),
        ({"timeout": 0}, "timeout must be at least 1"),
        ({"ca_path": "/nowhere"}, "Cannot read ca_path '/nowhere'"),
        ({"environ": {"REQUESTS_CA_BUNDLE": "/nowhere"}}, "Cannot read REQUESTS_CA_BUNDLE '/nowhere'"),
        ({"wait_timeout": 0}, "wait_timeout must be at least 1 second, not 0"),
        ({"issuer": None}, "issuer is missing"),
        ({"operations": ["ListRealmss"]}, "Did you mean"),
        ({"operations": [" "]}, "operation is empty"),
        ({"scopes": ['"']}, "is not a valid scope"),
        ({"code_verifier": "s3cret"}, "43 to 128"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_the_exchange_would_refuse_is_refused_before_the_sign_in(
    given: dict[str, Any], expected: str, check_mode: bool
) -> None:
    message = call(run_failed, **given, listener=RecordingListener(), listen=True, check_mode=check_mode)
    assert expected in message and "s3cret" not in message


@pytest.mark.parametrize(("missing", "value"), [("IMPORT_ERROR", "Traceback"), ("has_crypto", False)])
def test_a_missing_library_is_reported_before_the_sign_in(
    missing: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only an ID token needs it."""
    monkeypatch.setattr(id_token, missing, value)
    listener = RecordingListener()
    message = call(run_failed, listener=listener, listen=True)
    assert "PyJWT" in message and "pip install" in message and listener.calls == []
    assert call(listener=listener, listen=True, openid=False)["authorization"]["code"] == "c0de"


def test_a_public_client_needs_no_client_secret() -> None:
    assert call(client_auth_method="none", client_secret=None)["authorization"]["client_id"] == "cl1ent"
