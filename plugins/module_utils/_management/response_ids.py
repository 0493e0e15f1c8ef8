# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs in responses, which playbooks build paths from, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._errors import MalformedResponseError
from .._ids import is_safe_id, is_valid_id
from .._text import sanitize_for_display
from .operation import Operation


def refuse_malformed_ids(name: str, items: Iterable[Mapping[str, Any]]) -> None:
    """Raise `MalformedResponseError` if an object of a known type has an ID that is not valid."""
    for item in items:
        if "id" in item and not is_valid_id(item["id"]):
            raise _build_error(name, item["id"])


def refuse_unsafe_ids(operation: Operation, response: Mapping[str, Any]) -> None:
    """Raise `MalformedResponseError` if the object of any response, or an object in its lists, has an ID that is not safe.

    After a write, the error has `changed: true`.
    """
    listed = [item for value in response.values() if isinstance(value, list) for item in value]
    for item in (response, *listed):
        id = item.get("id") if isinstance(item, Mapping) else None
        if isinstance(id, str) and id and not is_safe_id(id):
            raise _build_error(operation.name, id, changed=not operation.is_reading)


def _build_error(name: str, id: Any, *, changed: bool = False) -> MalformedResponseError:
    return MalformedResponseError(
        f"{name}: the response has the ID '{sanitize_for_display(id, 80)}', which is not valid: an ID has only letters, digits, '.', '_' and '-'.",
        "Check api_url, and any proxy or gateway.",
        changed=changed,
    )
