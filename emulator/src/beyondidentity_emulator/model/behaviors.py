# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two behaviors of the emulator: that of the service, as its own clients know it, and that of the published description."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

Behavior = Literal["vendor", "documented"]
UNDEPLOYED = ["SSOIsGroupAssigned", "IdentityToSSOConfigCheck"]


@dataclass(frozen=True)
class Difference:
    """A setting with its values in both behaviors, and where the vendor's value was seen."""

    setting: str
    vendor: Any
    documented: Any
    source: str


DIFFERENCES = (
    Difference("audience_list", True, False, "tokens that the vendor's documentation decodes"),
    Difference("access_token_azp", "path", "client_id", "tokens that the vendor's documentation decodes"),
    Difference("principal_claims", "paths", "ids", "tokens that the vendor's documentation decodes"),
    Difference("opaque_tokens", "jwe", "random", "tokens of the service"),
    Difference("missing_scope", "all", "refuse", "the vendor's command-line client, which requests no scope"),
    Difference("large_page_size", "cap", "refuse", "the service"),
    Difference("null_page_token", True, False, "the vendor's clients, which expect null"),
    Difference("classification", "shown", "hidden", "the vendor's command-line client, which reads it"),
    Difference("correlation_id", "optional", "required", "the vendor's MCP server, which does not send it"),
    Difference("documented_paths", False, True, "the vendor's MCP server, which corrects the path"),
    Difference("undeployed_operations", UNDEPLOYED, [], "the vendor's MCP server, which excludes them"),
    Difference("unknown_fields", "refuse", "ignore", "notes of the vendor's MCP server"),
    Difference("group_description", "required", "optional", "notes of the vendor's MCP server"),
    Difference("conflicts", "vendor", "documented", "notes of the vendor's MCP server"),
    Difference("ignored_fields", ["resource_server.identifier"], [], "notes of the vendor's MCP server"),
)


def choose_values(behavior: Behavior) -> dict[str, Any]:
    """Return the values of the settings that a behavior decides."""
    return {one.setting: copy.deepcopy(getattr(one, behavior)) for one in DIFFERENCES}
