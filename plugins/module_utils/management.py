# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API, by its operations' names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from .connection import Connection
from .errors import MalformedResponseError, OptionError, ResponseError
from .operations import Operation, operation, scopes_of
from .refusal import refusal
from .text import identifier, listed
from .tokens import Bearer, TokenSource
from .transport import Transport

PAGE_LIMIT = 10_000


class Management:
    """Calls operations of the managed tenant and realm, with one token for all operations announced.

    ``operations`` are all that a task may call: the token has their scopes and no other.
    """

    def __init__(
        self, tokens: TokenSource, transport: Transport, operations: list[str], *, reading_only: bool = False
    ) -> None:
        self.tokens = tokens
        self.transport = transport
        self.operations = operations
        self.scopes = scopes_of(operations, reading_only=reading_only)
        self._bearer: Bearer | None = None  # one token for all requests of a task, also where none is kept

    @property
    def connection(self) -> Connection:
        """The connection that names the managed tenant and realm."""
        return self.tokens.connection

    def call(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Carry an operation out and return its answer's object, empty where it has none.

        ``parameters`` are those of the path; tenant and realm are the managed ones unless they are among them.
        """
        called = operation(name)
        if name not in self.operations:
            raise AssertionError(f"{name} was not announced")
        what = f"{name} at {self.connection.need('api_url')}"
        url = self._url(called, parameters or {}, query)
        answer = self._send(called, url, what, body)
        if not answer.ok:
            error = refusal(answer, what)
            raise error.hinted(self._hint(error, called))
        return answer.json(what) if answer.content.strip() else {}

    def all(self, name: str, collection: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """All objects of a listing operation, page after page."""
        query: dict[str, Any] = {}
        seen: set[str] = set()
        while True:
            page = self.call(name, parameters, query=query)
            items = page.get(collection)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise MalformedResponseError(f"{name}: the answer has no list of {collection}.")
            yield from items
            token = page.get("next_page_token")
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                raise MalformedResponseError(f"{name}: the pages do not end: a page token came twice.")
            if len(seen) >= PAGE_LIMIT:
                raise MalformedResponseError(f"{name}: the pages do not end: there are more than {PAGE_LIMIT}.")
            seen.add(token)
            query = {"page_token": token}

    def _send(self, called: Operation, url: str, what: str, body: Mapping[str, Any] | None) -> Any:
        bearer = self._bearer or self.tokens.bearer(self.scopes)
        answer = self._send_with(bearer.token.access_token, called, url, what, body)
        if answer.status == 401 and not self.connection.access_token:
            bearer = self.tokens.bearer(self.scopes, rejected=bearer.token.access_token)
            answer = self._send_with(bearer.token.access_token, called, url, what, body)
        self._bearer = bearer
        return answer

    def _send_with(
        self, access_token: str, called: Operation, url: str, what: str, body: Mapping[str, Any] | None
    ) -> Any:
        headers = {"Authorization": f"Bearer {access_token}"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode("utf-8")
        return self.transport.send(called.method, url, what=what, headers=headers, body=content)

    def _url(self, called: Operation, parameters: Mapping[str, Any], query: Mapping[str, Any] | None) -> str:
        values = dict(parameters)
        for name in called.parameters:
            values.setdefault(name, None)
            if values[name] is None:
                if name not in ("tenant_id", "realm_id"):
                    raise OptionError(f"{called.name} needs the parameter {name}.")
                values[name] = self.connection.need(name)
        path = called.path.format(**{name: quote(identifier(value, name), safe="") for name, value in values.items()})
        return self.connection.need("api_url") + path + (f"?{urlencode(query)}" if query else "")

    def _hint(self, error: ResponseError, called: Operation) -> str:
        if error.status == 403:
            return f"{called.name} needs the scopes {listed(called.scopes)}, and a token of this tenant that may manage this realm."
        if error.status == 401:
            return (
                "Is the token expired, revoked or of another tenant?"
                if self.connection.access_token
                else "A new token was refused, too."
            )
        return ""
