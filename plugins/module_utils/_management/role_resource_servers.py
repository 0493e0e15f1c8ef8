# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource server that a role belongs to."""

from __future__ import annotations

from .._errors import OptionError, ResponseError, StateError
from .._text import sanitize_for_display
from .client import ManagementClient
from .references import list_reference_operations, read_reference
from .resource_lookup import describe_resource, list_resources, validate_resource
from .resource_types import RESOURCE_SERVER, ROLE, Resource


class RoleServers:
    """The realm's resource servers, and the selected resource server."""

    def __init__(self, name: str) -> None:
        if not name:
            raise OptionError("resource_server must not be empty.", "Omit it for the Management API's resource server.")
        self.name = name

    def list_operations(self, *, is_read: bool, may_be_elsewhere: bool) -> tuple[str, ...]:
        """Return the operations that are needed to select the resource server.

        Args:
            is_read: whether the resource server is needed, not only its ID.
            may_be_elsewhere: whether a role that is not found is looked for at the other resource servers.
        """
        if may_be_elsewhere:
            return RESOURCE_SERVER.list_lookup_operations(by_id=False)
        return list_reference_operations(RESOURCE_SERVER, self.name, is_read=is_read)

    def select(self, client: ManagementClient) -> Resource:
        """Return the selected resource server. All later calls of the client are about its roles.

        If the token does not allow the task to read resource servers, the result has only the ID that the option sets.
        """
        if RESOURCE_SERVER.get_operation in client.operations:
            server = read_reference(RESOURCE_SERVER, client, self.name)
        else:
            server = {"id": self.name}
        client.path_parameters[RESOURCE_SERVER.id_parameter] = server["id"]
        return server

    def refuse_elsewhere(self, client: ManagementClient, role_id: str) -> None:
        """Raise `StateError` if a role that was not found belongs to another resource server: it still grants scopes."""
        if RESOURCE_SERVER.list_operation not in client.operations:
            return
        selected = client.path_parameters.get(RESOURCE_SERVER.id_parameter)
        for server in list_resources(RESOURCE_SERVER, client).items:
            if server.get("id") != selected and _has_role(client, server, role_id):
                raise StateError(
                    f"The role {role_id} belongs to {describe_resource(RESOURCE_SERVER, server)}, "
                    f"not to '{sanitize_for_display(self.name, 120)}'.",
                    "Set resource_server to that resource server.",
                )


def _has_role(client: ManagementClient, server: Resource, role_id: str) -> bool:
    parameters = {
        RESOURCE_SERVER.id_parameter: validate_resource(RESOURCE_SERVER, server)["id"],
        ROLE.id_parameter: role_id,
    }
    try:
        client.call(ROLE.get_operation, parameters)
    except ResponseError as error:
        if error.status != 404:
            raise
        return False
    return True
