# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment variables of a tenant: the one in our environment, or a new one of an emulator."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from beyondidentity_emulator.client import Emulator

TENANT = ("BEYONDIDENTITY_ISSUER", "BEYONDIDENTITY_CLIENT_ID", "BEYONDIDENTITY_CLIENT_SECRET")


@contextmanager
def start_tenant() -> Iterator[dict[str, str]]:
    """Start an emulator; yield our environment with a new tenant of the emulator instead of any other tenant."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BEYONDIDENTITY_")}
    with Emulator.start() as emulator:
        yield {**own, **emulator.create_tenant().environment}


def has_tenant(environment: Mapping[str, str]) -> bool:
    """Return whether the environment has a tenant's issuer and credentials."""
    return all(environment.get(name) for name in TENANT)
