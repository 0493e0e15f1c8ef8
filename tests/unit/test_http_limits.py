# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that are slow, endless, too large, redirects, or not JSON."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.connection_pool import get_adapter
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import BODY_LIMIT, Response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from tests.unit.builders import make_session
from tests.unit.raw_servers import build_response, record_requests


def send(tenant: Any, session: HttpSession, method: str = "GET") -> Response:
    return session.send(
        method, f"{tenant.url}/odd?secret=q", action="Asking", headers={"Authorization": "Bearer s3cret"}
    )


@pytest.mark.parametrize(
    "fault",
    [
        {"delay": 20},
        {"size": 1000, "drip": 0.2},
        {"size": 1000, "drip": 0.2, "drip_part": "head"},
        {"size": 9, "drip": 20},
    ],
    ids=["silent", "slow body", "slow headers", "stalled body"],
)
def test_one_deadline_limits_the_whole_response(fault: dict[str, Any], tenant: Any) -> None:
    """Without the deadline, the slow responses would arrive."""
    tenant.add_fault(path="/odd", **fault)
    with pytest.raises(
        TransportError, match=r"no complete response from http://127.0.0.1:\d+ within 1 seconds"
    ) as caught:
        send(tenant, make_session(timeout=1, retries=0))
    assert caught.value.sent, "the server may have carried it out"
    assert "s3cret" not in str(caught.value) and "secret=q" not in str(caught.value)


def test_after_a_deadline_requests_use_new_connections(tenant: Any) -> None:
    tenant.add_fault(path="/odd", json={"first": True}, drip=0.5, drip_part="head", times=1)
    tenant.add_fault(path="/odd", json={"second": True})
    session = make_session(timeout=1, retries=0)
    before = get_adapter(session.settings, True)
    with pytest.raises(TransportError):
        send(tenant, session)
    assert get_adapter(session.settings, True) is not before
    assert send(tenant, session).json("Asking") == {"second": True}


def test_a_slow_creation_is_not_sent_twice(tenant: Any, waits: list[float]) -> None:
    tenant.add_fault(path="/odd", json={}, delay=20)
    with pytest.raises(TransportError):
        send(tenant, make_session(timeout=1, retries=3), "POST")
    assert len(tenant.read_journal(path="/odd")) == 1


@pytest.mark.parametrize(
    ("method", "status"), [*(("GET", status) for status in (300, 301, 302, 303, 304, 307, 308)), ("POST", 307)]
)
def test_redirects_are_refused(method: str, status: int, tenant: Any, waits: list[float]) -> None:
    tenant.add_fault(path="/odd", status=status, redirect=f"{tenant.url}/trap?code=c0de", times=1)
    with pytest.raises(MalformedResponseError, match=rf"redirect \(HTTP {status}\)\. Redirects are refused") as caught:
        send(tenant, make_session(), method)
    assert len(tenant.read_journal(path="/odd")) == 1
    assert tenant.read_journal(path="/trap") == []
    assert "c0de" not in str(caught.value)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "bomb"])
@pytest.mark.parametrize(("size", "too_large"), [(BODY_LIMIT, False), (BODY_LIMIT + 1, True)])
def test_a_decoded_body_has_at_most_ten_mebibytes(size: int, too_large: bool, compressed: bool, tenant: Any) -> None:
    tenant.add_fault(path="/odd", size=size, gzip=compressed)
    session = make_session()
    if too_large:
        with pytest.raises(MalformedResponseError, match="larger than 10 MiB"):
            send(tenant, session)
    else:
        assert len(send(tenant, session).content) == size
    assert len(tenant.read_journal(path="/odd")) == 1


def test_the_body_of_an_error_is_limited_too(tenant: Any) -> None:
    tenant.add_fault(path="/odd", size=2 * BODY_LIMIT, status=400)
    with pytest.raises(MalformedResponseError, match="larger than 10 MiB"):
        send(tenant, make_session())


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,br", "identity, gzip"])
def test_a_body_that_is_compressed_twice_is_refused(encoding: str, waits: list[float]) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with record_requests(build_response(twice, f"Content-Encoding: {encoding}")) as (url, recorder):
        with pytest.raises(MalformedResponseError, match="the response is compressed more than once"):
            make_session().send("GET", url, action="Asking")
        assert len(recorder.requests) == 1


def test_two_headers_of_compression_are_refused(waits: list[float]) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with record_requests(build_response(twice, "Content-Encoding: gzip", "Content-Encoding: gzip")) as (url, _recorder):
        with pytest.raises(MalformedResponseError, match="the response is compressed more than once"):
            make_session().send("GET", url, action="Asking")


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (build_response(b"no gzip at all", "Content-Encoding: gzip"), "the response cannot be decompressed"),
        (build_response({}, "Content-Length: 7"), "the response has contradictory lengths"),
        (build_response({}, *(f"X-{number}: y" for number in range(200))), "the response has too many headers"),
        (build_response({}, f"X: {'y' * 70_000}"), "the response has a header that is too long"),
        (b"SSH-2.0-server\r\n\r\n", "the response is not HTTP"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 30, "the response is not HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "the response is not HTTP"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "the response has an unknown version of HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "the response has an invalid chunk"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_response_that_breaks_the_protocol_is_named_and_not_requested_again(
    method: str, response: bytes, reason: str, waits: list[float]
) -> None:
    with record_requests(response) as (url, recorder):
        with pytest.raises(TransportError, match=reason) as caught:
            make_session().send(method, url, action="Asking")
        assert len(recorder.requests) == 1 and waits == []
    assert caught.value.sent


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_informational_responses_are_skipped(status: str) -> None:
    informational = f"HTTP/1.1 {status}\r\nLink: </style.css>\r\n\r\n".encode() * 3
    responses = [informational + build_response({"number": number}) for number in (1, 2)]
    with record_requests(*responses) as (url, recorder):
        session = make_session()
        numbers = [session.send("GET", url, action="Asking").json("Asking")["number"] for _request in range(2)]
        assert numbers == [1, 2], "the connection is kept, and the responses are not mixed up"
        assert len(recorder.requests) == 2


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<html>Sign in</html>", "text/html"),
        ("", "application/json"),
        ("[]", "application/json"),
        ('"text"', "x/\x1b[31my"),
        ("NaN", "application/json"),
        ('{"a":', "application/json"),
    ],
)
def test_a_body_that_is_not_an_object_is_refused_without_quoting_it(body: str, content_type: str, tenant: Any) -> None:
    tenant.add_fault(path="/odd", body=body, headers={"Content-Type": content_type})
    response = send(tenant, make_session())
    with pytest.raises(
        MalformedResponseError,
        match=r"Asking: the response \(HTTP 200, .*\) is not a JSON object. A server other than Beyond Identity",
    ) as caught:
        response.json("Asking")
    assert "\x1b" not in str(caught.value) and "Sign in" not in str(caught.value)
