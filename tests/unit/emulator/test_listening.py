# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the emulator listens, its certificate, and who can use the control endpoints. All tests listen on loopback addresses."""

from __future__ import annotations

import re
import socket
import ssl
from urllib.parse import urlsplit

import pytest
import requests
import trustme

from beyondidentity_emulator.cli import listening
from beyondidentity_emulator.cli.listening import DOCUMENTED_SECRETS, check_secrets, choose_place, is_strong
from beyondidentity_emulator.client import Emulator, EmulatorError
from beyondidentity_emulator.control.access import ControlAccess
from beyondidentity_emulator.management.builtin_objects import create_tenant_with_defaults, find_managed_object
from beyondidentity_emulator.model.start_error import StartError
from beyondidentity_emulator.model.state import World
from tests.support.collection import ROOT
from tests.unit.emulator.command import SECONDS, refuse, start_emulator


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


HOSTS = ["127.0.0.1", "localhost", *(["::1"] if has_ipv6() else [])]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("host", HOSTS)
def test_urls_and_certificate_have_the_host(host, tls):
    with start_emulator("--host", host, tls=tls) as emulator:
        tenant = emulator.create_tenant()
        assert urlsplit(tenant.issuer).hostname == urlsplit(emulator.url).hostname == host
        assert emulator.url.startswith(
            ("https://" if tls else "http://") + (f"[{host}]" if ":" in host else host) + ":"
        )
        assert tenant.request_token("realms:read")


def test_public_host_is_in_urls_and_certificate():
    with start_emulator("--public-host", "emulator.example", "--tls") as emulator:
        address = urlsplit(emulator.url)
        assert address.hostname == "emulator.example"
        context = ssl.create_default_context(cafile=emulator.ca_path)
        with (
            socket.create_connection(("127.0.0.1", address.port), timeout=SECONDS) as connection,
            context.wrap_socket(connection, server_hostname="emulator.example") as secured,
        ):
            assert secured.version() is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_remote_host_needs_permission_and_tls(host):
    with pytest.raises(StartError, match=r"Other machines can reach .* --allow-remote and --tls\."):
        choose_place(host, None, allow_remote=False, has_tls=True)
    with pytest.raises(StartError, match=r"TLS is required\. Add --tls"):
        choose_place(host, None, allow_remote=True, has_tls=False)
    assert not choose_place(host, "emulator.example", allow_remote=True, has_tls=True).is_loopback
    assert "--allow-remote" in refuse("--host", host, "--tls")
    assert "TLS is required" in refuse("--host", host, "--allow-remote")


def test_name_with_one_remote_address_is_remote(monkeypatch):
    entries = [(socket.AF_INET, 0, 0, "", (address, 0)) for address in ("127.0.0.1", "192.0.2.1")]
    monkeypatch.setattr(listening.socket, "getaddrinfo", lambda *_arguments, **_options: entries)
    with pytest.raises(StartError, match="Other machines can reach"):
        choose_place("name.example", None, allow_remote=False, has_tls=False)


def test_name_that_a_certificate_cannot_have_is_refused():
    assert "my_host cannot be in a certificate. Set --public-host" in refuse("--tls", "--public-host", "my_host")


def test_wildcard_has_the_name_of_the_machine():
    place = choose_place("0.0.0.0", None, allow_remote=True, has_tls=True)
    assert (place.address, place.name) == ("0.0.0.0", socket.gethostname())


@pytest.mark.parametrize("name", ["a/b", "a@b", "a:b:", "a b", "", "a\nb", "-.x/"])
def test_invalid_name_is_refused(name):
    with pytest.raises(StartError):
        choose_place(name or "no such host.invalid", name, allow_remote=True, has_tls=True)
    if name:
        with pytest.raises(StartError, match="is not a host name"):
            choose_place("127.0.0.1", name, allow_remote=False, has_tls=False)


def test_unknown_host_is_refused_with_a_remedy():
    assert "cannot be resolved. Use an address" in refuse("--host", "emulator.invalid")


