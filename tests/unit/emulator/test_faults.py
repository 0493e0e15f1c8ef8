# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effect of every fault on a client."""

from __future__ import annotations

import contextlib
import http.client
import time
from email.utils import formatdate
from urllib.parse import urlsplit

import pytest
import requests

from beyondidentity_emulator.client import EmulatorError
from tests.unit.emulator.api import Api, build_application


@pytest.fixture
def api(tenant):
    api = Api.of(tenant)
    api.checked = False
    return api


def request_tenant(tenant, api):
    """Send a request for the tenant; return the connection before the response is read."""
    address = urlsplit(tenant.api_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", f"/v1/tenants/{tenant.tenant_id}", headers={"Authorization": f"Bearer {api.token}"})
    return connection


def test_fault_skips_and_counts_requests(tenant, api):
    fault = tenant.add_fault(operation="ListRealms", status=503, skip=1, times=2)
    assert [api.call("GET", "/realms").status_code for _round in range(4)] == [200, 503, 503, 200]
    assert api.call("GET", "").status_code == 200
    [listed] = tenant.list_faults()
    assert (listed["id"], listed["seen"], listed["used"]) == (fault["id"], 4, 2)
    assert [entry["fault"] for entry in tenant.read_journal(operation="ListRealms")] == [
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
def test_fault_matches_requests(tenant, api, matcher, expected):
    tenant.add_fault(**matcher, status=418)
    assert (api.call("GET", "").status_code, api.call("GET", "/realms").status_code) == expected


def test_fault_applies_to_one_tenant_until_cleared(emulator, tenant, api):
    tenant.add_fault(status=500)
    assert Api.of(emulator.create_tenant()).call("GET", "").status_code == 200
    assert api.call("GET", "").status_code == 500
    tenant.clear_faults()
    assert tenant.list_faults() == []
    assert api.call("GET", "").status_code == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "unauthorized"), (429, "too_many_requests"), (500, "internal_server_error"), (503, "service_unavailable")],
)
def test_status_fault_uses_the_error_format_of_the_endpoint(tenant, api, status, code):
    tenant.add_fault(status=status, message="out of order")
    response = api.call("GET", "")
    assert (response.status_code, response.json()) == (status, {"code": code, "message": "out of order"})
    response = requests.post(f"{tenant.issuer}/token", timeout=60)
    assert response.status_code == status
    assert response.json()["error_description"] == "out of order"


@pytest.mark.parametrize("wait", ["3", formatdate(4102444800, usegmt=True), "-1", "999999999999", "soon"])
def test_retry_after_header_is_sent_unchanged(tenant, api, wait):
    tenant.add_fault(status=429, headers={"Retry-After": wait, "RateLimit-Reset": "1"})
    response = api.call("GET", "")
    assert (response.status_code, response.headers["Retry-After"], response.headers["RateLimit-Reset"]) == (
        429,
        wait,
        "1",
    )


@pytest.mark.parametrize(
    ("fault", "content_type", "text"),
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
def test_fault_sends_the_given_response(tenant, api, fault, content_type, text):
    tenant.add_fault(**fault)
    response = api.call("GET", "")
    assert response.status_code == fault.get("status", 200)
    assert response.headers["Content-Type"].startswith(content_type)
    assert text in response.text


def test_fault_sends_a_redirect(tenant, api):
    tenant.add_fault(redirect="https://elsewhere.example/x?y", times=1)
    response = api.call("GET", "", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "https://elsewhere.example/x?y")
    tenant.add_fault(redirect="/v1", status=307)
    assert api.call("GET", "", allow_redirects=False).status_code == 307


def test_fault_sends_an_oversized_response(tenant, api):
    size = 12 * 1024 * 1024
    tenant.add_fault(size=size, times=1)
    assert len(api.call("GET", "").content) == size
    tenant.add_fault(size=size, gzip=True)
    response = api.call("GET", "", stream=True)
    assert int(response.headers["Content-Length"]) < 100_000
    assert len(response.content) == size


def test_fault_changes_keys_and_headers_of_a_response(tenant, api):
    tenant.add_fault(
        operation="GetTenant", merge={"display_name": "\x1b]0;x\x07", "create_time": None}, headers={"X-Odd": "yes"}
    )
    response = api.call("GET", "")
    assert response.json()["display_name"] == "\x1b]0;x\x07"
    assert "create_time" not in response.json()
    assert response.headers["X-Odd"] == "yes"


def test_fault_delays_the_response(tenant, api):
    tenant.add_fault(delay=0.3)
    start = time.monotonic()
    assert api.call("GET", "").status_code == 200
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize("part", ["head", "body"])
def test_drip_sends_the_complete_response_in_pieces(tenant, api, part):
    tenant.add_fault(drip=0.001, drip_part=part, drip_size=20)
    assert api.call("GET", "").json()["id"] == tenant.tenant_id


def test_drip_of_the_head_delays_the_whole_response(tenant, api):
    tenant.add_fault(drip=600, drip_part="head", drip_size=20)
    with contextlib.closing(request_tenant(tenant, api)) as connection:
        connection.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.getresponse()


def test_drip_of_the_body_delays_only_the_body(tenant, api):
    tenant.add_fault(drip=600, drip_part="body", drip_size=20)
    with contextlib.closing(request_tenant(tenant, api)) as connection:
        response = connection.getresponse()
        assert response.status == 200
        connection.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            response.read()


@pytest.mark.parametrize("how", [True, "close", "reset"])
def test_drop_prevents_the_operation(tenant, api, how):
    tenant.add_fault(operation="CreateRealm", drop=how, times=1)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/realms", json={"realm": {"display_name": "Pets"}})
    assert api.get("/realms")["total_size"] == 1
    assert [entry["status"] for entry in tenant.read_journal(operation="CreateRealm")] == [None]


def test_drop_with_carry_out_runs_the_operation(tenant, api):
    tenant.add_fault(operation="CreateApplication", drop=True, carry_out=True)
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "applications", json=build_application())
    assert api.get("applications")["total_size"] == 2
    assert [entry["status"] for entry in tenant.read_journal(operation="CreateApplication")] == [200]


