# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent again, after which responses and connection errors."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import Response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from tests.unit.builders import make_session
from tests.unit.raw_servers import find_free_port

METHODS = ("GET", "PUT", "DELETE", "PATCH", "POST")


def send(tenant: Any, method: str = "GET", session: HttpSession | None = None, **how: Any) -> Response:
    return (session or make_session()).send(method, f"{tenant.url}/odd?secret=q", action="Asking", **how)


def count_requests(tenant: Any) -> int:
    return len(tenant.read_journal(path="/odd"))


def fail(tenant: Any, **fault: Any) -> None:
    """Let requests to the path fail, all or `times`; those after that succeed."""
    tenant.add_fault(path="/odd", **fault)
    if "times" in fault:
        tenant.add_fault(path="/odd", json={"ok": True})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("method", METHODS)
def test_busy_responses_are_repeated_but_a_creation_only_after_429(
    method: str, status: int, tenant: Any, waits: list[float]
) -> None:
    fail(tenant, status=status, times=2)
    is_repeated = method != "POST" or status == 429
    assert send(tenant, method).status == (200 if is_repeated else status)
    assert count_requests(tenant) == (3 if is_repeated else 1)
    assert len(waits) == count_requests(tenant) - 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_other_errors_are_not_repeated(status: int, tenant: Any, waits: list[float]) -> None:
    fail(tenant, status=status)
    assert send(tenant).status == status
    assert (count_requests(tenant), waits) == (1, [])


@pytest.mark.parametrize(
    "fault",
    [{"drop": "close"}, {"drop": "reset"}, {"json": {"long": "x" * 100}, "truncate": 20}],
    ids=["closed", "reset", "truncated"],
)
@pytest.mark.parametrize("method", METHODS)
def test_broken_connections_are_repeated_but_not_for_a_creation(
    method: str, fault: dict[str, Any], tenant: Any, waits: list[float]
) -> None:
    fail(tenant, **fault, times=2)
    if method == "POST":
        with pytest.raises(TransportError, match="closed before the response was complete") as caught:
            send(tenant, method)
        assert caught.value.sent
        assert count_requests(tenant) == 1
    else:
        assert send(tenant, method).json("Asking") == {"ok": True}
        assert count_requests(tenant) == 3


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "reset"}])
@pytest.mark.parametrize(
    ("method", "repeatable", "attempts"), [("POST", True, 4), ("POST", False, 1), ("GET", False, 1)]
)
def test_repeatable_replaces_the_rule_of_the_method(
    method: str, repeatable: bool, attempts: int, fault: dict[str, Any], tenant: Any, waits: list[float]
) -> None:
    fail(tenant, **fault)
    try:
        assert send(tenant, method, repeatable=repeatable).status == 503
    except TransportError:
        assert "drop" in fault
    assert count_requests(tenant) == attempts


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_retries_limits_the_further_attempts(retries: int, tenant: Any, waits: list[float]) -> None:
    fail(tenant, status=503)
    session = make_session(retries=retries)
    assert send(tenant, session=session).status == 503
    assert count_requests(tenant) == retries + 1 == session.requests
    assert len(waits) == retries


@pytest.mark.parametrize("name", ["Retry-After", "RateLimit-Reset"])
def test_the_requested_wait_is_waited(name: str, tenant: Any, waits: list[float]) -> None:
    fail(tenant, status=429, headers={name: "12"}, times=1)
    assert send(tenant, "POST").is_success
    assert len(waits) == 1 and 12 <= waits[0] <= 13.2, "spread over a tenth"


def test_a_wait_longer_than_retry_max_wait_is_not_waited(tenant: Any, waits: list[float]) -> None:
    fail(tenant, status=429, headers={"Retry-After": "61"})
    assert send(tenant).status == 429
    assert (count_requests(tenant), waits) == (1, [])


def test_the_rate_limit_of_the_tenant_is_waited_for(emulator: Any, waits: list[float]) -> None:
    tenant = emulator.create_tenant(rate_limit=1, rate_window=40)
    for expected in (404, 429):
        assert send(tenant).status == expected
    assert len(waits) == 3
    assert all(0 < wait <= 44 for wait in waits)


@pytest.mark.parametrize("method", METHODS)
def test_a_refused_connection_is_repeated_for_all_methods(method: str, waits: list[float]) -> None:
    session = make_session()
    with pytest.raises(
        TransportError, match=r"Asking: cannot connect to http://127.0.0.1:\d+ \(connection refused\)"
    ) as caught:
        session.send(method, f"http://127.0.0.1:{find_free_port()}/x?token=s3cret", action="Asking")
    assert not caught.value.sent
    assert (session.requests, len(waits)) == (4, 3)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"timeout": 0}, "timeout must be at least 1"),
        ({"timeout": -1}, "timeout must be at least 1"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"retry_max_wait": -1}, "retry_max_wait must be at least 0"),
    ],
)
def test_impossible_limits_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        HttpSettings(**given)


@pytest.mark.parametrize(("host", "attempts"), [("a" * 64 + ".example", 1), ("..", 1), ("nowhere.invalid", 4)])
def test_a_host_that_cannot_exist_is_an_error(host: str, attempts: int, waits: list[float]) -> None:
    session = make_session(timeout=5)
    with pytest.raises(TransportError, match=f"cannot connect to https://{host.rstrip('.')}") as caught:
        session.send("POST", f"https://{host}/x?token=s3cret", action="Asking")
    assert (session.requests, caught.value.sent) == (attempts, False)
    assert "s3cret" not in str(caught.value)
