# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are sent again, after which answers and faults, against a server that misbehaves."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    OptionError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import Response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from tests.unit.builders import make_session

REPEATABLE = ("GET", "PUT", "DELETE", "PATCH")
METHODS = (*REPEATABLE, "POST")


def send(tenant: Any, method: str = "GET", sender: HttpSession | None = None, **how: Any) -> Response:
    return (sender or make_session()).send(method, f"{tenant.url}/odd?secret=q", action="Asking", **how)


def sent(tenant: Any) -> int:
    return len(tenant.journal(path="/odd"))


def befall(tenant: Any, **fault: Any) -> None:
    tenant.fault(path="/odd", **fault)


def then_well(tenant: Any) -> None:
    befall(tenant, json={"ok": True})


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("method", METHODS)
def test_busy_answers(method: str, status: int, tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=status, times=2)
    then_well(tenant)
    again = method != "POST" or status == 429
    assert send(tenant, method).status == (200 if again else status)
    assert sent(tenant) == (3 if again else 1)
    assert len(waits) == sent(tenant) - 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 501])
def test_other_errors_are_answers(status: int, tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=status)
    assert send(tenant).status == status
    assert (sent(tenant), waits) == (1, [])


@pytest.mark.parametrize(
    "how",
    [{"drop": "close"}, {"drop": "reset"}, {"json": {"long": "x" * 100}, "truncate": 20}],
    ids=["closed", "reset", "truncated"],
)
@pytest.mark.parametrize("method", METHODS)
def test_broken_connections(method: str, how: dict[str, Any], tenant: Any, waits: list[float]) -> None:
    befall(tenant, **how, times=2)
    then_well(tenant)
    if method == "POST":
        with pytest.raises(TransportError, match="broke off before the answer was complete") as caught:
            send(tenant, method)
        assert caught.value.sent
        assert sent(tenant) == 1
    else:
        assert send(tenant, method).json("Asking") == {"ok": True}
        assert sent(tenant) == 3


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "reset"}])
@pytest.mark.parametrize(
    ("method", "repeatable", "attempts"), [("POST", True, 4), ("POST", False, 1), ("GET", False, 1)]
)
def test_repeatable_says_otherwise(
    method: str, repeatable: bool, attempts: int, fault: dict[str, Any], tenant: Any, waits: list[float]
) -> None:
    befall(tenant, **fault)
    try:
        assert send(tenant, method, repeatable=repeatable).status == 503
    except TransportError:
        assert "drop" in fault
    assert sent(tenant) == attempts


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_retries_are_counted(retries: int, tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=503)
    sender = make_session(retries=retries)
    assert send(tenant, sender=sender).status == 503
    assert sent(tenant) == retries + 1 == sender.requests
    assert len(waits) == retries


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"RateLimit-Reset": "12"}, 12.0),
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "60"}, 60.0),
    ],
)
def test_a_429_tells_how_long_to_wait(
    method: str, headers: dict[str, str], waited: float, tenant: Any, waits: list[float]
) -> None:
    befall(tenant, status=429, headers=headers, times=1)
    then_well(tenant)
    assert send(tenant, method).is_success
    assert waits == [waited]


def test_a_date_tells_how_long_to_wait(tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=503, headers={"Retry-After": formatdate(time.time() + 30, usegmt=True)}, times=1)
    then_well(tenant)
    assert send(tenant).is_success
    assert 25 <= waits[0] <= 30


@pytest.mark.parametrize("asked", ["61", "999999999999", "1e300", formatdate(4e9, usegmt=True)])
def test_a_wait_that_is_too_long_is_not_waited(asked: str, tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=429, headers={"Retry-After": asked})
    assert send(tenant).status == 429
    assert (sent(tenant), waits) == (1, [])


@pytest.mark.parametrize("asked", ["-5", "nan", "inf", "soon", ""])
def test_a_wait_that_makes_no_sense_is_ignored(asked: str, tenant: Any, waits: list[float]) -> None:
    befall(tenant, status=429, headers={"Retry-After": asked}, times=1)
    then_well(tenant)
    assert send(tenant).is_success
    assert 0.3 < waits[0] < 0.7


def test_the_tenants_own_rate_limit_is_waited_for(emulator: Any, waits: list[float]) -> None:
    tenant = emulator.tenant(rate_limit=1, rate_window=40)
    for expected in (404, 429):
        assert send(tenant).status == expected
    assert len(waits) == 3
    assert all(0 < wait <= 40 for wait in waits)


@pytest.mark.parametrize("method", METHODS)
def test_an_unreachable_port_is_tried_again_by_all_methods(method: str, waits: list[float]) -> None:
    sender = make_session()
    with pytest.raises(TransportError, match=r"Asking: http://127.0.0.1:\d+ can't be reached") as caught:
        sender.send(method, f"http://127.0.0.1:{free_port()}/x?token=s3cret", action="Asking")
    assert not caught.value.sent
    assert (sender.requests, len(waits)) == (4, 3)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"timeout": 0}, "timeout must be at least 1"),
        ({"timeout": -1}, "timeout must be at least 1"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"retry_max_wait": -1}, "retry_max_wait must be at least 0"),
    ],
)
def test_options_that_make_no_sense(given: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        HttpSettings(**given)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "xn--a.example", "..", "nowhere.invalid"])
def test_a_host_name_that_can_not_be(host: str, waits: list[float]) -> None:
    with pytest.raises(BeyondIdentityError, match="can't be reached") as caught:
        make_session(timeout=5).send("POST", f"https://{host}/x?token=s3cret", action="Asking")
    assert "s3cret" not in str(caught.value)
