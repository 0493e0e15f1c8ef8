# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server can make a task wait, and how often a request is sent again."""

from __future__ import annotations

import math
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http import retry
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import Response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.retry import (
    RetryPolicy,
    parse_requested_wait,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings

NOW = 1_700_000_000.0


def busy(**headers: str) -> Response:
    return Response(429, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("86400", 86400.0),
        ("99999999999", 99999999999.0),
        (formatdate(NOW + 120, usegmt=True), 120.0),
        (formatdate(NOW + 120, localtime=False), 120.0),
        (formatdate(NOW - 120, usegmt=True), 0.0),
        ("Tue, 14 Nov 2023 22:14:20 -0000", 60.0),
        ("Tue, 14 Nov 2023 23:14:20 +0100", 60.0),
        ("-1", None),
        ("-0.5", None),
        ("nan", None),
        ("inf", None),
        ("-inf", None),
        ("1e400", None),
        ("", None),
        ("soon", None),
        ("7 seconds", None),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
        ("Tue, 14 Nov 99999999999999999999 22:14:20 GMT", None),
        ("Tue, 14 Nov 2023 22:14:20 +99999999999999999999", None),
    ],
)
@pytest.mark.parametrize("header", ["Retry-After", "RateLimit-Reset"])
def test_a_header_requests_a_number_of_seconds_or_a_date(header: str, value: str, seconds: float | None) -> None:
    assert parse_requested_wait({header: value}, NOW) == seconds


@pytest.mark.parametrize(
    ("retry_after", "reset", "seconds"),
    [("3", "9", 3.0), ("nonsense", "9", 9.0), ("-1", "9", 9.0), ("inf", "nan", None), ("", "9", 9.0)],
)
def test_retry_after_precedes_ratelimit_reset_if_it_is_valid(
    retry_after: str, reset: str, seconds: float | None
) -> None:
    assert parse_requested_wait({"Retry-After": retry_after, "RateLimit-Reset": reset}, NOW) == seconds


def test_without_headers_no_wait_is_requested() -> None:
    assert parse_requested_wait({}) is None


def test_a_date_is_compared_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry.time, "time", lambda: NOW)
    assert parse_requested_wait({"Retry-After": formatdate(NOW + 60, usegmt=True)}) == 60


@given(
    st.text(max_size=60)
    | st.builds(
        "{}, {} Nov {} {}:{}:{} {}".format,
        st.just("Tue"),
        *[st.integers(-5, 10**20)] * 5,
        st.sampled_from(["GMT", "+0000", "-99999", "x"]),
    )
)
def test_each_header_requests_a_finite_wait_or_none(value: str) -> None:
    seconds = parse_requested_wait({"Retry-After": value}, NOW)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


def test_waits_after_connection_errors_double_with_some_variation(waits: list[float]) -> None:
    policy = RetryPolicy(4, 60, repeatable=True)
    assert [policy.wait_after_error(TransportError("x")) for _n in range(6)] == [True] * 4 + [False] * 2
    assert len(waits) == 4
    for wait, middle in zip(waits, (0.5, 1, 2, 4), strict=True):
        assert 0.75 * middle <= wait <= 1.25 * middle


def test_no_wait_is_longer_than_the_longest_wait(waits: list[float]) -> None:
    policy = RetryPolicy(2000, 3, repeatable=True)
    while policy.wait_after_error(TransportError("x")):
        pass
    assert len(waits) == 2000
    assert max(waits) <= 3


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_permanent_error_is_not_waited_for(repeatable: bool, waits: list[float]) -> None:
    error = TransportError("x", sent=False, permanent=True)
    assert not RetryPolicy(3, 60, repeatable=repeatable).wait_after_error(error)
    assert waits == []


def test_a_request_that_is_not_repeatable_is_repeated_only_if_it_was_not_sent(waits: list[float]) -> None:
    policy = RetryPolicy(3, 60, repeatable=False)
    assert not policy.wait_after_error(TransportError("x", sent=True))
    assert policy.wait_after_error(TransportError("x", sent=False))
    assert len(waits) == 1


@pytest.mark.parametrize(("requested", "is_repeated"), [("0", True), ("60", True), ("60.5", False), ("1e300", False)])
def test_the_requested_wait_is_waited_up_to_the_longest_wait(
    requested: str, is_repeated: bool, waits: list[float]
) -> None:
    assert RetryPolicy(3, 60, repeatable=True).wait_after_response(busy(RateLimit_Reset=requested)) is is_repeated
    assert [int(wait) // 10 * 10 for wait in waits] == ([int(requested)] if is_repeated else [])


@pytest.mark.parametrize(("requested", "spread"), [(0, 0.25), (1, 0.25), (30, 3)])
def test_runs_that_are_refused_at_once_do_not_come_back_at_once(
    requested: int, spread: float, waits: list[float]
) -> None:
    for _run in range(20):
        assert RetryPolicy(3, 60, repeatable=True).wait_after_response(busy(Retry_After=str(requested)))
    assert len(set(waits)) == 20 and requested <= min(waits) and max(waits) <= requested + spread
    assert max(waits) - min(waits) > spread / 4


@pytest.mark.parametrize("max_wait", [1, 60])
def test_runs_at_the_longest_wait_do_not_come_back_at_once(max_wait: int, waits: list[float]) -> None:
    """The server names no wait, and the limit cuts each pause."""
    for _run in range(20):
        policy = RetryPolicy(10, max_wait, repeatable=True)
        while policy.wait_after_response(busy()):
            pass
    last = waits[9::10]
    assert len(set(last)) == 20 and max(last) <= max_wait
    assert max(last) - min(last) > max_wait / 10


@pytest.mark.parametrize("max_wait", [0, 1, 60])
def test_the_longest_exchange_has_time_for_the_longest_waits(max_wait: int, waits: list[float]) -> None:
    """Other processes wait as long for a lock, so a limit that is too short ends a request that is still under way."""
    settings = HttpSettings(timeout=1, retries=200, retry_max_wait=max_wait)
    policy = RetryPolicy(settings.retries, settings.retry_max_wait, repeatable=True)
    while policy.wait_after_response(busy(Retry_After=str(max_wait))):
        pass
    assert sum(waits) + (settings.retries + 1) * settings.timeout <= settings.longest_exchange


def test_a_response_that_requests_no_wait_is_waited_for_as_an_error(waits: list[float]) -> None:
    assert RetryPolicy(1, 60, repeatable=True).wait_after_response(busy())
    assert 0.375 <= waits[0] <= 0.625


def test_without_retries_there_is_no_further_attempt(waits: list[float]) -> None:
    policy = RetryPolicy(0, 60, repeatable=True)
    assert not policy.wait_after_response(busy(Retry_After="0"))
    assert not policy.wait_after_error(TransportError("x"))
    assert waits == []
