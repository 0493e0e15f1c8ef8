# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of an endpoint: correct ones, and those with an odd method, path, query, header or body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st

from tests.unit.emulator.properties.http_client import RawRequest
from tests.unit.emulator.properties.values import RAW_BODIES, odd_text

Header = tuple[bytes, bytes]

METHODS = [
    b"GET",
    b"HEAD",
    b"OPTIONS",
    b"POST",
    b"PUT",
    b"PATCH",
    b"DELETE",
    b"TRACE",
    b"CONNECT",
    b"get",
    b"PETS",
    b"G-E_T",
]
SEGMENTS = [
    *(
        b"",
        b".",
        b"..",
        b"%2e%2e",
        b"%2F",
        b"%",
        b"%zz",
        b"%0",
        b"%00",
        b"%0d%0a",
        b"%ff",
        b"%c3%28",
        b"%ED%A0%80",
        b"%25",
        b"a:b",
    ),
    *(
        b":",
        b"%3A",
        b"a;b=c",
        b"a,b",
        b"*",
        b"'",
        b'"',
        b"{id}",
        b"%7Bid%7D",
        b"\xc3\xa9",
        b"\xff",
        b"x" * 9000,
        b"a//b",
        b"\\",
        b"~",
    ),
    *(
        b"null",
        b"-1",
        b"active",
        b"deadbeefdeadbeef",
        b"[1]",
        b"%5B%5D",
        b"__class__",
        b"%F0%9F%98%80",
        b"+",
        b"%20",
        b"@",
        b"&",
    ),
]
QUERIES = [
    *(
        b"%",
        b"%zz=%zz",
        b"=",
        b"&&",
        b"a",
        b"a=b=c",
        b"\xff=\xff",
        b"%ff=%ff",
        b"page_size=%00",
        b"page_size[]=1",
        b"x" * 9000,
    ),
    *(
        b"page_token=%2B%2F%26bnVsbA%3D%3D%3D%3D",
        b"page_token=%2B%2F%26W10%3D%3D%3D",
        b"page_token=%2B%2F%26/w==",
        b";",
        b"?",
        b"#",
    ),
]
CONTENT_TYPES = [
    *(
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data",
        b"multipart/form-data; boundary=x",
        b"",
        b"/",
    ),
    *(
        b"application/json; charset=utf-16",
        b"application/json; charset=none",
        b"application/scim+json",
        b"APPLICATION/JSON",
    ),
    *(b"application/json;;=", b"application/merge-patch+json", b"x" * 300, b"\xff", b"application/json, text/plain"),
]
AUTHORIZATIONS = [
    *(
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer x",
        b"Bearer x y",
        b"bearer \xff",
        b"Basic",
        b"Basic x",
        b"Basic =",
        b"Basic Og==",
        b"Basic OjpAOg==",
    ),
    *(
        b"Basic /////w==",
        b"Basic eDp4",
        b"Basic %",
        b"Digest x=y, z",
        b"Negotiate",
        b"Bearer " + b"x" * 9000,
        b"Basic AAA6AAA=",
        b'Bearer "x',
    ),
]
HEADERS: list[Header] = [
    *((b"Accept", b"text/html"), (b"Accept", b"\xff"), (b"Accept-Encoding", b"x;q=z"), (b"Accept-Charset", b"\xff")),
    *(
        (b"Cookie", b"\xff=;;="),
        (b"Connection", b"close"),
        (b"Expect", b"100-continue"),
        (b"Content-Encoding", b"gzip"),
    ),
    *(
        (b"X-HTTP-Method-Override", b"DELETE"),
        (b"If-Match", b"*"),
        (b"If-Modified-Since", b"never"),
        (b"Range", b"bytes=5-1"),
    ),
    *(
        (b"Host", b"\xff"),
        (b"Host", b"a b"),
        (b"X-Forwarded-For", b"::::"),
        (b"Date", b"never"),
        (b"x-long", b"x" * 9000),
    ),
    *(
        (b"x_under_score", b"\xff"),
        (b"Origin", b"null"),
        (b"Content-Language", b"\xff"),
        (b"x-empty", b""),
        (b"Cache-Control", b"="),
    ),
]


