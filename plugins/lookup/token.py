# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An access token, inline."""

from __future__ import annotations

DOCUMENTATION = r"""
name: token
short_description: A Beyond Identity access token, inline
version_added: 0.1.0
description:
  - Returns an access token with the given scopes, in any template.
  - Tokens are shared with the module M(beyondidentity.management.token) and with all other lookups of the run, on all hosts.
    A thousand evaluations make one request.
  - It runs on the controller. Its options come from its arguments, from C(beyondidentity_*) variables and from the environment.
    It sees neither C(module_defaults) nor the C(environment) of a task.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
options:
  _terms:
    description:
      - The scopes that the token shall have. Their order does not matter.
    type: list
    elements: str
  scopes:
    description:
      - More scopes, as a list or as space-delimited text.
    type: list
    elements: str
  operations:
    description:
      - Operations of the Management API by name, such as V(CreateRealm). The token gets the scopes that they need.
    type: list
    elements: str
notes:
  - The token stands in the task that uses the lookup. Give that task C(no_log=true) unless its module hides its arguments.
  - Ansible evaluates a task's template once, so that the repetitions of C(until) use the same token.
  - A token of which less than a tenth of its lifetime is left, and less than a minute, is not handed out.
seealso:
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
- name: Learn where the Management API is, and which tenant it is
  beyondidentity.management.token:
    scopes: realms:read
  register: reading

- name: List the realms with the same token
  ansible.builtin.uri:
    url: "{{ reading.token.api_url }}/v1/tenants/{{ reading.token.tenant_id }}/realms"
    headers:
      Authorization: "Bearer {{ lookup('beyondidentity.management.token', 'realms:read') }}"
  no_log: true # uri prints its headers

- name: Name the operations instead of their scopes
  ansible.builtin.set_fact:
    realms_token: "{{ lookup('beyondidentity.management.token', operations=['CreateRealm', 'ListRealms']) }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The access token.
  type: list
  elements: str
  sample: ["eyJhbGciOiJSUzI1NiJ9..."]
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils.errors import BeyondIdentityError, OptionError, StateError
from ..module_utils.masking import failure, secret_values
from ..module_utils.operations import asked_scopes
from ..module_utils.options import connection_spec
from ..module_utils.task import Task, perform
from ..module_utils.text import plain
from ..module_utils.tokens import missing_scopes
from ..plugin_utils.minted import announce
from ..plugin_utils.resolve import Surroundings, resolve
from ..plugin_utils.store import stores
from ..plugin_utils.validate import validated

display = Display()

_SPEC = {
    **connection_spec(),
    "scopes": {"type": "list", "elements": "str"},
    "operations": {"type": "list", "elements": "str"},
}


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """One token, as the only item of a list."""
        arguments = plain(kwargs)
        surroundings = Surroundings(variables or {}, self._templar.template)
        try:
            resolved = resolve(arguments, surroundings)
            params = validated({**arguments, **resolved.values}, _SPEC)
        except BeyondIdentityError as error:
            raise AnsibleLookupError(failure(error, secret_values(arguments))["msg"]) from None
        for warning in resolved.warnings:
            display.warning(warning)
        task = Task(
            params,
            stores=stores(params, display.warning),
            environ=surroundings.environ(resolved),
            warn=display.warning,
            minted=announce,
        )
        result = perform(task, lambda task: {"access_token": _token(task, plain(terms))})
        if result.get("failed"):
            raise AnsibleLookupError(result["msg"])
        return [result["access_token"]]


def _token(task: Task, terms: list[Any]) -> str:
    params = task.params
    named = [scope for term in terms for scope in (term if isinstance(term, list) else [term])]
    scopes = asked_scopes(params, *named)
    if not scopes and not task.connection.access_token:
        raise OptionError(
            "The token lookup needs scopes.", "For example: lookup('beyondidentity.management.token', 'realms:read')"
        )
    bearer = task.tokens.bearer(scopes)
    missing = missing_scopes(bearer.token, scopes) if not task.connection.access_token else ""
    if missing:
        raise StateError(
            f"The service did not grant {missing}.", "Add them to the application's allowed scopes, or ask for less."
        )
    return bearer.token.access_token
