# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource servers: found by whatever names one, and what scopes they offer."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import MalformedResponseError, StateError
from .management import Management
from .resource import RESOURCE_SERVER, Object, described, pick
from .text import listed


def find_server(management: Management, value: str) -> Object:
    """The resource server with this id, identifier or name; else an error that lists them all."""
    return pick_server(all_servers(management), value)


def all_servers(management: Management) -> list[Object]:
    """All resource servers of the managed realm."""
    return list(management.all(RESOURCE_SERVER.list, RESOURCE_SERVER.collection))


def pick_server(servers: Iterable[Object], value: str) -> Object:
    """The one of them with this id, identifier or name; else an error that lists them all."""
    return pick(RESOURCE_SERVER, servers, value, ("id", "identifier", "display_name"))


def check_offered(server: Object, scopes: Iterable[str]) -> None:
    """A resource server gives the scopes that it offers, and no others."""
    offered = server.get("scopes") or []
    if not isinstance(offered, list) or not all(isinstance(scope, str) for scope in offered):
        raise MalformedResponseError(f"{described(RESOURCE_SERVER, server)} has no list of scopes.", "Check api_url.")
    unknown = set(scopes) - set(offered)
    if unknown:
        raise StateError(
            f"{described(RESOURCE_SERVER, server)} does not offer {listed(unknown)}.",
            f"It offers: {listed(offered, 200)}.",
        )
