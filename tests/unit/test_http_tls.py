# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: which authorities and host names are trusted, and client certificates."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from tests.unit.builders import make_session
from tests.unit.raw_servers import build_response, record_requests

OK = build_response({"ok": True})


class Authority:
    """A certificate authority, and servers with its certificates."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        self.folder = folder
        self.ca_path = str(folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.ca_path)

    def create_server_context(self, *names: str, client_certificate: bool = False, **how: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names, **how).configure_cert(context)
        if client_certificate:
            self.ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # which refuses the client within the handshake
        return context

    def create_client_certificate(self) -> tuple[str, str]:
        issued = self.ca.issue_cert("client@example.com")
        certificate, key = self.folder / "client.pem", self.folder / "client.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(key))
        return str(certificate), str(key)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def secure(tls_emulator: Any) -> Iterator[Any]:
    """Return a tenant behind TLS."""
    return tls_emulator.tenant()


def test_ca_path_names_the_trusted_authorities(secure: Any) -> None:
    session = make_session(ca_path=secure.emulator.ca_path)
    assert session.send("GET", secure.url, action="Asking").status == 401


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_names_the_trusted_authorities_if_ca_path_does_not(name: str, secure: Any) -> None:
    assert make_session({name: secure.emulator.ca_path}).send("GET", secure.url, action="Asking").status == 401


def test_ca_path_replaces_the_authorities_of_the_environment(secure: Any, authority: Authority) -> None:
    environ = {"REQUESTS_CA_BUNDLE": authority.ca_path}
    assert make_session(environ, ca_path=secure.emulator.ca_path).send("GET", secure.url, action="Asking").status == 401
    with pytest.raises(TransportError, match="authority is not trusted"):
        make_session({"REQUESTS_CA_BUNDLE": secure.emulator.ca_path}, ca_path=authority.ca_path).send(
            "GET", secure.url, action="Asking"
        )


def test_an_untrusted_authority_is_a_permanent_error(secure: Any, waits: list[float]) -> None:
    session = make_session()
    with pytest.raises(
        TransportError,
        match=r"TLS with https://127.0.0.1:\d+ failed: the certificate's authority is not trusted.*ca_path",
    ) as caught:
        session.send("GET", f"{secure.url}?token=s3cret", action="Asking", headers={"Authorization": "Bearer s3cret"})
    assert "s3cret" not in str(caught.value)
    assert (session.requests, waits) == (1, [])
    assert secure.journal() == []


def test_without_validation_urllib3_does_not_warn(secure: Any, recwarn: pytest.WarningsRecorder) -> None:
    assert make_session(validate_certs=False).send("GET", secure.url, action="Asking").status == 401
    assert [warning for warning in recwarn if "Unverified" in str(warning.message)] == []


@pytest.mark.parametrize("name", ["auth-us.beyondidentity.com", "127.0.0.2"])
def test_a_certificate_for_another_name_is_refused(name: str, authority: Authority) -> None:
    with record_requests(OK, tls=authority.create_server_context(name)) as (url, recorder):
        with pytest.raises(
            TransportError, match="TLS with .* failed: the certificate is for another (host name|address)"
        ):
            make_session(ca_path=authority.ca_path).send("GET", url, action="Asking")
        assert recorder.requests == []


def test_an_expired_certificate_is_refused(authority: Authority) -> None:
    tls = authority.create_server_context(
        "127.0.0.1",
        not_after=datetime(2020, 1, 1, tzinfo=timezone.utc),
        not_before=datetime(2019, 1, 1, tzinfo=timezone.utc),
    )
    with record_requests(OK, tls=tls) as (url, recorder):
        with pytest.raises(TransportError, match="the certificate has expired"):
            make_session(ca_path=authority.ca_path).send("GET", url, action="Asking")
        assert recorder.requests == []


def test_a_server_without_tls_is_a_permanent_error(tenant: Any, waits: list[float]) -> None:
    url = tenant.url.replace("http://", "https://")
    with pytest.raises(TransportError, match="the server does not use TLS on this port"):
        make_session().send("GET", url, action="Asking")
    assert waits == []


def test_a_client_certificate_is_sent_with_its_key_in_one_file_or_two(authority: Authority) -> None:
    certificate, key = authority.create_client_certificate()
    both = authority.folder / "both.pem"
    both.write_text(Path(key).read_text() + Path(certificate).read_text())
    with record_requests(OK, tls=authority.create_server_context("127.0.0.1", client_certificate=True)) as (
        url,
        recorder,
    ):
        for given in ({"client_cert": certificate, "client_key": key}, {"client_cert": str(both)}):
            assert make_session(ca_path=authority.ca_path, **given).send("GET", url, action="Asking").is_success
        assert len(recorder.requests) == 2
        with pytest.raises(TransportError, match="TLS with .* failed|closed before the response"):
            make_session(ca_path=authority.ca_path, retries=0).send("GET", url, action="Asking")


@pytest.mark.parametrize("name", ["ca_path", "client_cert", "client_key"])
def test_an_option_that_names_a_missing_file_is_refused(name: str, tmp_path: Path) -> None:
    given = {"client_cert": __file__} if name == "client_key" else {}
    with pytest.raises(OptionError, match=f"Cannot read {name} '.*missing.pem'"):
        HttpSettings(**{**given, name: str(tmp_path / "missing.pem")})


def test_a_client_key_without_a_certificate_is_refused() -> None:
    with pytest.raises(OptionError, match="client_key is set, but client_cert is not"):
        HttpSettings(client_key=__file__)


@pytest.mark.parametrize("environ", [{"REQUESTS_CA_BUNDLE": "/nowhere/ca.pem"}, {"CURL_CA_BUNDLE": "/nowhere/ca.pem"}])
def test_a_missing_file_in_the_environment_is_an_error(
    environ: dict[str, str], secure: Any, waits: list[float]
) -> None:
    with pytest.raises(OptionError, match=f"Cannot read {next(iter(environ))} '/nowhere/ca.pem'"):
        make_session(environ).send("GET", secure.url, action="Asking")
    assert waits == []


@pytest.mark.parametrize("option", ["ca_path", "client_cert"])
def test_a_file_without_a_certificate_is_a_permanent_error(
    option: str, secure: Any, tmp_path: Path, waits: list[float]
) -> None:
    path = tmp_path / "text.pem"
    path.write_text("no certificate")
    given = {"ca_path": secure.emulator.ca_path, option: str(path)}
    with pytest.raises(TransportError, match="TLS with .* failed") as caught:
        make_session(**given).send("GET", secure.url, action="Asking")
    assert caught.value.permanent
    assert waits == []
