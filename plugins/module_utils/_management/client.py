# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API's client: calls operations by their names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from .._errors import MalformedResponseError, OptionError
from .._http.error_responses import error_from_response, get_meant_status, is_error
from .._http.response import Response
from .._http.session import HttpSession
from .._ids import validate_id
from .._oauth.connection import Connection
from .._oauth.token_sources import IssuedToken, TokenRequest, TokenSource, send_with_replacement
from .._text import join_names
from .api_errors import hint_on_api_error
from .listing_memory import ListingMemory
from .operation import Operation
from .operation_catalogue import find_operation
from .operation_scopes import get_operation_scopes
from .paging import first_page, identify_item, is_empty, is_shifted, next_page, read_items
from .realm_limit import refuse_other_realm
from .resource_types import IDENTITY_TYPES, RESOURCE_TYPES, ResourceType
from .run_memory import RunMemory

_CONTRADICTIONS = (404, 409)  # the service has other objects than a listing showed
READINGS = 3  # how often a listing is read that changes while it is read
PAGE_LIMIT = 10_000
EMPTY_PAGE_LIMIT = 20  # in a row
_HINT_ON_PAGES = "Check api_url, and any proxy or gateway."
REVOKE_OPERATION = "RevokeToken"
CORRELATION_ID = "x-correlation_id"  # in responses the name has two hyphens


