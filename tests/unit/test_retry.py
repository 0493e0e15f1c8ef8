# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a server may make us wait, and how often we try."""

from __future__ import annotations

import math
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.retry import (
    RetryPolicy,
    parse_requested_wait,
)

NOW = 1_700_000_000.0


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
def test_asked_wait(header: str, value: str, seconds: float | None) -> None:
    assert parse_requested_wait({header: value}, NOW) == seconds


@pytest.mark.parametrize(
    ("retry_after", "reset", "seconds"),
    [("3", "9", 3.0), ("nonsense", "9", 9.0), ("-1", "9", 9.0), ("inf", "nan", None), ("", "9", 9.0)],
)
def test_retry_after_comes_first_where_it_makes_sense(retry_after: str, reset: str, seconds: float | None) -> None:
    assert parse_requested_wait({"Retry-After": retry_after, "RateLimit-Reset": reset}, NOW) == seconds


def test_without_headers_nothing_is_asked() -> None:
    assert parse_requested_wait({}) is None


def test_a_date_is_compared_with_the_clock() -> None:
    assert 55 <= (parse_requested_wait({"Retry-After": formatdate(time.time() + 60, usegmt=True)}) or 0) <= 60


@given(
    st.text(max_size=60)
    | st.builds(
        "{}, {} Nov {} {}:{}:{} {}".format,
        st.just("Tue"),
        *[st.integers(-5, 10**20)] * 5,
        st.sampled_from(["GMT", "+0000", "-99999", "x"]),
    )
)
def test_any_header_gives_a_finite_wait_or_none(value: str) -> None:
    seconds = parse_requested_wait({"Retry-After": value}, NOW)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


def test_pauses_after_faults_double_with_some_variation(waits: list[float]) -> None:
    patience = RetryPolicy(retries=4, max_wait=60)
    fault = TransportError("x")
    assert [patience.wait_after_error(fault) for _n in range(6)] == [True] * 4 + [False] * 2
    assert len(waits) == 4
    for wait, middle in zip(waits, (0.5, 1, 2, 4), strict=True):
        assert 0.75 * middle <= wait <= 1.25 * middle


def test_no_pause_is_longer_than_the_longest_wait(waits: list[float]) -> None:
    patience = RetryPolicy(retries=40, max_wait=3)
    while patience.wait_after_error(TransportError("x")):
        pass
    assert len(waits) == 40
    assert max(waits) == 3


def test_a_permanent_fault_is_not_waited_for(waits: list[float]) -> None:
    assert not RetryPolicy(3, 60).wait_after_error(TransportError("x", permanent=True))
    assert waits == []


@pytest.mark.parametrize(
    ("asked", "again", "waited"),
    [("0", True, [0.0]), ("60", True, [60.0]), ("60.5", False, []), ("1e300", False, [])],
)
def test_what_a_server_asks_for_is_obeyed_up_to_the_longest_wait(
    asked: str, again: bool, waited: list[float], waits: list[float]
) -> None:
    assert RetryPolicy(3, 60).wait_after_response({"RateLimit-Reset": asked}) is again
    assert waits == waited


def test_an_answer_that_asks_for_nothing_is_waited_for_as_a_fault(waits: list[float]) -> None:
    assert RetryPolicy(1, 60).wait_after_response({})
    assert 0.375 <= waits[0] <= 0.625


def test_no_retries_means_one_attempt(waits: list[float]) -> None:
    assert not RetryPolicy(0, 60).wait_after_response({"Retry-After": "0"})
    assert not RetryPolicy(0, 60).wait_after_error(TransportError("x"))
    assert waits == []
