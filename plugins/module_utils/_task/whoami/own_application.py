# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The allowed scopes of the authenticating application, if its credentials can read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..._errors import BeyondIdentityError, ResponseError, SignInRequiredError
from ..._management.resource_lookup import validate_resource
from ..._management.resource_types import APPLICATION, Resource
from ..context import TaskContext
from .refusals import is_refused_scope

READING_LIFETIME = 60  # seconds; the token can read the secret of every application in the realm

_HOW = (
    "In the Admin Console, open Apps and select the application: it shows the allowed scopes. Or test scopes with the options "
    "scopes and operations (whoami_scopes and whoami_operations of the playbook)."
)


@dataclass(frozen=True)
class OwnApplication:
    """The properties of the authenticating application, from the API.

    Attributes:
        allowed_scopes: `None` if unknown.
        maximum_lifetime: the longest lifetime of its tokens in seconds; `None` if unknown.
        unknown_because: why the rest is unknown, and how to find out; empty if it is known.
    """

    allowed_scopes: list[str] | None = None
    maximum_lifetime: int | None = None
    unknown_because: str = ""

    @classmethod
    def build_unknown(cls, reason: str) -> OwnApplication:
        """Return an application that could not be read."""
        return cls(unknown_because=f"{reason} {_HOW}")


def read_own_application(task: TaskContext) -> OwnApplication:
    """Read the authenticating application with a token that has only the scope for this.

    With client credentials, the request for this token tells whether the credentials are accepted: the service can refuse the
    scope only after it accepted the client. The token is valid for a short time. Other tokens are used as they are.

    Raises:
        ResponseError: the credentials are refused, or the API refuses a new token.
    """
    connection = task.connection
    if not connection.application_id or not connection.auth_realm_id:
        return OwnApplication.build_unknown("The application is unknown, because no option and no token names it.")
    changed: dict[str, Any] = {"realm": None, "realm_id": connection.auth_realm_id, "min_validity": None}
    if connection.credential_type == "client_credentials":
        changed["expiration_time"] = min(READING_LIFETIME, connection.expiration_time)
        changed["token_cache"] = "none" if task.params["token_cache"] == "none" else "run"
    client = task.derive(**changed).build_client(APPLICATION.get_operation)
    scopes = ", ".join(client.scopes)
    try:
        client.token = client.get_token()
    except (ResponseError, SignInRequiredError) as error:
        if isinstance(error, ResponseError) and not is_refused_scope(error):
            raise
        return OwnApplication.build_unknown(f"The application cannot grant the scope {scopes}.")
    try:
        item = client.call(APPLICATION.get_operation, {APPLICATION.id_parameter: connection.application_id})
    except ResponseError as error:
        if error.status == 403:
            return OwnApplication.build_unknown(
                f"The token does not allow to read the application. This needs the scope {scopes}."
            )
        raise explain_refused_token(task, error) from None
    return _read(validate_resource(APPLICATION, item))


def explain_refused_token(task: TaskContext, error: ResponseError) -> BeyondIdentityError:
    """Return the error for a token that the API does not know, although the authorization server has just issued it."""
    if error.status != 401 or task.connection.credential_type != "client_credentials":
        return error
    return BeyondIdentityError(
        error.reason,
        "The authorization server issued the token a moment ago, so api_url belongs to another region or service than issuer. "
        "Check api_url.",
    )


def _read(item: Resource) -> OwnApplication:
    protocol = item.get("protocol_config") or {}
    scopes, configuration = protocol.get("allowed_scopes"), protocol.get("token_configuration")
    lifetime = configuration.get("expires_after") if isinstance(configuration, dict) else None
    if not isinstance(scopes, list):
        return OwnApplication.build_unknown("The API returned no allowed scopes.")
    return OwnApplication(sorted(map(str, scopes)), lifetime if isinstance(lifetime, int) else None)
