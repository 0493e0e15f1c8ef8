# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that change the e-mail address of an identity. A run that changes an address sends no invitation to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .operation import Operation

_ADDRESS = "primary_email_address"
_SCIM_ADDRESSES = "emails"  # RFC 7643 section 4.1.2


def find_changed_address(
    operation: Operation, parameters: Mapping[str, Any], body: Mapping[str, Any] | None
) -> str | None:
    """Return the ID of the identity whose primary e-mail address an operation sets, `None` for any other operation.

    The previous address is unknown, so an unchanged address counts too.
    """
    if operation.name == "UpdateIdentity":
        identity = (body or {}).get("identity")
        traits = identity.get("traits") if isinstance(identity, Mapping) else None
        is_sent = isinstance(traits, Mapping) and _ADDRESS in traits
        return str(parameters.get("identity_id", "")) if is_sent else None
    is_patch = operation.name == "SCIMUpdateUser" and _SCIM_ADDRESSES in json.dumps(body).lower()
    if is_patch or operation.name == "SCIMReplaceUser":
        return str(parameters.get("user_id", ""))
    return None
