# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the table of operations for readers: `python -m tests.tools.operations_table > docs/operations.md`."""

from __future__ import annotations

import importlib
import sys

from tests.support.collection import install_finder

HEAD = """# Operations of the Management API

What `operations` of the module and lookup `token`, of the lookup `scopes` and of the roles takes, and the scopes that each operation needs.
An operation without scopes publishes none.

| operation | scopes |
|---|---|
"""


def table() -> str:
    """Return the page."""
    install_finder()
    name = "ansible_collections.beyondidentity.management.plugins.module_utils.operations"
    operations = sorted(importlib.import_module(name).catalogue().values(), key=lambda item: item.name.lower())
    rows = (f"| `{item.name}` | {', '.join(f'`{scope}`' for scope in item.scopes)} |" for item in operations)
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table())
