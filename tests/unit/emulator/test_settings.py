# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that concern all responses of a tenant: the clock and masked statuses."""

from __future__ import annotations

import time
from email.utils import formatdate, parsedate_to_datetime

import pytest
import requests

from tests.unit.emulator.api import Api
from tests.unit.emulator.test_sign_in_page import read_claims

HOUR = 3600


@pytest.mark.parametrize("offset", [-HOUR, HOUR])
def test_clock_of_the_service_differs(tenant, offset):
    tenant.change_settings(clock_offset=offset)
    value = tenant.request_token("tenants:read")
    claims = read_claims(value)
    now = time.time() + offset
    assert abs(claims["iat"] - now) < 60 and claims["exp"] > now
    api = Api(tenant, value)
    response = api.call("GET", "")
    assert response.status_code == 200, "the service compares with its own clock"
    assert abs(parsedate_to_datetime(response.headers["Date"]).timestamp() - now) < 60
    keys = requests.get(f"{tenant.issuer}/.well-known/jwks.json", timeout=60)
    assert abs(parsedate_to_datetime(keys.headers["Date"]).timestamp() - now) < 60


def test_date_of_a_fault_is_sent(tenant):
    tenant.change_settings(clock_offset=HOUR)
    date = formatdate(1_800_000_000, usegmt=True)
    tenant.add_fault(headers={"Date": date})
    assert requests.get(tenant.url, timeout=60).headers["Date"] == date


def test_errors_are_masked(tenant):
    tenant.change_settings(masked_statuses=[404])
    api = Api.of(tenant)
    api.checked = False
    response = api.call("GET", "groups/0123456789abcdef")
    assert (response.status_code, response.json()["code"]) == (200, "not_found")
    assert api.call("POST", "groups", json={}).status_code == 400
    tenant.add_fault(status=404, times=1)
    assert api.call("GET", "groups").status_code == 404, "a fault sends the status that it names"
