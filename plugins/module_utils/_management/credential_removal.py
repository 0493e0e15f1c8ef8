# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revoking passkeys of an identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .._errors import BeyondIdentityError, OptionError, StateError
from .._ids import validate_id
from .._oauth.principal import find_principal_id
from .._predicted import is_predicted
from .client import ManagementClient
from .passkeys import REVOKED, list_owned, revoke
from .resource_types import CREDENTIAL, IDENTITY, Resource

OPERATIONS = (CREDENTIAL.list_operation, CREDENTIAL.get_operation, str(CREDENTIAL.revoke_operation))


@dataclass(frozen=True)
class CredentialOptions:
    """The passkeys of an identity to revoke: one passkey, or all."""

    id: str | None
    all: bool | None

    def __post_init__(self) -> None:
        if (self.id is None) is not bool(self.all):
            raise OptionError("Set either id or all: true.")
        if self.id is not None:
            validate_id(self.id, "id")

    def selects(self, item: Resource) -> bool:
        """Whether to revoke a passkey."""
        return self.id in (None, item["id"])


@dataclass(frozen=True)
class CredentialChange:
    """The change of an identity's passkeys.

    Attributes:
        before, after: the passkeys that are not revoked, the oldest first: a listing has no order.
        selected: the passkeys that the options select, as they are now, revoked ones too.
    """

    before: list[Resource]
    after: list[Resource]
    selected: list[Resource]

    @property
    def changed(self) -> bool:
        """Whether a passkey was revoked."""
        return len(self.before) != len(self.after)


def ensure_revoked(options: CredentialOptions, client: ManagementClient) -> CredentialChange:
    """Revoke the passkeys that the options select. Revoked ones stay listed."""
    listed = sorted(list_owned(CREDENTIAL, client), key=lambda item: (str(item.get("create_time")), item["id"]))
    before = _list_valid(listed)
    wanted = list(filter(options.selects, before))
    if wanted and len(wanted) == len(before):
        _refuse_own(client)
    current = {item["id"]: item for item in listed}
    for item in wanted:
        try:
            current[item["id"]] = revoke(CREDENTIAL, client, item)
        except BeyondIdentityError as error:
            if len(_list_valid(current.values())) < len(before):
                error.details["changed"] = True
            raise
    return CredentialChange(before, _list_valid(current.values()), list(filter(options.selects, current.values())))


def _list_valid(items: Iterable[Resource]) -> list[Resource]:
    return [item for item in items if item.get("state") != REVOKED]


def _refuse_own(client: ManagementClient) -> None:
    """Raise `StateError` if the identity is, or may be, that of the signed-in user, who could not sign in again."""
    token = client.get_token().value  # if the listing was shared, the task has sent no request
    if is_predicted(token):
        return
    principal_id = find_principal_id(token)
    is_unknown = principal_id is None and client.connection.grant_type == "authorization_code"
    if is_unknown or principal_id == client.path_parameters[IDENTITY.id_parameter]:
        may_belong = "may belong" if is_unknown else "belongs"
        raise StateError(
            f"The identity {may_belong} to the signed-in user, so the task cannot revoke the last active passkey.",
            "Use the credentials of an application, or another user's sign-in.",
        )
