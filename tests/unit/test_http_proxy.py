# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies: which one is used for whom, and what of them is never told."""

from __future__ import annotations

import base64
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    TransportError,
)
from tests.unit.builders import make_session
from tests.unit.raw_servers import (
    ConnectProxy,
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
    """Return a proxy that leads to HOST, and its port."""
    handler = ConnectProxy(("127.0.0.1", origin[1]))
    with run_raw_server(handler) as server:
        yield handler, server.port


CUT_OFF = b"HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{"


def reset(connection: socket.socket) -> None:
    """End a connection the hard way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("how", ["option", "HTTPS_PROXY", "https_proxy"])
def test_a_proxy_is_used(
    how: str, proxy: tuple[ConnectProxy, int], origin: tuple[RequestRecorder, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    url = f"http://127.0.0.1:{proxy[1]}"
    environ, given = ({}, {"proxy": url}) if how == "option" else ({how: url}, {})
    got = make_session(environ, ca_path=trusted[1], **given).send(
        "GET", URL, action="Asking", headers={"Authorization": "Bearer t0ken"}
    )
    assert got.json("Asking") == {"ok": True}
    assert proxy[0].asked == [f"CONNECT {HOST}:443 HTTP/1.1"] or proxy[0].asked == [f"CONNECT {HOST}:443 HTTP/1.0"]
    assert origin[0].requests[0].headers["authorization"] == "Bearer t0ken"
    assert proxy[0].credentials == []


def test_the_option_counts_more_than_the_environment(
    proxy: tuple[ConnectProxy, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    environ = {"HTTPS_PROXY": f"http://127.0.0.1:{find_free_port()}"}
    assert (
        make_session(environ, proxy=f"http://127.0.0.1:{proxy[1]}", ca_path=trusted[1])
        .send("GET", URL, action="Asking")
        .is_success
    )


def test_the_proxys_password_goes_to_the_proxy_only(
    proxy: tuple[ConnectProxy, int], origin: tuple[RequestRecorder, int], trusted: tuple[ssl.SSLContext, str]
) -> None:
    given = {"proxy": f"http://user:p%40ss@127.0.0.1:{proxy[1]}", "ca_path": trusted[1]}
    assert make_session(**given).send("GET", URL, action="Asking").is_success
    assert proxy[0].credentials == ["Basic " + base64.b64encode(b"user:p@ss").decode()]
    assert "proxy-authorization" not in origin[0].requests[0].headers


@pytest.mark.parametrize("exempt", [HOST, f".{HOST.partition('.')[2]}", "*", f"other.example, {HOST}", f"{HOST}:443"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("by_option", [True, False])
def test_exempt_hosts_get_no_proxy(exempt: str, name: str, by_option: bool) -> None:
    url = "http://127.0.0.1:9"
    environ = {name: exempt, **({} if by_option else {"HTTPS_PROXY": url})}
    assert make_session(environ, proxy=url if by_option else None)._proxies(f"https://{HOST}:443/x") == {}


@pytest.mark.parametrize("exempt", ["", "example.org", "way.example.org", "127.0.0.1"])
def test_other_hosts_are_not_exempt(exempt: str) -> None:
    assert make_session({"NO_PROXY": exempt}, proxy="http://127.0.0.1:9")._proxies(URL) == {
        "https": "http://127.0.0.1:9"
    }


def test_this_machine_is_never_proxied(tenant: Any) -> None:
    handler = ConnectProxy(None)
    with run_raw_server(handler) as server:
        url = f"http://127.0.0.1:{server.port}"
        environ = {
            name: url for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        }
        assert make_session(environ, proxy=url).send("GET", tenant.url, action="Asking").status == 401
    assert handler.asked == []
    assert len(tenant.journal()) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2"])
def test_no_name_of_this_machine_is_proxied(host: str) -> None:
    assert make_session(proxy="http://127.0.0.1:9")._proxies(f"http://{host}:1/") == {}


def test_the_processs_own_environment_is_not_read_behind_our_back(
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


def test_a_proxy_that_refuses(waits: list[float]) -> None:
    handler = ConnectProxy(None)
    with (
        run_raw_server(handler) as server,
        pytest.raises(TransportError, match=f"the proxy on the way to https://{HOST} could not be used") as caught,
    ):
        make_session(proxy=f"http://user:s3cret@127.0.0.1:{server.port}").send("POST", URL, action="Asking")
    assert "s3cret" not in str(caught.value) and "query" not in str(caught.value)
    assert not caught.value.sent
    assert len(handler.asked) == 4


@pytest.mark.parametrize(
    "ended",
    [lambda connection: None, reset, lambda connection: connection.sendall(CUT_OFF)],
    ids=["closed", "reset", "cut off"],
)
def test_behind_a_proxy_too_a_creation_that_may_have_been_carried_out_is_not_sent_again(
    ended: Callable[[socket.socket], None], trusted: tuple[ssl.SSLContext, str], waits: list[float]
) -> None:
    posted: list[bytes] = []

    def read_and_close(connection: socket.socket) -> None:
        data = b""
        while piece := connection.recv(65536):
            data += piece
            if data.endswith(b"{}"):
                posted.append(data)
                break
        ended(connection)
        connection.close()

    with run_raw_server(read_and_close, tls=trusted[0]) as server:
        handler = ConnectProxy(("127.0.0.1", server.port))
        with (
            run_raw_server(handler) as proxy,
            pytest.raises(TransportError, match=f"connection to https://{HOST} broke off before the answer") as caught,
        ):
            make_session(proxy=f"http://127.0.0.1:{proxy.port}", ca_path=trusted[1]).send(
                "POST", URL, action="Creating", body=b"{}"
            )
    assert len(posted) == len(handler.asked) == 1
    assert waits == [] and caught.value.sent
    assert "proxy" not in str(caught.value).lower()


def test_a_proxy_that_is_down_is_tried_again_for_a_creation_too(waits: list[float]) -> None:
    with pytest.raises(TransportError, match=f"the proxy on the way to https://{HOST} could not be used") as caught:
        make_session(proxy=f"http://127.0.0.1:{find_free_port()}").send("POST", URL, action="Creating", body=b"{}")
    assert len(waits) == 3 and not caught.value.sent


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
def test_a_proxy_that_is_not_there_or_none(url: str, waits: list[float]) -> None:
    with pytest.raises(BeyondIdentityError, match="proxy") as caught:
        make_session(proxy=url.format(port=find_free_port())).send("GET", URL, action="Asking")
    assert "s3cret" not in str(caught.value)
