# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules for the objects of one identity: its passkeys and invitations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from .._errors import NotFoundError, OptionError
from .._ids import is_service_id, validate_id
from .._management.client import ManagementClient
from .._management.members import find_identity_ids
from .._management.passkeys import list_owned
from .._management.references import look_again
from .._management.resource_lookup import read_resource
from .._management.resource_types import IDENTITY, Resource, ResourceType
from .._masking import remove_secrets
from .context import ModuleResult, TaskContext

_EVERY_IDENTITY = "-"  # instead of an ID in the path of a listing
_SUBJECT = "passkeys of an identity"


class OwnedChange(Protocol):
    """The change of the objects of an identity. `before` and `after` are those that are valid."""

    @property
    def before(self) -> list[Resource]:
        """The objects before the task."""

    @property
    def after(self) -> list[Resource]:
        """The objects after the task, or as they are predicted."""

    @property
    def changed(self) -> bool:
        """Whether anything was written."""


Change = TypeVar("Change", bound=OwnedChange)


def change_owned(
    task: TaskContext,
    resource_type: ResourceType,
    operations: Iterable[str],
    change: Callable[[ManagementClient], Change],
) -> tuple[ModuleResult, Change | None]:
    """Change objects of the identity that the option `identity` names. Return the result of a state module, and the change.

    During this, no other host of the run works on the identity's passkeys. Hosts can name the identity in different ways, so
    its ID is locked, too. Nothing changes if the objects must be absent and the identity does not exist.

    Args:
        change: changes the objects, with a client for the `operations` on this identity.
    """
    identity = str(task.params["identity"])
    is_removal = task.params["state"] == "absent"
    purpose = task.build_lock_purpose(
        f"work on the {_SUBJECT}",
        f"several hosts can create the same {resource_type.noun}",
        is_unrepeatable=not is_removal and not task.check_mode,
    )
    _refuse_empty(identity)
    with task.lock(_SUBJECT, identity.casefold(), purpose=purpose):
        client = task.build_client(*operations, *_list_identity_operations(identity))

        def find_and_change() -> Change | None:
            try:
                id = _find_identity(client, identity)
            except NotFoundError:
                if is_removal:
                    return None
                raise
            if id.casefold() == identity.casefold():
                return change(client)
            with task.lock(_SUBJECT, id.casefold(), purpose=purpose):
                return change(client)

        done = look_again(client, find_and_change)
    before, after = (
        _describe(resource_type, client, items) for items in ((done.before, done.after) if done else (None, None))
    )
    diff = {"before": before or {}, "after": after or {}}
    return {"changed": bool(done and done.changed), "before": before, "after": after, "diff": diff}, done


def read_owned(
    task: TaskContext,
    resource_type: ResourceType,
    *,
    query: Mapping[str, str] = MappingProxyType({}),
    is_wanted: Callable[[Resource], bool] = lambda item: True,
) -> ModuleResult:
    """Return the objects of the identity that the option `identity` names, or of all identities, or the object with the `id`.

    Args:
        query: parameters by which the service selects objects.
        is_wanted: whether to return an object. A service that ignores `query` lists other objects, too.
    """
    identity, id = task.params["identity"], task.params["id"]
    if identity is not None:
        _refuse_empty(identity)
    own_operations = resource_type.list_lookup_operations(by_id=False)  # both need the same scope
    client = task.build_client(*own_operations, *(_list_identity_operations(identity) if identity else ()))

    def read() -> list[Resource]:
        if identity is None:
            client.path_parameters[IDENTITY.id_parameter] = _EVERY_IDENTITY
        else:
            _find_identity(client, identity)
        if id is None:
            return list(filter(is_wanted, list_owned(resource_type, client, query)))
        found = read_resource(resource_type, client, validate_id(id, "id"))
        return [found] if found else []

    return {resource_type.collection: remove_secrets(look_again(client, read))}


def _refuse_empty(identity: str) -> None:
    if not identity.strip():
        raise OptionError("identity must not be empty.", "Set it to an ID, a username or an e-mail address.")


def _list_identity_operations(identity: str) -> tuple[str, ...]:
    """Return the operations that find an identity. An ID needs none, and is not verified."""
    return () if is_service_id(identity) else IDENTITY.list_lookup_operations(by_id=False)


def _find_identity(client: ManagementClient, identity: str) -> str:
    """Return the ID of an identity, and let all later calls of the client concern the identity."""
    id: str = identity if is_service_id(identity) else find_identity_ids(client, [identity])[0]
    client.path_parameters[IDENTITY.id_parameter] = id
    return id


def _describe(
    resource_type: ResourceType, client: ManagementClient, items: list[Resource] | None
) -> dict[str, Any] | None:
    """Return the valid objects of an identity as a result shows them; `None` if the identity does not exist."""
    if items is None:
        return None
    id = client.path_parameters[IDENTITY.id_parameter]
    return {IDENTITY.id_parameter: id, resource_type.collection: remove_secrets(items)}
