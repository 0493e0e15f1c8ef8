# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: which authorities and host names are trusted, and client certificates."""

from __future__ import annotations

import os
import pty
import signal
import ssl
import warnings
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import OptionError, TransportError
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from tests.unit.builders import make_session
from tests.unit.raw_servers import build_response, record_requests, run_raw_server

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
    return tls_emulator.create_tenant()


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
    assert secure.read_journal() == []


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


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_of_another_authority_is_named(
    version: ssl.TLSVersion, authority: Authority, tmp_path: Path, waits: list[float]
) -> None:
    (tmp_path / "other").mkdir()
    certificate, key = Authority(tmp_path / "other").create_client_certificate()
    tls = authority.create_server_context("127.0.0.1", client_certificate=True)
    tls.maximum_version = version
    with record_requests(OK, tls=tls) as (url, recorder):
        session = make_session(ca_path=authority.ca_path, client_cert=certificate, client_key=key)
        with pytest.raises(
            TransportError,
            match="(does not trust the authority that issued|might not accept) client_cert. Set client_cert",
        ):
            session.send("GET", url, action="Asking")
        assert recorder.requests == [] and waits == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"maximum_version": ssl.TLSVersion.TLSv1_2, "verify_mode": ssl.CERT_REQUIRED},
            r"The server might require client_cert",
        ),
        (
            {"minimum_version": ssl.TLSVersion.TLSv1, "maximum_version": ssl.TLSVersion.TLSv1_1},
            "no version or cipher of TLS in common",
        ),
    ],
    ids=["client certificate", "TLS 1.1"],
)
def test_a_refused_handshake_says_why(
    changes: dict[str, Any], reason: str, authority: Authority, waits: list[float]
) -> None:
    tls = authority.create_server_context("127.0.0.1")
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of old versions of TLS
        for name, value in changes.items():
            setattr(tls, name, value)
    with record_requests(OK, tls=tls) as (url, _recorder):
        with pytest.raises(TransportError, match=f"TLS with .* failed: .*{reason}"):
            make_session(ca_path=authority.ca_path).send("GET", url, action="Asking")
    assert waits == []


def test_a_certificate_that_is_not_valid_yet_is_named(authority: Authority) -> None:
    begin, end = datetime(2090, 1, 1, tzinfo=timezone.utc), datetime(2091, 1, 1, tzinfo=timezone.utc)
    tls = authority.create_server_context("127.0.0.1", not_before=begin, not_after=end)
    with record_requests(OK, tls=tls) as (url, _recorder):
        with pytest.raises(TransportError, match="the certificate is not valid yet, or this machine's clock is wrong"):
            make_session(ca_path=authority.ca_path).send("GET", url, action="Asking")


@pytest.mark.parametrize("has_certificate", [False, True])
def test_an_end_of_the_handshake_blames_client_cert_only_if_it_is_set(
    has_certificate: bool, authority: Authority, waits: list[float]
) -> None:
    """A server that restarts ends handshakes too, so without a certificate another attempt follows."""
    certificate, key = authority.create_client_certificate()
    given = {"client_cert": certificate, "client_key": key} if has_certificate else {}
    with run_raw_server(lambda connection: connection.recv(65536)) as server:
        with pytest.raises(TransportError) as caught:
            make_session(retries=1, **given).send("GET", f"https://127.0.0.1:{server.port}", action="Asking")
    if has_certificate:
        assert (
            "the server ended the handshake without a reason. The server might not accept client_cert"
            in caught.value.message
        )
    else:
        assert "closed the connection during the TLS handshake" in caught.value.message
    assert len(waits) == (0 if has_certificate else 1)


@pytest.mark.parametrize("name", ["ca_path", "client_cert", "client_key"])
def test_an_option_that_names_a_missing_file_is_refused(name: str, authority: Authority, tmp_path: Path) -> None:
    given = {"client_cert": authority.create_client_certificate()[0]} if name == "client_key" else {}
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


