# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation, introspection and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.server import AuthorizationServer
from tests.support.desk import Desk
from tests.unit.builders import make_connection, make_session, make_task
from tests.unit.raw_servers import ReceivedRequest, build_response, record_requests
from tests.unit.sign_in_helpers import make_server, sign_in_user
from tests.unit.test_oauth_request import form

APPLICATION = "/v1/tenants/t1/realms/r1/applications/a1"
REALM = "/v1/tenants/t1/realms/r1"


def sent(ask: Callable[[AuthorizationServer], Any], body: Any = None, **given: Any) -> tuple[ReceivedRequest, Any]:
    """The one request that is made, and what comes of it."""
    own = {"tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1", "client_id": "cl1ent"}
    with record_requests(build_response({"active": True} if body is None else body)) as (url, recorder):
        values = {"client_secret": "s3cret", **own, **given}
        result = ask(AuthorizationServer(make_connection(auth_url=url, **values), make_session(retries=0)))
    assert len(recorder.requests) == 1
    return recorder.requests[0], result


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda server: server.revoke("t0ken"), f"{APPLICATION}/revoke"),
        (lambda server: server.introspect("t0ken"), f"{REALM}/introspect"),
    ],
)
def test_a_token_goes_in_the_body_with_the_clients_credentials(
    ask: Callable[[AuthorizationServer], Any], path: str
) -> None:
    for method in ("client_secret_basic", "client_secret_post"):  # only the token endpoint takes a secret in the body
        received, _result = sent(ask, client_auth_method=method)
        assert received.line == f"POST {path} HTTP/1.1"
        assert received.headers["authorization"].startswith("Basic ")
        assert form(received) == {"token": "t0ken"}
    received, _result = sent(ask, client_secret=None, client_auth_method="none")
    assert form(received) == {"token": "t0ken", "client_id": "cl1ent"}


@pytest.mark.parametrize(
    "ask",
    [
        lambda server: server.revoke("t0ken", bearer="b3arer"),
        lambda server: server.introspect("t0ken", bearer="b3arer"),
    ],
)
def test_or_with_a_token(ask: Callable[[AuthorizationServer], Any]) -> None:
    received, _result = sent(ask, client_secret=None)
    assert received.headers["authorization"] == "Bearer b3arer"
    assert form(received) == {"token": "t0ken"}


def test_introspection_over_the_whole_way(tenant: Any) -> None:
    server = make_task(tenant).server
    token = tenant.mint("realms:read")
    claims = server.introspect(token)
    assert (claims["active"], claims["scope"], claims["iss"]) == (True, "realms:read", tenant.issuer)
    server.revoke(token)
    assert server.introspect(token) == {"active": False}
    assert server.introspect("unknown") == {"active": False}
    reader = tenant.mint("tokens:introspect")
    assert server.introspect(reader, bearer=reader)["active"] is True
    with pytest.raises(ResponseError, match="Introspecting a token at .* HTTP 401"):
        server.introspect("unknown", bearer="unknown")


@pytest.mark.parametrize("body", [{}, {"active": "true"}, {"active": None}, {"active": 1}, [], b"", b"<html>"])
def test_an_introspection_that_says_nothing(body: Any) -> None:
    with pytest.raises(MalformedResponseError, match="does not say whether|not a JSON object"):
        sent(lambda server: server.introspect("t0ken"), body)


def test_revocation_is_no_error_where_there_is_nothing_to_revoke(tenant: Any) -> None:
    server = make_task(tenant).server
    token = tenant.mint("realms:read")
    for value in (token, token, "unknown"):
        server.revoke(value)
    assert [entry["status"] for entry in tenant.journal(operation="revoke")] == [200] * 3


def test_an_empty_answer_is_a_revocation() -> None:
    assert sent(lambda server: server.revoke("t0ken"), b"")[1] is None


def test_revocation_of_people_s_tokens(tenant: Any) -> None:
    desk = Desk.of(tenant, allowed_scopes=["realms:read", "tokens:delete"])
    token = sign_in_user(desk, ["realms:read", "tokens:delete"]).access_token
    make_server(desk).revoke(token, bearer=token)
    assert make_task(tenant).server.introspect(token) == {"active": False}


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "close", "carry_out": True}, {"status": 429}])
@pytest.mark.parametrize("operation", ["revoke", "introspect"])
def test_both_are_harmless_to_repeat(operation: str, fault: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    token = tenant.mint("realms:read")
    tenant.fault(operation=operation, times=1, **fault)
    getattr(make_task(tenant).server, operation)(token)
    assert len(tenant.journal(operation=operation)) == 2 == len(waits) + 1


@pytest.mark.parametrize("operation", ["revoke", "introspect"])
def test_refusals(operation: str, tenant: Any) -> None:
    tenant.fault(operation=operation, status=400, error="unsupported_token_type", message="no t0ken-s3cret\x1b")
    task = make_task(tenant)
    with pytest.raises(ResponseError, match="HTTP 400 unsupported_token_type") as caught:
        getattr(task.server, operation)("t0ken-s3cret")
    assert "\x1b" not in caught.value.message
    assert "t0ken-s3cret" in task.secrets(), "so that no message shows it"


@pytest.mark.parametrize("missing", ["tenant_id", "auth_realm_id", "application_id", "client_id", "client_secret"])
def test_what_is_missing_is_said_before_anything_is_sent(missing: str) -> None:
    with record_requests(build_response({})) as (url, recorder):
        own = {"tenant_id": "t1", "auth_realm_id": "r1", "application_id": "a1", "client_id": "c", "client_secret": "s"}
        server = AuthorizationServer(make_connection(auth_url=url, **{**own, missing: None}), make_session())
        with pytest.raises(OptionError, match=f"{missing} is missing"):
            server.revoke("t0ken")
        if missing != "application_id":
            with pytest.raises(OptionError, match=f"{missing} is missing"):
                server.introspect("t0ken")
    assert recorder.requests == []


def test_keys_come_from_the_issuer_and_no_secret_goes_there() -> None:
    received, keys = sent(lambda server: server.keys(), {"keys": []})
    assert received.line == f"GET {APPLICATION}/.well-known/jwks.json HTTP/1.1"
    assert "authorization" not in received.headers and received.body == b""
    assert keys == {"keys": []}


@pytest.mark.parametrize("body", [[], b"", b"<html>"])
def test_keys_that_are_none(body: Any) -> None:
    with pytest.raises(BeyondIdentityError, match="Reading the keys at .* not a JSON object"):
        sent(lambda server: server.keys(), body)
