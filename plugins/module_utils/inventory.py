# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that an application issued, as the Management API lists them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .claims import unverified_claims
from .connection import Connection
from .errors import MalformedResponseError, OptionError, StateError
from .resource import APPLICATION, Object, find
from .task import Task
from .text import identifier, is_identifier, one_line

LIST, REVOKE = "ListTokens", "RevokeToken"

OPTIONS: dict[str, dict[str, Any]] = {
    "application": {"type": "str"},
    "principal_type": {"type": "str", "choices": ["application", "identity"]},
    "principal_id": {"type": "str"},
    "id": {"type": "str"},
}

_SUFFIX = 8  # a shorter end is no proof
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Inventory:
    """An application's tokens. The authenticating application lives in its own realm, any other in the managed one."""

    def __init__(self, task: Task, *operations: str) -> None:
        params, connection = task.params, task.connection
        self.params = {name: params[name] for name in OPTIONS}
        empty = [name for name, value in self.params.items() if value == ""]
        if empty:
            raise OptionError(f"{' and '.join(empty)} must not be empty.", "Leave out what shall not matter.")
        for name in ("id", "principal_id"):
            if self.params[name] is not None:
                identifier(self.params[name], name)
        application = self.params["application"]
        by_name = _is_name(application, connection)
        self.management = task.management(LIST, *operations, *([APPLICATION.list] if by_name else []))
        self.is_ours = application in (None, connection.application_id)
        self.place = {
            "realm_id": connection.need("auth_realm_id" if self.is_ours else "realm_id"),
            "application_id": connection.need("application_id") if self.is_ours else application,
        }
        if by_name:
            self.place["application_id"] = self._application_id()

    def tokens(self) -> Iterator[Object]:
        """The tokens, of the principal and with the id that the options name, each once."""
        principal = {name: self.params[name] for name in ("principal_type", "principal_id")}
        seen = set()
        for token in self.management.all(LIST, "tokens", {**self.place, **principal}):
            token_id = token.get("id")
            if not is_identifier(token_id):
                raise MalformedResponseError(
                    f"{LIST}: the answer holds a token without an id that can be used.", "Check api_url."
                )
            if token_id not in seen and self.params["id"] in (None, token_id):
                yield token
            if token_id == self.params["id"]:
                return  # there is one token of an id
            seen.add(token_id)

    def revoke(self, token: Object) -> None:
        """Revoke one of them by its id."""
        self.management.call(REVOKE, {**self.place, "token_id": token["id"]})

    def is_in_use(self, token: Object) -> bool:
        """Whether this is the token that the requests are sent with."""
        bearer = self.management.bearer
        return bearer is not None and matcher([token])(bearer.token.access_token)

    def is_own(self, token: Object) -> bool:
        """Whether it was minted for these very requests."""
        return self.is_in_use(token) and self.management.bearer is not None and not self.management.bearer.cached

    def _application_id(self) -> str:
        name = self.params["application"]
        found = find(APPLICATION, self.management, id=None, display_name=name)
        if found is None:
            raise StateError(
                f"There is no application '{one_line(name, 120)}' in the managed realm.",
                "The module application_info lists them.",
            )
        return found["id"]


def matcher(tokens: Iterable[Object]) -> Callable[[str], bool]:
    """What tells whether a value is that of one of these tokens: by the id in a self-contained one, by the end of any other."""
    listed = list(tokens)
    ids = {token["id"] for token in listed}
    suffixes = tuple(
        suffix for token in listed if isinstance(suffix := token.get("token_suffix"), str) and len(suffix) >= _SUFFIX
    )

    def matches(value: str) -> bool:
        token_id = (unverified_claims(value) or {}).get("jti")
        return token_id in ids if isinstance(token_id, str) else value.endswith(suffixes)

    return matches


def _is_name(application: str | None, connection: Connection) -> bool:
    """Whether an application is not given by its id: only then all of them have to be read."""
    return application not in (None, connection.application_id) and not _UUID.fullmatch(application or "")
