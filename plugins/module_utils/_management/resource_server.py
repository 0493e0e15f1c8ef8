# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource servers: which scopes one offers."""

from __future__ import annotations

from collections.abc import Iterable

from .._errors import MalformedResponseError, StateError
from .._text import join_names, suggest_nearest
from .operation_catalogue import get_catalogue
from .operation_scopes import SCOPE_CUTOFF
from .resource_lookup import describe_resource
from .resource_types import RESOURCE_SERVER, Resource


def get_offered_scopes(server: Resource) -> list[str]:
    """Return the scopes that a resource server offers."""
    offered = server.get("scopes") or []
    if not isinstance(offered, list) or not all(isinstance(scope, str) for scope in offered):
        raise MalformedResponseError(
            f"Unexpected response from the API: {describe_resource(RESOURCE_SERVER, server)} has no list of scopes.",
            "Check api_url.",
        )
    return offered


def validate_offered_scopes(server: Resource, scopes: Iterable[str]) -> None:
    """Raise `StateError` unless the resource server offers all of these scopes."""
    offered = get_offered_scopes(server)
    unknown = sorted(set(scopes) - set(offered))
    if unknown:
        suggestions = [text for scope in unknown if (text := _suggest_scopes(scope, offered))]
        raise StateError(
            f"{describe_resource(RESOURCE_SERVER, server)} does not offer {join_names(unknown)}.",
            f"{' '.join(suggestions)} Use scopes that it offers: {join_names(offered, 200)}.".strip(),
        )


def _suggest_scopes(scope: str, offered: Iterable[str]) -> str:
    """Return a suggestion for an unknown scope, or an empty text."""
    operation = get_catalogue().get(scope)
    if operation:
        return f"{scope} is an operation. Its scopes: {join_names(operation.scopes)}."
    return suggest_nearest(scope, sorted(offered), SCOPE_CUTOFF)
