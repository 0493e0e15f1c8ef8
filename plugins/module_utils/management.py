# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API, by its operations' names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from .connection import Connection
from .errors import MalformedResponseError, OptionError, ResponseError
from .operations import Operation, operation, scopes_of
from .paging import first, further
from .refusal import refusal
from .text import identifier, listed
from .tokens import Bearer, TokenSource
from .transport import Transport

PAGE_LIMIT = 10_000
CORRELATION_ID = "x-correlation_id"  # in answers it has two hyphens


class Management:
    """Calls operations of the managed tenant and realm, with one token for all operations announced.

    ``operations`` are all that a task may call: the token has their scopes and no other, unless ``scopes`` names what
    operations that publish none need. ``within`` holds parameters of the path that all calls share.
    """

    def __init__(
        self,
        tokens: TokenSource,
        transport: Transport,
        operations: list[str],
        *,
        reading_only: bool = False,
        scopes: list[str] | None = None,
    ) -> None:
        self.tokens = tokens
        self.transport = transport
        self.operations = operations
        self.scopes = scopes or scopes_of(operations, reading_only=reading_only)
        self.within: dict[str, str] = {}
        self.bearer: Bearer | None = None  # one token for all requests of a task, also where none is kept

    @property
    def connection(self) -> Connection:
        """The connection that names the managed tenant and realm."""
        return self.tokens.connection

    def call(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Carry an operation out and return its answer's object, empty where it has none."""
        return self.answer(name, parameters, body=body)[1]

    def answer(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Carry an operation out and return its answer's status and object.

        ``parameters`` are those of the path and the query; tenant and realm are the managed ones unless they are among them.
        """
        called = operation(name)
        if name not in self.operations:
            raise AssertionError(f"{name} was not announced")
        what = f"{name} at {self.connection.need('api_url')}"
        answer = self._send(called, self.url(called, parameters or {}), what, body)
        if not answer.ok:
            error = refusal(answer, what)
            raise error.hinted(self._hint(error, called))
        return answer.status, answer.json(what) if answer.content.strip() else {}

    def pages(self, name: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The pages of a listing operation, one after the other, be they the API's own or SCIM's."""
        asked = first(operation(name), parameters or {})
        seen: list[Any] = []
        while len(seen) <= PAGE_LIMIT:
            page = self.call(name, asked)
            following = further(operation(name), asked, page)
            if following in seen:
                raise MalformedResponseError(f"{name}: the pages do not end: a page token came twice.")
            yield page
            if following is None:
                return
            asked = following
            seen.append(asked)
        raise MalformedResponseError(f"{name}: the pages do not end: there are more than {PAGE_LIMIT}.")

    def all(self, name: str, collection: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """All objects of a listing operation, page after page."""
        for page in self.pages(name, parameters):
            items = page.get(collection)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise MalformedResponseError(f"{name}: the answer has no list of {collection}.")
            yield from items

    def url(self, called: Operation, parameters: Mapping[str, Any]) -> str:
        """The address of an operation with these parameters; raises ``OptionError`` for missing and unknown ones."""
        given = {name: value for name, value in {**self.within, **parameters}.items() if value is not None}
        unknown = sorted(set(parameters) - {*called.parameters, *called.query})
        if unknown:
            raise OptionError(
                f"{called.name} has no parameter {listed(unknown)}.",
                f"It has: {listed([*called.parameters, *called.query])}.",
            )
        ambient: dict[str, Any] = {name: self.connection.need(name) for name in called.ambient if name not in given}
        missing = sorted(set(called.parameters) - {*given, *ambient})
        if missing:
            hint = "The managed realm is not deleted unless it is named." if "realm_id" in missing else ""
            raise OptionError(f"{called.name} needs the parameter {listed(missing)}.", hint)
        path = {name: quote(identifier({**ambient, **given}[name], name), safe="") for name in called.parameters}
        query = [(name, text) for name in called.query if name in given for text in _texts(name, given[name])]
        return self.connection.need("api_url") + called.path.format(**path) + (f"?{urlencode(query)}" if query else "")

    def _send(self, called: Operation, url: str, what: str, body: Mapping[str, Any] | None) -> Any:
        bearer = self.bearer or self.tokens.bearer(self.scopes)
        answer = self._send_with(bearer.token.access_token, called, url, what, body)
        if answer.status == 401 and not self.connection.access_token:
            bearer = self.tokens.bearer(self.scopes, rejected=bearer.token.access_token)
            answer = self._send_with(bearer.token.access_token, called, url, what, body)
        self.bearer = bearer
        return answer

    def _send_with(
        self, access_token: str, called: Operation, url: str, what: str, body: Mapping[str, Any] | None
    ) -> Any:
        headers = {"Authorization": f"Bearer {access_token}"}
        if called.is_correlated:
            headers[CORRELATION_ID] = str(uuid4())
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode("utf-8")
        return self.transport.send(called.method, url, what=what, headers=headers, body=content)

    def _hint(self, error: ResponseError, called: Operation) -> str:
        if error.status == 403:
            needed = called.scopes or self.scopes
            scopes = f"the scopes {listed(needed)}, and " if needed else ""
            return f"{called.name} needs {scopes}a token of this tenant that may manage this realm."
        if error.status == 409 and called.method == "DELETE":
            return "Remove what belongs to it first."
        if error.status == 401:
            return (
                "Is the token expired, revoked or of another tenant?"
                if self.connection.access_token
                else "A new token was refused, too."
            )
        return ""


def _texts(name: str, value: Any) -> list[str]:
    """What stands for a value in a query: a list repeats the parameter, booleans are as JSON has them."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float)) for item in items):
        raise OptionError(f"{name} must be a text, a number, true, false, or a list of them.")
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
