# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search for an application whose secret the task returns."""

from __future__ import annotations

from typing import Any

from .resource_lookup import read_resource
from .resource_state import ResourceState
from .resource_types import APPLICATION, Resource


class ApplicationState(ResourceState):
    """Brings an application to its wanted state. If the task returns its secret, finds it with the secret."""

    def __init__(self, *args: Any, return_secret: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.return_secret = return_secret

    def find(self) -> Resource | None:
        """Return the application. A shared listing has no secrets, so the application is then read by its ID."""
        found = super().find()
        if found and self.return_secret and _lacks_secret(found):
            return read_resource(APPLICATION, self.client, found["id"])
        return found


def _lacks_secret(application: Resource) -> bool:
    config = application.get("protocol_config") or {}
    return config.get("confidentiality") == "confidential" and not config.get("client_secret")
