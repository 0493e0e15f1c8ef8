# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tenant a command is to use: the one that the environment names, or one of an emulator."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.emulator.client import Emulator

TENANT = ("BEYONDIDENTITY_ISSUER", "BEYONDIDENTITY_CLIENT_ID", "BEYONDIDENTITY_CLIENT_SECRET")


@contextmanager
def emulated() -> Iterator[dict[str, str]]:
    """Start an emulator, which ends with us; yield our environment, with no tenant but a new one of the emulator's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BEYONDIDENTITY_")}
    with Emulator.start() as emulator:
        yield {**own, **emulator.tenant().environment}


def names_tenant(environment: Mapping[str, str]) -> bool:
    """Whether the environment says which tenant to use, and how."""
    return all(environment.get(name) for name in TENANT)
