# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs with the callback `revoke_tokens`: which tokens were issued, and what the callback prints."""

from __future__ import annotations

import re
from typing import Any

CALLBACK = "beyondidentity.management.revoke_tokens"
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": f"record,{CALLBACK}"}


def issued_tokens(tenant: Any) -> dict[str, str]:
    """Return the scopes of the issued access tokens, by their IDs."""
    entries = tenant.read_journal(operation="token")
    return {entry["issued_token_id"]: entry["form"].get("scope", "") for entry in entries if entry["issued_token_id"]}


def count_revoked(stderr: str) -> int:
    """Return the number of revoked tokens that a run printed."""
    counts = re.findall(r"^Revoked (\d+) tokens? of this run\.$", stderr, re.MULTILINE)
    if len(counts) > 1:
        raise AssertionError(f"it was said {len(counts)} times:\n{stderr}")
    return int(counts[0]) if counts else 0


def revocation_warnings(stderr: str) -> list[str]:
    """Return the warnings about tokens that were not revoked, each without line breaks."""
    text = " ".join(stderr.split())
    return re.findall(r"\[WARNING\]: (Not revoked, and valid until .*?)(?= \[WARNING\]|$)", text)
