# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's authorization server and a certified provider, compared request by request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from beyondidentity_emulator.client import Emulator
from tests.differential.rows import Exchange, read_table
from tests.differential.servers import EmulatorServer, ProviderServer, run_provider

REQUESTS = read_table("requests")
DIFFERENCES = {
    name: outcomes for reason in read_table("differences")["differences"] for name, outcomes in reason["rows"].items()
}


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    """Run the certified provider."""
    with run_provider() as server:
        yield server


@pytest.fixture(scope="module")
def own_server(emulator: Emulator) -> EmulatorServer:
    """Return the emulator with the same clients."""
    return EmulatorServer.of(emulator)


@pytest.mark.parametrize("name", REQUESTS)
def test_response_is_that_of_the_certified_provider_or_a_listed_difference(
    own_server: EmulatorServer, provider: ProviderServer, name: str
) -> None:
    row: dict[str, Any] = REQUESTS[name]
    outcomes = [Exchange(server, row).describe_outcome() for server in (own_server, provider)]
    if name in DIFFERENCES:
        assert outcomes == DIFFERENCES[name]
    else:
        assert outcomes[0] == outcomes[1]


def test_listed_differences_are_of_existing_requests_and_have_reasons() -> None:
    assert set(DIFFERENCES) <= set(REQUESTS)
    assert all(own != theirs for own, theirs in DIFFERENCES.values())
    assert all(reason["why"] for reason in read_table("differences")["differences"])
    assert len(REQUESTS) >= 127