PASSWORD = "correct horse"


def encrypt_key(key: str, folder: Path) -> str:
    """Return the path of the same key, encrypted."""
    loaded = serialization.load_pem_private_key(Path(key).read_bytes(), None)
    encrypted = folder / "encrypted.key"
    encrypted.write_bytes(
        loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    return str(encrypted)


@pytest.mark.parametrize("is_one_file", [False, True])
def test_an_encrypted_key_is_opened_with_its_password(is_one_file: bool, authority: Authority) -> None:
    certificate, key = authority.create_client_certificate()
    given = {"client_cert": certificate, "client_key": encrypt_key(key, authority.folder)}
    if is_one_file:
        both = authority.folder / "both.pem"
        both.write_text(Path(given.pop("client_key")).read_text() + Path(certificate).read_text())
        given["client_cert"] = str(both)
    tls = authority.create_server_context("127.0.0.1", client_certificate=True)
    with record_requests(OK, tls=tls) as (url, recorder):
        session = make_session(ca_path=authority.ca_path, client_key_password=PASSWORD, **given)
        assert session.send("GET", url, action="Asking").is_success and len(recorder.requests) == 1
    for password, fault in (
        (None, "has an encrypted key. Set client_key_password."),
        ("wr0ng", "has an encrypted key that client_key_password does not decrypt."),
        ("x" * 2000, "client_key_password is longer than 1,023 bytes"),
    ):
        with pytest.raises(OptionError) as caught:
            HttpSettings(client_key_password=password, **given)
        assert fault in caught.value.message and "wr0ng" not in caught.value.message
        assert is_one_file or password == "x" * 2000 or "client_key '" in caught.value.message


DAMAGED = "-----BEGIN {0}-----\nMIIB\n-----END {0}-----\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "is empty. Set "),
        ("\n \n", "is empty."),
        ("junk", "has no certificate. Set "),
        (DAMAGED.format("CERTIFICATE"), "has a damaged certificate. Replace the file."),
        (DAMAGED.format("PRIVATE KEY"), "has no certificate."),
        (None, "is a folder. Set "),
    ],
)
@pytest.mark.parametrize("option", ["ca_path", "client_cert", "REQUESTS_CA_BUNDLE"])
def test_a_file_without_a_certificate_is_refused_before_anything_is_sent(
    option: str, content: str | None, fault: str, secure: Any, authority: Authority, tmp_path: Path, waits: list[float]
) -> None:
    path = tmp_path / "file.pem"
    if content is None:
        path.mkdir()
        if option != "client_cert":
            fault = "is a folder without certificates under their hashes."
    else:
        path.write_text(content)
    given: dict[str, Any] = {option: str(path)} if option != "REQUESTS_CA_BUNDLE" else {}
    if option == "client_cert":
        given["client_key"] = authority.create_client_certificate()[1]
    with pytest.raises(OptionError) as caught:
        make_session({option: str(path)}, **given).send("GET", secure.url, action="Asking")
    assert caught.value.message.startswith(f"{option} '{path}' {fault}")
    assert waits == [] and secure.read_journal() == []


