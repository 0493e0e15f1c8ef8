# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named outages: each has an effect, and ends without a trace."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests

from beyondidentity_emulator.client import Emulator, EmulatorError
from beyondidentity_emulator.model.outages import OUTAGES
from tests.unit.emulator.api import Api, build_application
from tests.unit.emulator.test_identities import build_identity

GROUP = {"group": {"display_name": "Night  shift", "description": "Who works at night."}}


def request_token(tenant):
    """Request a token of the built-in application; return the response."""
    form = {"grant_type": "client_credentials", "scope": "realms:read"}
    return requests.post(f"{tenant.issuer}/token", data=form, auth=(tenant.client_id, tenant.client_secret), timeout=60)


def read_statuses(api, number):
    """Read the tenant some times; return the statuses, with 0 if the response is cut."""

    def read_status():
        try:
            return api.call("GET", "").status_code
        except requests.exceptions.ChunkedEncodingError:
            return 0

    return [read_status() for _request in range(number)]


def create_group(api):
    """Create a group; return the status and the body, or None if there is no response."""
    try:
        response = api.call("POST", "groups", json=GROUP)
    except requests.ConnectionError:
        return None
    return response.status_code, response.text


def count_groups(api):
    return api.get("groups")["total_size"]


def change_description(api):
    """Create a group and change its description; return the stored description."""
    created = api.post("groups", GROUP)
    return api.patch(f"groups/{created['id']}", {"group": {"description": "Other."}})["description"]


def invite(api):
    """Invite a person by mail; return the state of the invitation."""
    identity = api.post("identities", build_identity())["id"]
    configuration = api.get("authenticator-configs")["authenticator_configs"][0]["id"]
    job = {"delivery_method": "EMAIL", "authenticator_config_id": configuration}
    created = api.post(f"identities/{identity}/credential-binding-jobs", {"job": job})
    return created["credential_binding_job"]["state"]


def create_client(tenant, api):
    """Create an application; return the status of its first token request."""
    protocol = {"allowed_scopes": ["realms:read"]}
    created = api.post(
        "applications", build_application(resource_server_id=tenant.resource_server_id, protocol=protocol)
    )
    protocol = created["protocol_config"]
    form = {"grant_type": "client_credentials", "scope": "realms:read"}
    auth = (protocol["client_id"], protocol["client_secret"])
    url = f"{tenant.realm_url}/applications/{created['id']}/token"
    return requests.post(url, data=form, auth=auth, timeout=60).status_code


def list_shifted_identities(tenant, api):
    """Read the pages of a list; return how often the total changes."""
    tenant.seed(identities=25)
    return len({page["total_size"] for page in api.pages("identities", "identities", page_size=50)}) - 1


def compare_clocks(response):
    """Return by how many minutes the service's clock is ahead."""
    return round((parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()) / 60)