def is_rare(draw: st.DrawFn, one_in: int) -> bool:
    """Decide whether to do something odd."""
    return draw(st.integers(0, one_in - 1)) == one_in - 1


@dataclass(frozen=True)
class Endpoint:
    """What a correct request of an endpoint has.

    Attributes:
        path: the path with its parameters in braces.
        query: the names of query parameters.
        required_query: parameters that a correct request has.
        body: JSON or text as bytes; None if the endpoint takes no body.
    """

    method: str
    path: str
    headers: tuple[Header, ...] = ()
    query: tuple[str, ...] = ()
    required_query: tuple[tuple[str, str], ...] = ()
    content_type: bytes = b"application/json"
    body: st.SearchStrategy[bytes] | None = field(default=None, repr=False)
    texts: st.SearchStrategy[str] = field(default=odd_text, repr=False)


@dataclass(frozen=True)
class Sent:
    """A request, and whether its method and path are those of its endpoint."""

    request: RawRequest
    is_routed: bool


@st.composite
def requests(draw: st.DrawFn, endpoint: Endpoint, values: Mapping[str, str]) -> Sent:
    """Return a request of an endpoint; `values` are the correct parameters of its path."""
    method, is_routed = endpoint.method.encode(), True
    if is_rare(draw, 15):
        method = draw(st.sampled_from(METHODS))
        is_routed = method == endpoint.method.encode()
    odd: dict[str, bytes] = {}
    names = re.findall(r"{(\w+)}", endpoint.path)
    if names and is_rare(draw, 6):
        for name in draw(st.sets(st.sampled_from(names), min_size=1, max_size=2)):
            odd[name] = draw(st.sampled_from(SEGMENTS) | odd_text.map(_quote))
    path = re.sub(r"{(\w+)}", lambda match: quote(values[match[1]], safe=""), endpoint.path).encode()
    if odd:
        is_routed = False
        path = b"".join(
            odd.get(part[1:-1]) or quote(values.get(part[1:-1], ""), safe="").encode()
            if part.startswith("{")
            else part.encode()
            for part in re.split(r"({\w+})", endpoint.path)
        )
    if is_rare(draw, 40):
        is_routed = False
        path += draw(st.sampled_from([b"/", b"//", b"/x", b":x", b"%", b".", b";x", b"?", b"%3f", b"\x7f"]))
    query = draw(_queries(endpoint))
    headers = draw(_headers(endpoint))
    body = b""
    if endpoint.body is not None or is_rare(draw, 20):
        body = draw(st.sampled_from(RAW_BODIES) if endpoint.body is None else endpoint.body)
        headers.append(
            (b"Content-Type", draw(st.sampled_from(CONTENT_TYPES)) if is_rare(draw, 15) else endpoint.content_type)
        )
    target = path + (b"?" + query if query else b"")
    return Sent(RawRequest(method, target, tuple(headers), body, chunked=bool(body) and is_rare(draw, 10)), is_routed)


def _quote(text: str) -> bytes:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="").encode()


@st.composite
def _queries(draw: st.DrawFn, endpoint: Endpoint) -> bytes:
    if is_rare(draw, 20):
        return draw(st.sampled_from(QUERIES))
    pairs = [*endpoint.required_query]
    if endpoint.query and is_rare(draw, 2):
        names = st.sampled_from(endpoint.query)
        pairs += draw(st.lists(st.tuples(names, endpoint.texts), max_size=3))
    if is_rare(draw, 30):
        pairs.append((draw(odd_text), draw(odd_text)))
    return b"&".join(_quote(name) + b"=" + _quote(value) for name, value in pairs)


@st.composite
def _headers(draw: st.DrawFn, endpoint: Endpoint) -> list[Header]:
    headers = list(endpoint.headers)
    if headers and is_rare(draw, 15):
        headers.remove(draw(st.sampled_from(headers)))
    if is_rare(draw, 15):
        headers = [pair for pair in headers if pair[0] != b"Authorization"]
        headers.append((b"Authorization", draw(st.sampled_from(AUTHORIZATIONS))))
    if is_rare(draw, 8):
        headers += draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=3))
    return headers
