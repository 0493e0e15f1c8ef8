# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between two clocks, by the header Date."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._http.clock import ServerTime
from tests.unit.builders import make_session

NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("server", "sent", "received", "difference"),
    [
        (NOW, NOW + 0.2, NOW + 0.4, 0),
        (NOW, NOW + 0.9, NOW + 1.1, 0),
        (NOW, NOW - 20, NOW + 20, 0),  # a slow response may have been written at any time
        (NOW, NOW + 90.5, NOW + 90.6, 90),
        (NOW, NOW - 90.6, NOW - 90.5, -91),
        (NOW, NOW + 2, NOW + 30, 1),
        (NOW, NOW - 30, NOW - 2, -2),
    ],
)
def test_the_difference_is_the_least_that_explains_the_date(
    server: int, sent: float, received: float, difference: int
) -> None:
    assert ServerTime(formatdate(server, usegmt=True), sent, received).clock_difference == difference


@pytest.mark.parametrize("date", [None, "", "soon", "Sun, 99 Nov 2094 08:49:37 GMT", "1800000000"])
def test_without_a_valid_date_the_difference_is_unknown(date: str | None) -> None:
    assert ServerTime(date, NOW, NOW).clock_difference is None


def test_a_session_knows_the_time_of_the_last_response(tenant: Any) -> None:
    session = make_session()
    assert session.server_time is None
    tenant.add_fault(path="tenants", times=1, headers={"Date": formatdate(NOW, usegmt=True)})
    session.send("GET", tenant.url, action="Asking")
    assert session.server_time is not None and session.server_time.date == formatdate(NOW, usegmt=True)
    session.send("GET", tenant.url, action="Asking")
    assert session.server_time.clock_difference == 0
