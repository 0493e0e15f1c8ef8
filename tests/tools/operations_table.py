# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the table of operations for readers: `python -m tests.tools.operations_table > docs/operations.md`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from tests.support.collection import install_finder

HEAD = """# Operations of the Management API

What `operations` of the module and lookup `token`, of the lookup `scopes` and of the roles takes, and `operation` of the module `api`.

- **Scopes** are those that the operation needs. One without any publishes none: it is described to take any token,
  so that the module `api` takes as `scopes` any that the application may grant.
- **Parameters** are those of the module `api`. Those of the path, in bold type, must be there; the others are of the query.
  Every path also has `tenant_id`, and nearly every one `realm_id`; they are the managed ones unless they are given.
  Only `DeleteRealm` must be told which realm.
  Where `page_token` or `startIndex` is among them, `all_pages` returns the whole list, in pages of 100 unless they say another size.
- **Headers** are the business of the module `api`. Whoever calls by other means gives operations on SSO configurations and identity providers
  an `x-correlation_id`: any text, another one each time.
- **Body** tells the keys that `body` must have. Where it says *any*, no key must be there; where nothing stands, the operation takes no body.
- **Answers** that are *hidden* may hold a secret: the module `api` shows them only with `reveal: true`. They are whole where they are registered.

| operation | scopes | parameters | body | answer |
|---|---|---|---|---|
"""


def table() -> str:
    """Return the page."""
    install_finder()
    name = "ansible_collections.beyondidentity.management.plugins.module_utils.operations"
    operations = sorted(importlib.import_module(name).catalogue().values(), key=lambda item: item.name.lower())
    return HEAD + "".join(map(_row, operations))


def _row(item: Any) -> str:
    needed = [f"**{name}**" for name in _codes(name for name in item.parameters if name not in item.ambient)]
    body = "" if item.body is None else ", ".join(_codes(item.body)) or "*any*"
    cells = (
        f"`{item.name}`",
        ", ".join(_codes(item.scopes)),
        ", ".join([*needed, *_codes(item.query)]),
        body,
        "*hidden*" if item.secret else "",
    )
    return f"| {' | '.join(cells)} |\n"


def _codes(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in names]


if __name__ == "__main__":
    sys.stdout.write(table())
