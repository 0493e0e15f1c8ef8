# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies: which proxy is used for which server, and what messages never say about it."""

from __future__ import annotations

import base64
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http import libraries
from ansible_collections.beyondidentity.management.plugins.module_utils._http.connection_errors import (
    to_transport_error,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.error_causes import Exchange
from ansible_collections.beyondidentity.management.plugins.module_utils._http.proxy import select_proxies
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import (
    find_secrets,
    remember_secrets,
    secret_scope,
    to_failed_result,
)
from tests.unit.builders import make_session
from tests.unit.raw_servers import (
    ConnectProxy,
    Handler,
    RequestRecorder,
    build_response,
    find_free_port,
    record_requests,
    run_raw_server,
)

HOST = "gateway.example"
URL = f"https://{HOST}/path?query=q"


@pytest.fixture
def trusted(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """Return TLS for HOST, and the file of its authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, str(path)


@pytest.fixture
def origin(trusted: tuple[ssl.SSLContext, str]) -> Iterator[tuple[RequestRecorder, int]]:
    """Return a server for HOST, and its port on this machine."""
    with record_requests(build_response({"ok": True}), tls=trusted[0]) as (url, recorder):
        yield recorder, int(url.rpartition(":")[2])


@pytest.fixture
def proxy(origin: tuple[RequestRecorder, int]) -> Iterator[tuple[ConnectProxy, int]]:
    """Return a proxy that connects to HOST, and its port."""
    handler = ConnectProxy(("127.0.0.1", origin[1]))
    with run_raw_server(handler) as server:
        yield handler, server.port


TRUNCATED = b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{"


def close_with_reset(connection: socket.socket) -> None:
    """Let close() send a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("how", ["option", "HTTPS_PROXY", "https_proxy"])
def test_the_option_or_the_environment_names_the_proxy(
    how: str, proxy: tuple[ConnectProxy, int], origin: tuple[RequestRecorder, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    url = f"http://127.0.0.1:{proxy[1]}"
    environ, given = ({}, {"proxy": url}) if how == "option" else ({how: url}, {})
    response = make_session(environ, ca_path=trusted[1], **given).send(
        "GET", URL, action="Asking", headers={"Authorization": "Bearer t0ken"}
    )
    assert response.json("Asking") == {"ok": True}
    assert [line.rpartition(" ")[0] for line in proxy[0].request_lines] == [f"CONNECT {HOST}:443"]
    assert origin[0].requests[0].headers["authorization"] == "Bearer t0ken"
    assert proxy[0].credentials == []


def test_the_option_replaces_the_proxy_of_the_environment(
    proxy: tuple[ConnectProxy, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    environ = {"HTTPS_PROXY": f"http://127.0.0.1:{find_free_port()}"}
    assert (
        make_session(environ, proxy=f"http://127.0.0.1:{proxy[1]}", ca_path=trusted[1])
        .send("GET", URL, action="Asking")
        .is_success
    )


def test_only_the_proxy_receives_its_password(
    proxy: tuple[ConnectProxy, int], origin: tuple[RequestRecorder, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    given = {"proxy": f"http://user:p%40ss@127.0.0.1:{proxy[1]}", "ca_path": trusted[1]}
    assert make_session(**given).send("GET", URL, action="Asking").is_success
    assert proxy[0].credentials == ["Basic " + base64.b64encode(b"user:p@ss").decode()]
    assert "proxy-authorization" not in origin[0].requests[0].headers


@pytest.mark.parametrize("exempt", [HOST, f".{HOST.partition('.')[2]}", "*", f"other.example, {HOST}", f"{HOST}:443"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("by_option", [True, False])
def test_no_proxy_exempts_hosts(exempt: str, name: str, by_option: bool) -> None:
    url = "http://127.0.0.1:9"
    environ = {name: exempt, **({} if by_option else {"HTTPS_PROXY": url})}
    settings = HttpSettings(proxy=url if by_option else None)
    assert select_proxies(f"https://{HOST}:443/x", settings, environ) == {}


@pytest.mark.parametrize("exempt", ["", "example.org", "way.example.org", "127.0.0.1"])
def test_no_proxy_does_not_exempt_other_hosts(exempt: str) -> None:
    settings = HttpSettings(proxy="http://127.0.0.1:9")
    assert select_proxies(URL, settings, {"NO_PROXY": exempt}) == {"https": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "exempt",
    [
        "*",
        "*, other.example",
        "*.example",
        "gateway.*",
        ".example",
        "example",
        "GATEWAY.example",
        "gateway.example:443",
        "gateway.example:8443",
        "192.0.2.0/24",
        "192.0.2.0/33",
        "192.0.2.*",
        "192.0.2.7",
        "2001:db8::/32",
        "[2001:db8::7]",
        "",
    ],
)
@pytest.mark.parametrize(
    "host", [HOST, "gateway.example:8443", "example", "192.0.2.7", "198.51.100.7", "[2001:db8::7]"]
)
@pytest.mark.parametrize("names", [("NO_PROXY",), ("no_proxy",), ("no_proxy", "NO_PROXY"), ("NO_PROXY", "no_proxy")])
def test_no_proxy_means_what_it_means_to_requests(
    exempt: str, host: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = dict(zip(names, (exempt, "other.example, 198.51.100.0/24"), strict=False))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    expected = requests.utils.should_bypass_proxies(f"https://{host}/x", no_proxy=None)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    settings = HttpSettings(proxy="http://127.0.0.1:9")
    assert (select_proxies(f"https://{host}/x", settings, environ) == {}) is expected


def test_no_proxy_exempts_networks() -> None:
    settings, environ = HttpSettings(proxy="http://127.0.0.1:9"), {"NO_PROXY": "192.0.2.0/24"}
    assert select_proxies("https://192.0.2.7/x", settings, environ) == {}
    assert select_proxies("https://198.51.100.7/x", settings, environ)


def test_requests_to_loopback_use_no_proxy(tenant: Any) -> None:
    handler = ConnectProxy(None)
    with run_raw_server(handler) as server:
        url = f"http://127.0.0.1:{server.port}"
        environ = {
            name: url for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        }
        assert make_session(environ, proxy=url).send("GET", tenant.url, action="Asking").status == 401
    assert handler.request_lines == []
    assert len(tenant.read_journal()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"])
def test_each_name_of_loopback_has_no_proxy(host: str) -> None:
    assert select_proxies(f"http://{host}:1/", HttpSettings(proxy="http://127.0.0.1:9"), {}) == {}


def test_only_the_given_environment_is_read(
    monkeypatch: pytest.MonkeyPatch, proxy: tuple[ConnectProxy, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{find_free_port()}")
    monkeypatch.setenv("NO_PROXY", "*")
    assert (
        make_session(proxy=f"http://127.0.0.1:{proxy[1]}", ca_path=trusted[1])
        .send("GET", URL, action="Asking")
        .is_success
    )


def test_a_refusing_proxy_is_an_error_without_its_password(waits: list[float]) -> None:
    handler = ConnectProxy(None)
    with (
        run_raw_server(handler) as server,
        pytest.raises(TransportError, match=f"cannot connect to https://{HOST} through the proxy") as caught,
    ):
        make_session(proxy=f"http://user:s3cret@127.0.0.1:{server.port}").send("POST", URL, action="Asking")
    assert "s3cret" not in str(caught.value) and "query" not in str(caught.value)
    assert (
        f"through the proxy http://127.0.0.1:{server.port}: the proxy requires a valid user name and password (HTTP 407)"
        in str(caught.value)
    )
    assert not caught.value.sent
    assert len(handler.request_lines) == 1, "another attempt would be refused too"


@pytest.mark.parametrize(
    "end",
    [lambda connection: None, close_with_reset, lambda connection: connection.sendall(TRUNCATED)],
    ids=["closed", "reset", "truncated"],
)
def test_a_creation_through_a_proxy_is_not_repeated_if_the_server_may_have_received_it(
    end: Callable[[socket.socket], None], trusted: tuple[ssl.SSLContext, str], waits: list[float]
) -> None:
    posted: list[bytes] = []

    def read_and_close(connection: socket.socket) -> None:
        data = b""
        while piece := connection.recv(65536):
            data += piece
            if data.endswith(b"{}"):
                posted.append(data)
                break
        end(connection)
        connection.close()

    with run_raw_server(read_and_close, tls=trusted[0]) as server:
        handler = ConnectProxy(("127.0.0.1", server.port))
        with (
            run_raw_server(handler) as proxy,
            pytest.raises(TransportError, match=f"connection to https://{HOST} closed before the response") as caught,
        ):
            make_session(proxy=f"http://127.0.0.1:{proxy.port}", ca_path=trusted[1]).send(
                "POST", URL, action="Creating", body=b"{}"
            )
    assert len(posted) == len(handler.request_lines) == 1
    assert waits == [] and caught.value.sent
    assert "proxy" not in str(caught.value).lower()


def test_a_creation_is_repeated_if_the_proxy_is_down(waits: list[float]) -> None:
    with pytest.raises(TransportError, match=f"cannot connect to https://{HOST} through the proxy") as caught:
        make_session(proxy=f"http://127.0.0.1:{find_free_port()}").send("POST", URL, action="Creating", body=b"{}")
    assert len(waits) == 3 and not caught.value.sent
    assert "through the proxy http://127.0.0.1:" in str(caught.value)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_that_is_down_is_named(scheme: str, waits: list[float]) -> None:
    proxy = f"{scheme}://user:s3cret@127.0.0.1:{find_free_port()}"
    with pytest.raises(
        TransportError,
        match=rf"cannot connect to https://{HOST} through the proxy {scheme}://127.*: the proxy refused the connection",
    ) as caught:
        make_session(proxy=proxy).send("POST", URL, action="Creating", body=b"{}")
    assert "s3cret" not in str(caught.value) and not caught.value.sent
    assert len(waits) == 3


def test_a_missing_library_for_socks_is_named() -> None:
    error = libraries.requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")
    shown = to_transport_error(error, Exchange("Asking", f"https://{HOST}", 30, "socks5://proxy.example"))
    assert (
        f"to https://{HOST} through the proxy socks5://proxy.example: the Python library PySocks is missing"
        in shown.message
    )
    assert "-m pip install PySocks" in shown.message
    assert shown.permanent and not shown.sent


def converse(*responses: bytes) -> Handler:
    """Return a proxy that sends one response to each message, and then closes. Without responses, it is silent."""

    def handle(connection: socket.socket) -> None:
        for response in responses:
            connection.recv(65536)
            connection.sendall(response)
        while not responses and connection.recv(65536):
            pass

    return handle


SOCKS_GREETING, SOCKS_LOGIN = b"\x05\x00", b"\x05\x02"


@pytest.mark.parametrize(
    ("scheme", "handler", "reason", "is_permanent"),
    [
        (
            "http",
            converse(b"HTTP/1.1 407 No\r\n\r\n"),
            "the proxy requires a valid user name and password (HTTP 407). Set proxy or HTTPS_PROXY to",
            True,
        ),
        ("http", converse(b"HTTP/1.1 403 No\r\n\r\n"), "the proxy does not allow the connection (HTTP 403)", True),
        ("http", converse(b"HTTP/1.1 502 No\r\n\r\n"), "the proxy cannot connect to the server (HTTP 502)", False),
        ("http", converse(b"SSH-2.0\r\n"), "the response of the proxy is not HTTP", True),
        ("http", converse(b""), "the proxy closed the connection", False),
        ("http", converse(), "no response from the proxy within 1 seconds", False),
        ("https", converse(b"HTTP/1.1 400 No\r\n\r\n"), "TLS with the proxy failed: the server does not use TLS", True),
        (
            "socks5h",
            converse(b"\x05\xff"),
            "the proxy requires a valid user name and password. Set proxy or HTTPS_PROXY to socks5h://USER",
            True,
        ),
        ("socks5h", converse(SOCKS_LOGIN, b"\x01\x01"), "the proxy requires a valid user name and password.", True),
        (
            "socks5h",
            converse(SOCKS_GREETING, b"\x05\x02\x00\x01" + bytes(6)),
            "the proxy does not allow the connection",
            False,
        ),
        (
            "socks5h",
            converse(SOCKS_GREETING, b"\x05\x05\x00\x01" + bytes(6)),
            "the proxy cannot connect to the server",
            False,
        ),
        ("socks5h", converse(b"HTTP/1.1 400 No\r\n\r\n"), "the proxy does not use SOCKS5", False),
        ("socks5h", converse(), "no response from the proxy in time", False),
    ],
)
def test_a_proxy_that_fails_is_named_with_its_reason(
    scheme: str, handler: Handler, reason: str, is_permanent: bool, waits: list[float]
) -> None:
    """The server received nothing, so a creation can be repeated."""
    with run_raw_server(handler) as server:
        proxy = f"{scheme}://127.0.0.1:{server.port}"
        with secret_scope(), pytest.raises(TransportError) as caught:
            options = {
                "proxy": proxy.replace("//", "//user:s3cret@"),
                "timeout": 1,
                "retries": 0 if "no response" in reason else 1,
            }
            remember_secrets(find_secrets(options))
            make_session(**options).send("POST", URL, action="Creating", body=b"{}")
    assert f"cannot connect to https://{HOST} through the proxy {proxy}: {reason}" in caught.value.message
    assert "s3cret" not in caught.value.message
    assert (caught.value.permanent, caught.value.sent) == (is_permanent, False)
    assert len(waits) == (0 if is_permanent or "no response" in reason else 1)


def test_a_proxy_without_a_password_is_named_in_a_result() -> None:
    options = {"proxy": f"http://127.0.0.1:{find_free_port()}", "retries": 0}
    with secret_scope():
        remember_secrets(find_secrets(options))
        with pytest.raises(TransportError) as caught:
            make_session(**options).send("GET", URL, action="Asking")
        assert f"through the proxy {options['proxy']}:" in to_failed_result(caught.value)["msg"]


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
@pytest.mark.parametrize("user", ["", "socks:s3cret@"])
def test_informational_responses_are_skipped_behind_each_proxy(
    scheme: str, user: str, trusted: tuple[ssl.SSLContext, str]
) -> None:
    """Otherwise the response of the one request would be read as that of the next."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        if scheme == "http":
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            connection.sendall(SOCKS_LOGIN if user else SOCKS_GREETING)
            if user:
                connection.recv(65536)
                connection.sendall(b"\x01\x00")
            connection.recv(65536)
            connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        secure = trusted[0].wrap_socket(connection, server_side=True)
        for number in (1, 2):
            secure.recv(65536)
            secure.sendall(early + build_response({"number": number}))

    with run_raw_server(serve) as server:
        session = make_session(proxy=f"{scheme}://{user}127.0.0.1:{server.port}", ca_path=trusted[1])
        numbers = [session.send("GET", URL, action="Asking").json("Asking")["number"] for _request in range(2)]
    assert numbers == [1, 2]


@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@127.0.0.1:{port}",
        "http://user:s3cret@",
        "user:s3cret",
        "http://user:s3cret@[",
        "ftp://user:s3cret@127.0.0.1",
    ],
)
def test_an_error_about_a_proxy_never_has_its_password(url: str, waits: list[float]) -> None:
    with pytest.raises(BeyondIdentityError, match="proxy") as caught:
        make_session(proxy=url.format(port=find_free_port())).send("GET", URL, action="Asking")
    assert "s3cret" not in str(caught.value)
