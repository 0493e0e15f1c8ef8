# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the rows that differ, as differences.yml has them."""

from __future__ import annotations

import json

from beyondidentity_emulator.client import Emulator
from tests.differential.rows import Exchange, read_table
from tests.differential.servers import EmulatorServer, run_provider


def main() -> None:
    """Send all requests."""
    with Emulator.start() as emulator, run_provider() as provider:
        own = EmulatorServer.of(emulator)
        for name, row in read_table("requests").items():
            outcomes = [Exchange(server, row).describe_outcome() for server in (own, provider)]
            if outcomes[0] != outcomes[1]:
                print(f"{json.dumps(name)}: {json.dumps(outcomes)}", flush=True)


if __name__ == "__main__":
    main()
