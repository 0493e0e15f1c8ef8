# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run changed in a tenant, by the requests that the tenant received."""

from __future__ import annotations

import json

from beyondidentity_emulator.client import Tenant


def list_writes(tenant: Tenant) -> list[str]:
    """Return the operations that a tenant received and that change something; a token changes nothing."""
    posted = [
        entry["operation"] for entry in tenant.read_journal() if entry["method"] != "GET" and not entry.get("grant")
    ]
    return [operation for operation in posted if operation != "introspect"]


def has_received_predictions(tenant: Tenant) -> bool:
    """Return whether a tenant received an ID, client ID or token that check mode predicted; the journal has a token's digest."""
    text = json.dumps(tenant.read_journal())
    return "check-mode" in text or tenant.digest("check-mode-token") in text