class ManagementClient:
    """Calls operations of the managed tenant and realm, with one token for all announced operations.

    Args:
        operations: all operations that a task may call. The token has their scopes and no others.
        reading_only: request the scopes of reading operations only.
        scopes: further scopes of the token, for operations that publish none.
        pinned_realm_id: the only realm that the run may manage; `None` for any realm.
        on_revoked: is called with the ID of each token that the API revokes, and that of its application.

    `path_parameters` holds parameters that all calls share, `extra_parameters` those of the query that the catalogue lacks.
    `memory` knows what the run wrote, `listings` what the task listed.

    Attributes:
        is_predicting: whether writing operations are not sent.
    """

    is_predicting = False

    def __init__(
        self,
        token_source: TokenSource,
        session: HttpSession,
        operations: Iterable[str],
        *,
        reading_only: bool = False,
        scopes: Iterable[str] = (),
        memory: RunMemory | None = None,
        pinned_realm_id: str | None = None,
        listings: ListingMemory | None = None,
        on_revoked: Callable[[str, str], None] = lambda token_id, application_id: None,
    ) -> None:
        self.token_source = token_source
        self.session = session
        self.operations = list(operations)
        published = get_operation_scopes(self.operations, reading_only=reading_only)
        self.scopes = sorted({*scopes, *published})
        self.memory = memory or RunMemory(None, token_source.connection)
        self.pinned_realm_id = pinned_realm_id
        self.listings = listings or ListingMemory()
        self.on_revoked = on_revoked
        self.path_parameters: dict[str, str] = {}
        self.extra_parameters: dict[str, Any] = {}
        self.token: IssuedToken | None = None  # one token for all requests of a task, even without a store

    @property
    def connection(self) -> Connection:
        """The connection that names the managed tenant and realm."""
        return self.token_source.connection

    def use_realm(self, realm_id: str) -> None:
        """Let all later calls work on the objects of this realm instead of the managed realm."""
        self.path_parameters["realm_id"] = realm_id
        connection = replace(self.connection, realm_id=realm_id)
        self.memory = RunMemory(self.memory.store, connection, is_read_only=self.memory.is_read_only)

    def call(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Carry out an operation and return the object in its response; an empty object if the response has no body."""
        return self.call_with_status(name, parameters, body=body)[1]

    def call_with_status(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, body: Mapping[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Carry out an operation and return its response's status and object.

        Args:
            parameters: those of the path and of the query. Tenant and realm default to the managed ones.
            body: sent as JSON; `None` to send no body.

        Raises:
            OptionError: a parameter is missing, unknown, or malformed. No request was sent.
            ResponseError: the API refused the request, whatever the status. The message has a hint on scopes, tokens, or dependent objects.
        """
        operation = find_operation(name)
        if name not in self.operations:
            raise AssertionError(f"{name} was not announced")
        action = f"{name} at {self.connection.require('api_url')}"
        try:
            response = self._send(operation, self.build_url(operation, parameters or {}), action, body)
        finally:  # also if the response is lost
            self._remember_write(operation, parameters or {})
        if is_error(response):
            if response.status in _CONTRADICTIONS:
                self.listings.drop()
            error = error_from_response(response, action)
            hint = hint_on_api_error(error, operation, self.scopes, self.token_source)
            raise error.with_hint(hint)
        if name == REVOKE_OPERATION:
            complete = self._complete(operation, parameters or {})
            self.on_revoked(str(complete["token_id"]), str(complete["application_id"]))
        if operation.method == "DELETE":
            return response.status, response.json_or_none() or {}  # some gateways confirm a deletion with text
        return response.status, response.json(action) if response.content.strip() else {}

    def list_pages(self, name: str, parameters: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the responses of a listing operation, page by page. A page is requested when the caller needs it.

        Raises:
            MalformedResponseError: a page token was returned twice, the listing has more than `PAGE_LIMIT` pages,
                or `EMPTY_PAGE_LIMIT` pages in a row are empty and not the last pages.
        """
        operation = find_operation(name)
        requested = first_page(operation, parameters or {})
        seen: list[Any] = []
        empty = 0
        while len(seen) <= PAGE_LIMIT and empty < EMPTY_PAGE_LIMIT:
            page = self.call(name, requested)
            empty = empty + 1 if is_empty(page) else 0
            following = next_page(operation, requested, page)
            if following in seen:
                raise MalformedResponseError(
                    f"{name}: the pages do not end: a page token was returned twice.", _HINT_ON_PAGES
                )
            yield page
            if following is None:
                return
            requested = following
            seen.append(requested)
        reason = (
            f"{empty} pages in a row have no objects"
            if empty >= EMPTY_PAGE_LIMIT
            else f"the listing has more than {PAGE_LIMIT} pages"
        )
        raise MalformedResponseError(f"{name}: the pages do not end: {reason}.", _HINT_ON_PAGES)

    def read_pages(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return all pages of a listing operation. A listing that changed while it was read is read again.

        Two equal readings end the repetition: the total of the service then counts other things than the objects.
        """
        earlier: list[dict[str, Any]] = []
        for _reading in range(READINGS):
            pages = list(self.list_pages(name, parameters))
            if pages == earlier or not is_shifted(pages, parameters or {}):
                break
            earlier = pages
        return pages

    def list_all(
        self, name: str, collection: str, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the objects of a listing operation from all pages, each once.

        A listing that changed while it was read is read again, for the objects that the first reading skipped.

        Args:
            collection: the key of a page's objects.
        """
        seen: set[str] = set()
        earlier: list[dict[str, Any]] = []
        for _reading in range(READINGS):
            pages: list[dict[str, Any]] = []
            for page in self.list_pages(name, parameters):
                pages.append(page)
                for item in read_items(name, collection, page):
                    if (key := identify_item(item)) not in seen:
                        seen.add(key)
                        yield item
            if pages == earlier or not is_shifted(pages, parameters or {}):
                return
            earlier = pages

    def can_read(self, operation: Operation, parameters: Mapping[str, Any]) -> bool:
        """Whether an operation can be sent. In check mode, it cannot if it names a predicted object."""
        return True

    def add_predictions(self, resource_type: ResourceType, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a listing as it would be after the writes that were predicted. Only in check mode there are some."""
        return items

    @property
    def _token_request(self) -> TokenRequest:
        return TokenRequest(tuple(self.scopes))

    def get_token(self) -> IssuedToken:
        """Return the token for the next request. Before the first request, it can differ from `token`."""
        token = self.token
        return self.token_source.get(self._token_request) if token is None or token.is_outdated else token

    def remember_address_change(self, identity_id: str) -> None:
        """Remember that this run changes the primary e-mail address of an identity. Call it before the request."""
        self.memory.remember_address_change(identity_id)

    def has_changed_address(self, identity_id: str) -> bool:
        """Whether this run changed the primary e-mail address of an existing identity."""
        return self.memory.has_changed_address(identity_id)

    def build_url(self, operation: Operation, parameters: Mapping[str, Any]) -> str:
        """Return the URL of an operation with these parameters; raise `OptionError` for missing and unknown parameters."""
        self._refuse_unknown(operation, parameters)
        given = {name: value for name, value in {**self.path_parameters, **parameters}.items() if value is not None}
        values = {**self._get_default_parameters(operation, given), **given}
        missing = sorted(set(operation.path_parameters) - set(values))
        if missing:
            reason = "The managed realm is deleted only if realm_id names it. " if "realm_id" in missing else ""
            raise OptionError(
                f"{operation.name} needs the parameter {join_names(missing)}.",
                f"{reason}Set {join_names(missing)} in parameters.",
            )
        path = {name: quote(validate_id(values[name], name), safe="") for name in operation.path_parameters}
        refuse_other_realm(self.pinned_realm_id, operation, path.get("realm_id"))
        sent = {name: given[name] for name in operation.query if name in given}
        query = [
            (name, text)
            for name, value in {**sent, **self.extra_parameters}.items()
            for text in _to_query_values(name, value)
        ]
        url = self.connection.require("api_url") + operation.path.format(**path)
        return f"{url}?{urlencode(query)}" if query else url

    def _remember_write(self, operation: Operation, parameters: Mapping[str, Any]) -> None:
        """Remember a write. An earlier listing does not show it, and earlier refusals of an application's credentials end."""
        if operation.is_reading:
            return
        given = {**self.path_parameters, **parameters}
        for resource_type in (*RESOURCE_TYPES, *IDENTITY_TYPES):
            if operation.name == resource_type.create_operation:
                self.memory.remember_write(resource_type.noun)
            elif operation.path_parameters[-1] == resource_type.id_parameter:
                self.memory.remember_write(resource_type.noun, str(given.get(resource_type.id_parameter, "")))

    def _refuse_unknown(self, operation: Operation, parameters: Mapping[str, Any]) -> None:
        known = [*operation.path_parameters, *operation.query]
        unknown = sorted(set(parameters) - set(known))
        if unknown:
            raise OptionError(
                f"{operation.name} has no parameter {join_names(unknown)}.",
                f"Use one of its parameters: {join_names(known)}.",
            )

    def _get_default_parameters(self, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.connection.require(name) for name in operation.default_parameters if name not in given}

    def _complete(self, operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call, and the shared parameters of all calls, which can be of other operations."""
        return {**self._get_default_parameters(operation, parameters), **self.path_parameters, **parameters}

    def _send(self, operation: Operation, url: str, action: str, body: Mapping[str, Any] | None) -> Response:
        request, token = self._token_request, self.get_token()

        def send(access_token: str) -> tuple[int, Response]:
            response = self._send_with(access_token, operation, url, action, body)
            return get_meant_status(response), response

        response, self.token = send_with_replacement(self.token_source, request, token, operation.name, send)
        return response

    def _send_with(
        self, access_token: str, operation: Operation, url: str, action: str, body: Mapping[str, Any] | None
    ) -> Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        if operation.needs_correlation_id:
            headers[CORRELATION_ID] = str(uuid4())
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode("utf-8")
        return self.session.send(operation.method, url, action=action, headers=headers, body=content)


def _to_query_values(name: str, value: Any) -> list[str]:
    """Return a parameter's values: a list repeats the parameter, booleans are as in JSON."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, (str, int, float)) for item in items):
        raise OptionError(
            f"{name} must be text, a number, true, false, or a list of these.",
            "Write the parameter as one of these. Put objects into body.",
        )
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]
