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

The table lists the operations of the Management API and the scopes that they need. Use the names of the operations in these places:

- the option `operation` of the module `api`
- the option `operations` of the modules `api`, `authorize`, `token` and `whoami`, and of the lookup `token`
- the arguments of the lookup `scopes`
- the variables `client_credentials_operations`, `authorization_code_operations` and `person_operations` of the roles
- the variables `login_operations` and `whoami_operations` of the playbooks

The columns mean:

- **scopes**: the scopes that the operation needs. If the column is empty, the API publishes no scopes for the operation.
  According to the description of the API, such an operation accepts any token. In the module `api`, set `scopes` to any scope that the application can grant.
- **parameters**: the parameters of the module `api`. Parameters in bold are part of the path, and you must set them. Other parameters are part of the query.
  All paths also have `tenant_id`, and most paths have `realm_id`. By default, these are your tenant and the managed realm.
  For `DeleteRealm`, you must set `realm_id`.
  If `page_token` or `startIndex` is among the parameters, `all_pages: true` returns the whole list.
  A page has 100 items unless the parameters set another size.
- **body**: the required keys of the option `body`. *any* means that no key is required. If the column is empty, the operation accepts no body.
- **response**: *hidden* means that the response can contain a secret. The module `api` then hides its result unless you set `reveal: true`.
  A registered result is complete.

The API describes `IdentityToSSOConfigCheck` and `SSOIsGroupAssigned`, but the service might not have them. It then responds with the status 404.

The module `api` sets all headers. If you call operations on SSO configurations and identity providers by other means, send the header `x-correlation_id`.
Its value can be any text. Use a different value in each request.

| operation | scopes | parameters | body | response |
|---|---|---|---|---|
"""


def table() -> str:
    """Return the page."""
    install_finder()
    name = "ansible_collections.beyondidentity.management.plugins.module_utils._management.operation_catalogue"
    operations = sorted(importlib.import_module(name).get_catalogue().values(), key=lambda item: item.name.lower())
    return HEAD + "".join(map(_row, operations))


def _row(item: Any) -> str:
    needed = [
        f"**{name}**" for name in _codes(name for name in item.path_parameters if name not in item.default_parameters)
    ]
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