CARRIED_OUT = [
    ({"status": 201}, 201, '"Pets"'),
    ({"status": 201, "shape": "empty"}, 201, ""),
    ({"status": 204, "shape": "empty"}, 204, ""),
    ({"body": "created", "headers": {"Content-Type": "text/plain"}}, 200, "created"),
    ({"json": {"error": "invalid_request"}}, 200, '"invalid_request"'),
]


@pytest.mark.parametrize(("fault", "status", "text"), CARRIED_OUT)
def test_carried_out_creation_has_another_response(tenant, api, fault, status, text):
    tenant.add_fault(operation="CreateRealm", carry_out=True, times=1, **fault)
    response = api.call("POST", "/realms", json={"realm": {"display_name": "Pets"}})
    assert (response.status_code, bool(response.content)) == (status, bool(text))
    assert text in response.text
    assert {realm["display_name"] for realm in api.get("/realms")["realms"]} == {"Beyond Identity Admin", "Pets"}
    assert [entry["status"] for entry in tenant.read_journal(operation="CreateRealm")] == [status]


def test_carried_out_deletion_has_a_text(tenant, api):
    [realm] = tenant.seed(realms=1)["realms"]
    tenant.add_fault(method="DELETE", carry_out=True, status=200, body="deleted")
    response = api.call("DELETE", f"/realms/{realm}")
    assert (response.status_code, response.text) == (200, "deleted")
    assert api.call("GET", f"/realms/{realm}").status_code == 404


def test_refused_operation_keeps_its_error(tenant, api):
    tenant.add_fault(carry_out=True, status=204, shape="empty")
    response = api.call("POST", "/realms", json={"realm": {"display_name": ""}})
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


def test_fault_sends_a_refusal_with_status_200(tenant, api):
    tenant.add_fault(operation="token", status=200, shape="oauth", error="invalid_client")
    tenant.add_fault(operation="ListRealms", json={"error": "access_denied"})
    response = requests.post(f"{tenant.issuer}/token", timeout=60)
    assert (response.status_code, response.json()) == (200, {"error": "invalid_client"})
    response = api.call("GET", "/realms")
    assert (response.status_code, response.json()) == (200, {"error": "access_denied"})


def test_fault_truncates_the_response(tenant, api):
    tenant.add_fault(truncate=10)
    connection = request_tenant(tenant, api)
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    connection.close()
    assert len(caught.value.partial) == 10


@pytest.mark.parametrize(("fault", "rest"), [({"copies": 1}, b"HTTP/1.1 200"), ({"surplus": "more"}, b"more")])
def test_fault_sends_more_than_the_response(tenant, api, fault, rest):
    tenant.add_fault(body="first", **fault)
    connection = request_tenant(tenant, api)
    with contextlib.closing(connection), connection.sock.makefile("rb") as stream:
        while stream.readline().strip():
            continue
        assert stream.read(len(b"first") + len(rest)) == b"first" + rest


def test_fault_changes_nested_keys(tenant, api):
    tenant.add_fault(method="POST", merge={"protocol_config": {"pkce": None, "type": "odd"}})
    created = api.post("applications", build_application())
    assert created["protocol_config"]["type"] == "odd" and "client_id" in created["protocol_config"]
    assert "pkce" not in created["protocol_config"] and created["display_name"] == "Pets"


@pytest.mark.parametrize(("part", "statuses"), [("management", (500, 200)), ("authorization", (200, 500))])
def test_fault_affects_a_part_of_the_service(tenant, api, part, statuses):
    tenant.add_fault(part=part, status=500)
    keys = requests.get(f"{tenant.issuer}/.well-known/jwks.json", timeout=60)
    assert (api.call("GET", "").status_code, keys.status_code) == statuses


def test_fault_expires_the_token(tenant, api):
    tenant.add_fault(operation="GetTenant", expire_token=True, times=1)
    assert [api.call("GET", "").status_code for _round in range(2)] == [403, 403]
    assert Api.of(tenant).call("GET", "").status_code == 200


@pytest.mark.parametrize("fault", [{"statuss": 500}, {"id": 1}, {"drop": "maybe"}])
def test_invalid_fault_is_refused(tenant, fault):
    with pytest.raises(EmulatorError, match="400"):
        tenant.add_fault(**fault)
