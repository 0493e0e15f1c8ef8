# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scopes that operations of the Management API need."""

from __future__ import annotations

DOCUMENTATION = r"""
name: scopes
short_description: The scopes that operations of the Management API need
version_added: 0.1.0
description:
  - Returns all scopes that the operations need, as one sorted list without duplicates.
  - The lookup reads a catalogue that is part of the collection. It sends no requests.
  - The lookup never returns an empty list, because an empty list could remove all scopes of an application. If none of the operations publishes its
    scopes, as with C(ListSchemas) alone, the lookup fails. According to their descriptions, such operations accept any token. Set the scopes yourself.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
options:
  _terms:
    description:
      - Operations by name, such as V(CreateRealm). The error for an unknown name suggests similar names. An empty name is an error too.
    type: list
    elements: str
    required: true
seealso:
  - module: beyondidentity.management.application
  - module: beyondidentity.management.api
  - plugin: beyondidentity.management.token
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show the scopes that a token needs for two operations
  ansible.builtin.debug:
    msg: "{{ lookup('beyondidentity.management.scopes', 'CreateRealm', 'ListRealms') }}"
    # ["realms:create", "realms:read"]

- name: Create an application with these scopes only
  beyondidentity.management.application:
    display_name: Realm importer
    resource_server: beyondidentity
    allowed_scopes: "{{ lookup('beyondidentity.management.scopes', 'CreateRealm', 'ListRealms') }}"
  register: importer

- name: Show the scopes that the application can grant
  ansible.builtin.debug:
    msg: "{{ importer.application.protocol_config.allowed_scopes }}"
"""

RETURN = r"""
_raw:
  description:
    - One item, the list of scopes.
  type: list
  elements: list
  sample: [["realms:create", "realms:read"]]
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._errors import OptionError
from ..module_utils._management.operation_scopes import get_operation_scopes
from ..module_utils._text import join_names
from ..plugin_utils.plain_types import to_plain_types


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[list[str]]:
        """Return the scopes, as one list."""
        if kwargs:
            raise AnsibleLookupError(
                f"The scopes lookup has no option {', '.join(sorted(kwargs))}. Remove it: the lookup takes only the names of operations."
            )
        names = [name for term in to_plain_types(terms) for name in (term if isinstance(term, list) else [term])]
        if not names:
            raise AnsibleLookupError(
                "The scopes lookup needs operations. Add their names, for example: "
                "lookup('beyondidentity.management.scopes', 'CreateRealm')"
            )
        try:
            scopes = get_operation_scopes(names)
        except OptionError as error:
            raise AnsibleLookupError(error.message) from None
        if not scopes:
            raise AnsibleLookupError(
                f"No scopes are published for {join_names(names)}. According to the API's documentation, any token is "
                "sufficient. Set the scopes yourself, to any scope that the application can grant."
            )
        return [scopes]