def count_responses(tenant, api):
    """Send one request; return how many responses the connection has. `requests` would only read the first."""
    address = urlsplit(tenant.api_url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"GET {tenant.url.removeprefix(tenant.api_url)} HTTP/1.1\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        with connection.makefile("rb") as stream:
            return stream.read().count(b"HTTP/1.1 401")


EFFECTS = {
    "clock-skew": (lambda tenant, api: compare_clocks(api.call("GET", "")), 60),
    "cut-answers": (lambda tenant, api: read_statuses(api, 3), [0, 0, 200]),
    "doubled-answers": (count_responses, 2),
    "early-expiry": (lambda tenant, api: tenant.change_settings()["early_expiry"], 2),
    "empty-answers": (lambda tenant, api: (create_group(api), count_groups(api)), ((200, ""), 1)),
    "first-token-refused": (
        lambda tenant, api: read_statuses(api, 1) + read_statuses(Api.of(tenant), 1),
        [403, 200],
    ),
    "ignored-fields": (lambda tenant, api: change_description(api), GROUP["group"]["description"]),
    "lagging-lists": (lambda tenant, api: (create_group(api)[0], count_groups(api)), (200, 0)),
    "lost-answers": (lambda tenant, api: (create_group(api), count_groups(api)), (None, 1)),
    "mail-failure": (lambda tenant, api: invite(api), "FAILED_TO_SEND"),
    "masked-errors": (lambda tenant, api: api.call("GET", "groups/0123456789abcdef").status_code, 200),
    "new-application-unknown": (create_client, 401),
    "rate-limit": (lambda tenant, api: read_statuses(api, 7)[-2:], [429, 429]),
    "refused-credentials": (lambda tenant, api: request_token(tenant).json(), {"error": "invalid_client"}),
    "restart": (lambda tenant, api: read_statuses(api, 3), [503, 503, 200]),
    "service-unavailable": (
        lambda tenant, api: [*read_statuses(api, 2), request_token(tenant).status_code],
        [503, 503, 200],
    ),
    "shifting-pages": (list_shifted_identities, 1),
    "short-tokens": (lambda tenant, api: request_token(tenant).json()["expires_in"], 5),
    "slow-answers": (lambda tenant, api: [fault["delay"] for fault in tenant.list_faults()], [3]),
    "taken-names": (lambda tenant, api: (create_group(api)[0], count_groups(api)), (409, 1)),
    "text-answers": (lambda tenant, api: "<h1>Sign in to the network</h1>" in api.call("GET", "").text, True),
    "trimmed-names": (lambda tenant, api: api.post("groups", GROUP)["display_name"], "Night shift"),
}


def test_each_outage_has_a_test():
    assert list(EFFECTS) == list(OUTAGES) == sorted(OUTAGES)


@pytest.mark.parametrize("name", EFFECTS)
def test_an_outage_has_an_effect_until_it_stops(name, tenant):
    api = Api.of(tenant)
    api.checked = False
    act, expected = EFFECTS[name]
    before = tenant.change_settings()
    with tenant.outage(name):
        assert tenant.list_outages() == [name]
        assert act(tenant, api) == expected
    assert (tenant.list_outages(), tenant.list_faults(), tenant.change_settings()) == ([], [], before)


@pytest.mark.parametrize("name", EFFECTS)
def test_a_tenant_without_an_outage_behaves_otherwise(name, tenant):
    api = Api.of(tenant)
    api.checked = False
    act, expected = EFFECTS[name]
    assert act(tenant, api) != expected


def test_outages_are_of_one_tenant_and_can_be_combined(emulator, tenant):
    other = emulator.create_tenant()
    tenant.start_outage("service-unavailable")
    tenant.start_outage("refused-credentials")
    tenant.start_outage("refused-credentials")
    assert tenant.list_outages() == ["service-unavailable", "refused-credentials"]
    assert (request_token(tenant).status_code, request_token(other).status_code) == (401, 200)
    tenant.stop_outage("refused-credentials")
    tenant.stop_outage("refused-credentials")
    assert request_token(tenant).status_code == 200
    assert [fault["status"] for fault in tenant.list_faults()] == [503]


def test_no_two_outages_change_the_same_setting():
    """Otherwise the order in which they stop would matter."""
    names = [setting for outage in OUTAGES.values() for setting in outage.settings]
    assert len(names) == len(set(names))


def test_a_list_that_lags_shows_what_was_there_before_the_outage(tenant):
    api = Api.of(tenant)
    api.post("groups", GROUP)
    with tenant.outage("lagging-lists"):
        [listed] = api.get("groups")["groups"]
        api.patch(f"groups/{listed['id']}", {"group": {"display_name": "Renamed"}})
        assert [record["display_name"] for record in api.get("groups")["groups"]] == [listed["display_name"]]
        api.delete(f"groups/{listed['id']}")
        assert count_groups(api) == 1
    assert count_groups(api) == 0


def test_an_unknown_outage_is_an_error_with_all_names(tenant):
    with pytest.raises(EmulatorError, match="400 .*unknown outage: flood; known: clock-skew, .*, trimmed-names"):
        tenant.start_outage("flood")
    with pytest.raises(EmulatorError, match="unknown outage: flood"):
        tenant.stop_outage("flood")
    with pytest.raises(EmulatorError, match="400 .*expected .*name.*lagging-lists"):
        tenant.emulator.call_control("POST", f"tenants/{tenant.tenant_id}/outages", json={"name": ["rate-limit"]})


def test_a_reset_stops_the_outages():
    with Emulator.start() as emulator:
        first = emulator.environment["BEYONDIDENTITY_ISSUER"].split("/")[5]
        path = f"tenants/{first}/outages"
        emulator.call_control("POST", path, json={"name": "mail-failure"})
        emulator.reset()
        assert emulator.call_control("GET", path) == []


def test_the_control_endpoint_lists_all_outages(emulator):
    listed = emulator.call_control("GET", "outages")
    assert {name: outage["sentence"] for name, outage in listed.items()} == {
        name: outage.sentence for name, outage in OUTAGES.items()
    }


def test_the_command_refuses_an_unknown_outage():
    command = [sys.executable, "-m", "beyondidentity_emulator", "--outage", "flood"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2 and "flood" in run.stderr and "lagging-lists" in run.stderr