def test_a_key_that_is_not_the_certificates_is_refused(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate, key = authority.create_client_certificate()
    other = Authority(tmp_path / "other").create_client_certificate()[1]
    cases = {
        other: "does not belong to the certificate in client_cert",
        certificate: "has no private key. Set client_key to a file in PEM format, with a line such as -----BEGIN PRIVATE KEY-----.",
    }
    damaged = tmp_path / "damaged.key"
    damaged.write_text(DAMAGED.format("PRIVATE KEY"))
    cases[str(damaged)] = "has a damaged key. Replace the file."
    for path, fault in cases.items():
        with pytest.raises(OptionError) as caught:
            HttpSettings(client_cert=certificate, client_key=path)
        assert fault in caught.value.message and "client_key '" in caught.value.message
    with pytest.raises(OptionError, match="client_cert '.*' has no private key"):
        HttpSettings(client_cert=certificate)
    assert HttpSettings(client_cert=certificate, client_key=key)


def create_self_signed(folder: Path, key: Any) -> tuple[str, str]:
    """Return the paths of a certificate for a key, and of the key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate_path, key_path = folder / "own.pem", folder / "own.key"
    certificate_path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return str(certificate_path), str(key_path)


def test_a_key_of_another_algorithm_is_not_called_damaged(authority: Authority, tmp_path: Path) -> None:
    certificate, _key = authority.create_client_certificate()
    other = create_self_signed(tmp_path, rsa.generate_private_key(65537, 2048))[1]
    with pytest.raises(OptionError, match="client_key '.*' does not belong to the certificate in client_cert"):
        HttpSettings(client_cert=certificate, client_key=other)


def test_a_key_that_openssl_refuses_is_not_called_damaged(tmp_path: Path) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    certificate, key = create_self_signed(tmp_path, weak)
    with pytest.raises(OptionError, match=r"client_cert '.*' has a certificate or key that is too weak .*TOO_SMALL"):
        HttpSettings(client_cert=certificate, client_key=key)


@pytest.mark.parametrize("label", ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"])
def test_each_form_of_a_certificate_that_openssl_reads_is_accepted(label: str, authority: Authority) -> None:
    """A comment, such as PKCS #12 tools write, says nothing about the key."""
    certificate, key = authority.create_client_certificate()
    Path(certificate).write_text(Path(certificate).read_text().replace(" CERTIFICATE-", f" {label}-"))
    Path(key).write_text("friendlyName: ENCRYPTED backup\r\n" + Path(key).read_text())
    assert HttpSettings(client_cert=certificate, client_key=key)


def test_a_folder_of_authorities_has_certificates_under_their_hashes(secure: Any, tmp_path: Path) -> None:
    folder = tmp_path / "authorities"
    folder.mkdir()
    (folder / "0a1b2c3d.0").write_text(Path(secure.emulator.ca_path).read_text())
    assert HttpSettings(ca_path=str(folder))


def test_a_key_that_is_encrypted_later_does_not_prompt_for_a_pass_phrase(authority: Authority) -> None:
    """OpenSSL would ask at the terminal, and wait."""
    certificate, key = authority.create_client_certificate()
    both = authority.folder / "both.pem"
    both.write_text(Path(key).read_text() + Path(certificate).read_text())
    encrypted = Path(encrypt_key(key, authority.folder)).read_text() + Path(certificate).read_text()
    with record_requests(OK, tls=authority.create_server_context("127.0.0.1")) as (url, recorder):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # as in run_in_child
            child, terminal = pty.fork()
        if not child:
            signal.alarm(60)
            session = make_session(ca_path=authority.ca_path, client_cert=str(both), retries=0)
            both.write_text(encrypted)
            try:
                session.send("GET", url, action="Asking")
            except TransportError as error:
                os.write(1, error.message.encode())
            finally:
                os._exit(0)
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(terminal, 4096):
                shown += piece
                if b"pass phrase" in shown:
                    os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    assert b"TLS with" in shown and b"pass phrase" not in shown
    assert recorder.requests == []


def test_a_file_that_is_replaced_is_checked_again(authority: Authority) -> None:
    certificate, key = authority.create_client_certificate()
    assert HttpSettings(client_cert=certificate, client_key=key)
    Path(key).write_text("junk")
    with pytest.raises(OptionError, match="client_key '.*' has no private key"):
        HttpSettings(client_cert=certificate, client_key=key)


def test_a_password_without_a_certificate_is_refused() -> None:
    with pytest.raises(OptionError, match="client_key_password is set, but client_cert is not"):
        HttpSettings(client_key_password=PASSWORD)
    assert PASSWORD not in repr(HttpSettings())
