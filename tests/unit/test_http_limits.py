# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are slow, endless, oversized, redirecting or no JSON."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    MalformedResponseError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._http.response import BODY_LIMIT, Response
from ansible_collections.beyondidentity.management.plugins.module_utils._http.session import HttpSession
from tests.unit.builders import make_session
from tests.unit.raw_servers import build_response, record_requests, run_raw_server


def send(tenant: Any, sender: HttpSession, method: str = "GET") -> Response:
    return sender.send(
        method, f"{tenant.url}/odd?secret=q", action="Asking", headers={"Authorization": "Bearer s3cret"}
    )


SLOW = [
    {"json": {}, "delay": 20},
    {"json": {"long": "x" * 5000}, "drip": 0.2, "drip_part": "body"},
    {"json": {"long": "x" * 5000}, "drip": 0.2, "drip_part": "head"},
]


@pytest.mark.parametrize("fault", SLOW, ids=["silent", "dripping body", "dripping head"])
def test_one_deadline_for_the_whole_answer(fault: dict[str, Any], tenant: Any) -> None:
    tenant.fault(path="/odd", **fault)
    begin = time.monotonic()
    with pytest.raises(TransportError, match="no complete answer within 1 seconds") as caught:
        send(tenant, make_session(timeout=1, retries=0))
    assert time.monotonic() - begin < 5
    assert caught.value.sent, "it may have been carried out"
    assert "s3cret" not in str(caught.value) and "secret=q" not in str(caught.value)


def test_after_a_deadline_the_next_request_is_as_good_as_ever(tenant: Any) -> None:
    tenant.fault(path="/odd", json={"first": True}, drip=0.5, drip_part="head", times=1)
    tenant.fault(path="/odd", json={"second": True})
    sender = make_session(timeout=1, retries=0)
    with pytest.raises(TransportError):
        send(tenant, sender)
    assert send(tenant, sender).json("Asking") == {"second": True}


def test_a_slow_creation_is_not_sent_twice(tenant: Any, waits: list[float]) -> None:
    tenant.fault(path="/odd", json={}, delay=20)
    with pytest.raises(TransportError):
        send(tenant, make_session(timeout=1, retries=3), "POST")
    assert len(tenant.journal(path="/odd")) == 1


def test_a_server_that_never_says_anything(waits: list[float]) -> None:
    with run_raw_server(_hold) as server, pytest.raises(TransportError, match="no complete answer"):
        make_session(timeout=1, retries=0).send("GET", f"http://127.0.0.1:{server.port}/", action="Asking")


def _hold(connection: Any) -> None:
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_redirect_is_followed(method: str, status: int, tenant: Any, waits: list[float]) -> None:
    tenant.fault(path="/odd", status=status, redirect=f"{tenant.url}/trap?code=c0de", times=1)
    with pytest.raises(MalformedResponseError, match=rf"redirect \(HTTP {status}\), which is never followed") as caught:
        send(tenant, make_session(), method)
    assert len(tenant.journal(path="/odd")) == 1
    assert tenant.journal(path="/trap") == []
    assert "c0de" not in str(caught.value)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "bomb"])
@pytest.mark.parametrize(("size", "too_large"), [(BODY_LIMIT, False), (BODY_LIMIT + 1, True), (3 * BODY_LIMIT, True)])
def test_answers_are_at_most_ten_mebibytes_decoded(size: int, too_large: bool, compressed: bool, tenant: Any) -> None:
    tenant.fault(path="/odd", size=size, gzip=compressed)
    sender = make_session()
    if too_large:
        with pytest.raises(MalformedResponseError, match="larger than 10 MiB"):
            send(tenant, sender)
    else:
        assert len(send(tenant, sender).content) == size
    assert len(tenant.journal(path="/odd")) == 1


def test_an_oversized_error_is_cut_off_too(tenant: Any) -> None:
    tenant.fault(path="/odd", size=2 * BODY_LIMIT, status=400)
    with pytest.raises(MalformedResponseError, match="larger than 10 MiB"):
        send(tenant, make_session())


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,br", "identity, gzip"])
def test_what_is_compressed_more_than_once_is_not_unfolded(encoding: str, waits: list[float]) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with record_requests(build_response(twice, f"Content-Encoding: {encoding}")) as (url, recorder):
        with pytest.raises(MalformedResponseError, match="the answer is compressed more than once"):
            make_session().send("GET", url, action="Asking")
        assert len(recorder.requests) == 1


def test_what_is_compressed_in_two_headers_is_not_unfolded(waits: list[float]) -> None:
    twice = gzip.compress(gzip.compress(b"{}"))
    with record_requests(build_response(twice, "Content-Encoding: gzip", "Content-Encoding: gzip")) as (url, _recorder):
        with pytest.raises(MalformedResponseError, match="the answer is compressed more than once"):
            make_session().send("GET", url, action="Asking")


def test_broken_compression(waits: list[float]) -> None:
    with record_requests(build_response(b"no gzip at all", "Content-Encoding: gzip")) as (url, recorder):
        with pytest.raises(TransportError, match="before the answer was complete"):
            make_session(retries=1).send("GET", url, action="Asking")
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
def test_what_is_no_object_is_said_to_come_from_elsewhere(body: str, content_type: str) -> None:
    with record_requests(build_response(body.encode(), f"Content-Type: {content_type}")) as (url, _recorder):
        got = make_session().send("GET", url, action="Asking")
    with pytest.raises(
        MalformedResponseError,
        match=r"Asking: the answer \(HTTP 200, .*\) is not a JSON object. Something else than Beyond Identity",
    ) as caught:
        got.json("Asking")
    assert "\x1b" not in str(caught.value) and "Sign in" not in str(caught.value)


def test_garbage_instead_of_http(waits: list[float]) -> None:
    with run_raw_server(lambda connection: connection.sendall(b"SSH-2.0-server\r\n" * 3)) as server:
        with pytest.raises(TransportError, match="broke off"):
            make_session().send("POST", f"http://127.0.0.1:{server.port}/", action="Asking")
    assert waits == []
