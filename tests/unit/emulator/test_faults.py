# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault, as a client meets it."""

from __future__ import annotations

import http.client
import time
from email.utils import formatdate
from urllib.parse import urlsplit

import pytest
import requests

from tests.emulator.client import EmulatorError
from tests.unit.emulator.api import Api, application


@pytest.fixture
def api(tenant):
    api = Api.of(tenant)
    api.checked = False
    return api


def test_matching_skipping_and_counting(tenant, api):
    fault = tenant.fault(operation="ListRealms", status=503, skip=1, times=2)
    assert [api.call("GET", "/realms").status_code for _round in range(4)] == [200, 503, 503, 200]
    assert api.call("GET", "").status_code == 200
    [listed] = tenant.faults()
    assert (listed["id"], listed["seen"], listed["used"]) == (fault["id"], 4, 2)
    assert [entry["fault"] for entry in tenant.journal(operation="ListRealms")] == [
        None,
        fault["id"],
        fault["id"],
        None,
    ]


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        ({"method": "GET"}, (418, 418)),
        ({"path": r"/realms$"}, (200, 418)),
        ({"operation": "GetTenant"}, (418, 200)),
        ({"grant": "client_credentials"}, (200, 200)),
        ({"method": "POST"}, (200, 200)),
    ],
)
def test_matchers(tenant, api, matcher, expected):
    tenant.fault(**matcher, status=418)
    assert (api.call("GET", "").status_code, api.call("GET", "/realms").status_code) == expected


def test_other_tenants_are_spared_and_clearing_ends_it(emulator, tenant, api):
    tenant.fault(status=500)
    assert Api.of(emulator.tenant()).call("GET", "").status_code == 200
    assert api.call("GET", "").status_code == 500
    tenant.clear_faults()
    assert tenant.faults() == []
    assert api.call("GET", "").status_code == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "unauthorized"), (429, "too_many_requests"), (500, "internal_server_error"), (503, "service_unavailable")],
)
def test_status_with_the_endpoints_own_error(tenant, api, status, code):
    tenant.fault(status=status, message="out of order")
    response = api.call("GET", "")
    assert (response.status_code, response.json()) == (status, {"code": code, "message": "out of order"})
    response = requests.post(f"{tenant.issuer}/token", timeout=30)
    assert response.status_code == status
    assert response.json()["error_description"] == "out of order"


@pytest.mark.parametrize("wait", ["3", formatdate(4102444800, usegmt=True), "-1", "999999999999", "soon"])
def test_retry_after_as_given(tenant, api, wait):
    tenant.fault(status=429, headers={"Retry-After": wait, "RateLimit-Reset": "1"})
    response = api.call("GET", "")
    assert (response.status_code, response.headers["Retry-After"], response.headers["RateLimit-Reset"]) == (
        429,
        wait,
        "1",
    )


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        ({"shape": "html", "status": 502}, "text/html", "<h1>Bad Gateway</h1>"),
        ({"shape": "oauth", "status": 400, "error": "invalid_grant"}, "application/json", '"invalid_grant"'),
        ({"shape": "empty", "status": 500}, "text/html", ""),
        (
            {"body": "\x1b[31m{{ lookup('x') }}", "headers": {"Content-Type": "text/plain"}},
            "text/plain",
            "\x1b[31m{{ lookup('x') }}",
        ),
        ({"json": {"access_token": 5}}, "application/json", '"access_token":5'),
        ({"json": [], "status": 201}, "application/json", "[]"),
    ],
)
def test_given_answers(tenant, api, fault, kind, text):
    tenant.fault(**fault)
    response = api.call("GET", "")
    assert response.status_code == fault.get("status", 200)
    assert response.headers["Content-Type"].startswith(kind)
    assert text in response.text


def test_redirect(tenant, api):
    tenant.fault(redirect="https://elsewhere.example/x?y", times=1)
    response = api.call("GET", "", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "https://elsewhere.example/x?y")
    tenant.fault(redirect="/v1", status=307)
    assert api.call("GET", "", allow_redirects=False).status_code == 307


def test_oversized_answer_and_bomb(tenant, api):
    size = 12 * 1024 * 1024
    tenant.fault(size=size, times=1)
    assert len(api.call("GET", "").content) == size
    tenant.fault(size=size, gzip=True)
    response = api.call("GET", "", stream=True)
    assert int(response.headers["Content-Length"]) < 100_000
    assert len(response.content) == size


def test_answers_can_be_changed(tenant, api):
    tenant.fault(
        operation="GetTenant", merge={"display_name": "\x1b]0;x\x07", "create_time": None}, headers={"X-Odd": "yes"}
    )
    response = api.call("GET", "")
    assert response.json()["display_name"] == "\x1b]0;x\x07"
    assert "create_time" not in response.json()
    assert response.headers["X-Odd"] == "yes"


def test_delay(tenant, api):
    tenant.fault(delay=0.3)
    start = time.monotonic()
    assert api.call("GET", "").status_code == 200
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize(("part", "size", "drip"), [("head", 50, 0.05), ("body", 20, 0.05)])
def test_drip(tenant, api, part, size, drip):
    tenant.fault(drip=drip, drip_part=part, drip_size=size)
    start = time.monotonic()
    response = api.call("GET", "", stream=True)
    head = time.monotonic()
    assert response.json()["id"] == tenant.tenant_id
    slow = head - start if part == "head" else time.monotonic() - head
    assert slow >= 0.1


@pytest.mark.parametrize("how", [True, "close", "reset"])
def test_drop_before_anything_is_done(tenant, api, how):
    tenant.fault(operation="CreateRealm", drop=how, times=1)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/realms", json={"realm": {"display_name": "Pets"}})
    assert api.get("/realms")["total_size"] == 1
    assert [entry["status"] for entry in tenant.journal(operation="CreateRealm")] == [None]


def test_carry_out_then_drop(tenant, api):
    tenant.fault(operation="CreateApplication", drop=True, carry_out=True)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "applications", json=application())
    assert api.get("applications")["total_size"] == 2
    assert [entry["status"] for entry in tenant.journal(operation="CreateApplication")] == [200]


def test_truncated_answer(tenant, api):
    tenant.fault(truncate=10)
    address = urlsplit(tenant.api_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.request("GET", f"/v1/tenants/{tenant.tenant_id}", headers={"Authorization": f"Bearer {api.token}"})
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert len(caught.value.partial) == 10


def test_expire_token(tenant, api):
    tenant.fault(operation="GetTenant", expire_token=True, times=1)
    assert [api.call("GET", "").status_code for _round in range(2)] == [401, 401]
    assert Api.of(tenant).call("GET", "").status_code == 200


def test_unauthorized_although_the_token_is_good(tenant, api):
    tenant.fault(operation="GetTenant", status=401, times=1)
    assert [api.call("GET", "").status_code for _round in range(2)] == [401, 200]


@pytest.mark.parametrize("fault", [{"statuss": 500}, {"id": 1}, {"drop": "maybe"}])
def test_a_misspelt_fault_is_an_error(tenant, fault):
    with pytest.raises(EmulatorError, match="400"):
        tenant.fault(**fault)