@pytest.mark.parametrize(
    ("secret", "strong"),
    [
        ("hunter2", False),
        ("x" * 48, False),
        ("secret" * 8, False),
        ("k7Rr2mW9xQp4Zt6Vb8Nd3Ls5Hf1Jg0Yc", True),
        (next(iter(DOCUMENTED_SECRETS)), False),
    ],
)
def test_remote_hosts_need_strong_secrets(secret, strong):
    assert is_strong(secret) == strong
    world = World()
    tenant = create_tenant_with_defaults(world)
    check_secrets(world)
    find_managed_object(tenant.realms[tenant.admin_realm_id], "applications")["protocol_config"]["client_secret"] = (
        secret
    )
    if not strong:
        with pytest.raises(StartError, match="can be guessed.* Use at least 32 random characters") as refusal:
            check_secrets(world)
        assert secret not in str(refusal.value)


def test_each_documented_secret_is_known():
    pages = [*ROOT.glob("docs/*.md"), ROOT / "emulator" / "README.md"]
    secrets = {
        secret for page in pages for secret in re.findall(r"example-only-[\w-]+", page.read_text(encoding="utf-8"))
    }
    assert secrets == DOCUMENTED_SECRETS


@pytest.fixture(scope="module")
def guarded():
    with start_emulator("--require-control-token") as emulator:
        yield emulator


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic x", "Bearer \u00e9"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "journal"), ("POST", "tenants"), ("DELETE", "faults"), ("POST", "reset"), ("GET", "nowhere"), ("GET", "")],
)
def test_control_endpoints_need_the_token(guarded, method, path, header):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    response = requests.request(method, f"{guarded.url}/_emulator/{path}", headers=headers, timeout=SECONDS)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert "EMULATOR_CONTROL_TOKEN" in response.json()["message"]


def test_client_sends_the_token(guarded):
    assert guarded.control_token not in repr(guarded)
    assert guarded.create_tenant().request_token("realms:read")
    headers = {"Authorization": f"Bearer {guarded.control_token}", "Host": "emulator.example"}
    assert requests.get(f"{guarded.url}/_emulator/faults", headers=headers, timeout=SECONDS).status_code == 200
    assert "EMULATOR_CONTROL_TOKEN" not in guarded.environment


def test_each_run_has_another_token(guarded):
    with start_emulator("--require-control-token") as other:
        assert len({guarded.control_token, other.control_token}) == 2
        assert len(other.control_token) >= 32
        other.control_token = guarded.control_token
        with pytest.raises(EmulatorError, match="401"):
            other.create_tenant()


def test_remote_hosts_require_a_token():
    place = choose_place("0.0.0.0", "emulator.example", allow_remote=True, has_tls=True)
    assert ControlAccess.create(place.name, not place.is_loopback).token
    assert ControlAccess.create("127.0.0.1", False).token is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost"}, 200),
        ({"Host": "LOCALHOST:1"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "attacker.example"}, 403),
        ({"Host": "127.0.0.1.attacker.example"}, 403),
        ({"Host": "localhost@attacker.example"}, 403),
        ({"Host": "192.0.2.1"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
        ({"Origin": "http://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
    ],
)
def test_websites_cannot_use_the_control_endpoints(emulator, headers, status):
    """A page can send requests to a loopback address, and its own name can resolve to one."""
    response = requests.get(f"{emulator.url}/_emulator/faults", headers=headers, timeout=SECONDS)
    assert response.status_code == status


def test_other_endpoints_take_any_host(emulator):
    response = requests.get(f"{emulator.url}/v1", headers={"Host": "emulator.example", "Origin": "x"}, timeout=SECONDS)
    assert response.status_code == 404


@pytest.fixture
def own_certificate(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    return tmp_path


def test_own_certificate_is_used(own_certificate):
    before = (own_certificate / "ca.pem").read_bytes()
    options = ["--tls-cert", own_certificate / "cert.pem", "--tls-key", own_certificate / "key.pem"]
    with start_emulator(*options, ca_path=own_certificate / "ca.pem") as emulator:
        assert emulator.ca_path == str(own_certificate / "ca.pem")
        assert emulator.create_tenant().request_token("realms:read")
    assert (own_certificate / "ca.pem").read_bytes() == before


@pytest.mark.parametrize("name", ["missing.pem", "ca.pem", "encrypted.pem"])
def test_unusable_key_is_refused(own_certificate, name):
    encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n"
    (own_certificate / "encrypted.pem").write_text(encrypted)
    line = refuse("--tls-cert", own_certificate / "cert.pem", "--tls-key", own_certificate / name)
    assert "Check that they exist" in line


def test_client_keeps_its_first_arguments(tmp_path):
    with Emulator.start(True, 0, tmp_path / "ca.pem") as emulator:
        assert emulator.ca_path == str(tmp_path / "ca.pem")
