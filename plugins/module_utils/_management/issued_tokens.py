# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that an application issued, as the Management API lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .._errors import MalformedResponseError, OptionError
from .._ids import is_service_id, is_valid_id, validate_id
from .._oauth.connection import Connection
from .._oauth.jwt_claims import read_unverified_claims
from .client import REVOKE_OPERATION, ManagementClient
from .members import find_identity_ids
from .operation_catalogue import find_operation
from .realm_limit import refuse_other_realm
from .references import find_reference_id, list_reference_operations
from .resource_types import APPLICATION, IDENTITY, Resource, ResourceType

LIST_OPERATION = "ListTokens"

_MINIMUM_SUFFIX = 8  # characters; a shorter suffix may match another token by chance


@dataclass(frozen=True)
class IssuedTokenOptions:
    """Which tokens are selected: of an application and a principal (by ID or name), or with an ID; `None` for any.

    The default application is the authenticating one.

    Raises:
        OptionError: an option is empty, or is not a valid ID.
    """

    application: str | None
    principal_type: str | None
    principal_id: str | None
    id: str | None

    def __post_init__(self) -> None:
        empty = [name for name, value in vars(self).items() if value == ""]
        if empty:
            raise OptionError(f"{' and '.join(empty)} must not be empty.", "Omit options that you do not need.")
        if self.id is not None:
            validate_id(self.id, "id")

    def list_operations(self, connection: Connection) -> list[str]:
        """Return the operations that finding the tokens needs. Only a name needs the right to read objects of its kind."""
        operations = [LIST_OPERATION]
        if self.application and self.application != connection.application_id:
            operations += list_reference_operations(APPLICATION, self.application)
        if self.principal_id and self.principal_id != connection.application_id:
            operations += list_reference_operations(self.principal_resource_type, self.principal_id)
        return operations

    @property
    def principal_resource_type(self) -> ResourceType:
        """The type of the principal."""
        return APPLICATION if self.principal_type == APPLICATION.noun else IDENTITY


class IssuedTokens:
    """The tokens of one application.

    Search for the authenticating application in its own realm, and for any other application in the managed realm.
    """

    def __init__(self, options: IssuedTokenOptions, client: ManagementClient) -> None:
        connection = client.connection
        self.options = options
        self.client = client
        self.is_own_application = options.application in (None, connection.application_id)
        client.use_realm(connection.require("auth_realm_id" if self.is_own_application else "realm_id"))
        self.path_parameters = {
            "realm_id": client.path_parameters["realm_id"],
            "application_id": self._find_application_id(),
        }
        # before a caller removes stored sign-ins whose tokens it then cannot list
        refuse_other_realm(client.pinned_realm_id, find_operation(LIST_OPERATION), self.path_parameters["realm_id"])
        self.principal_id = self._find_principal_id()

    @property
    def application_id(self) -> str:
        """The application's ID."""
        return self.path_parameters["application_id"]

    def list_tokens(self) -> Iterator[Resource]:
        """Yield the tokens that the options select, as the API lists them, each once."""
        principal = {"principal_type": self.options.principal_type, "principal_id": self.principal_id}
        seen = set()
        for token in self.client.list_all(LIST_OPERATION, "tokens", {**self.path_parameters, **principal}):
            token_id = token.get("id")
            if not is_valid_id(token_id):
                raise MalformedResponseError(
                    f"{LIST_OPERATION}: the response has a token without a valid ID.", "Check api_url."
                )
            if token_id not in seen and self.options.id in (None, token_id):
                yield token
            if token_id == self.options.id:
                return  # an ID is unique
            seen.add(token_id)

    def revoke(self, token: Resource) -> None:
        """Revoke one of the tokens by its ID."""
        self.client.call(REVOKE_OPERATION, {**self.path_parameters, "token_id": token["id"]})

    def is_in_use(self, token: Resource) -> bool:
        """Whether this is the token that the requests are sent with."""
        used = self.client.token
        return used is not None and match_tokens([token])(used.value)

    def is_issued_for_task(self, token: Resource) -> bool:
        """Whether the task itself requested this token."""
        return self.is_in_use(token) and self.client.token is not None and not self.client.token.cached

    def _find_application_id(self) -> str:
        application = self.options.application
        if application is None or self.is_own_application:
            return self.client.connection.require("application_id")
        return find_reference_id(APPLICATION, self.client, application)

    def _find_principal_id(self) -> str | None:
        """Return the principal's ID. A principal with a name is in the realm of the application."""
        value, own_id = self.options.principal_id, self.client.connection.application_id
        if value is None or value == own_id or is_service_id(value):
            return value
        if self.options.principal_resource_type is IDENTITY:
            return find_identity_ids(self.client, [value])[0]
        return find_reference_id(APPLICATION, self.client, value)


def match_tokens(tokens: Iterable[Resource]) -> Callable[[str], bool]:
    """Return a function that decides whether a value is one of these tokens.

    A self-contained token is recognized by its ID, any other token by its suffix.
    """
    known = list(tokens)
    ids = {token["id"] for token in known}
    suffixes = tuple(
        suffix
        for token in known
        if isinstance(suffix := token.get("token_suffix"), str) and len(suffix) >= _MINIMUM_SUFFIX
    )

    def matches(value: str) -> bool:
        token_id = (read_unverified_claims(value) or {}).get("jti")
        return token_id in ids if isinstance(token_id, str) else value.endswith(suffixes)

    return matches
