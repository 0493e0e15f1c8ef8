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
  - With C(--check), the token of an application that a task has predicted is V(check-mode-token). It is never sent.
  - The token stands in the task that uses the lookup. Give that task C(no_log=true) unless its module hides its arguments.
  - If the service refuses the client's credentials, lookups on all hosts share the refusal for 10 seconds. A second lookup in the same worker process sends
    the credentials again.
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

from ..module_utils._connection_options import CONNECTION_OPTIONS
from ..module_utils._errors import BeyondIdentityError, OptionError, StateError
from ..module_utils._masking import find_secrets, remember_secrets, secret_scope, to_failed_result
from ..module_utils._oauth.token_errors import describe_expiry
from ..module_utils._oauth.token_sources import TokenRequest, find_missing_scopes
from ..module_utils._task.context import TaskContext
from ..module_utils._task.runner import run_safely
from ..module_utils._task.scope_options import ScopeOptions
from ..module_utils._task.sign_ins import open_sign_ins
from ..plugin_utils.argument_validation import ArgumentValidator
from ..plugin_utils.check_run import is_check_run, refuse_predicted_options
from ..plugin_utils.option_precedence import resolve_options
from ..plugin_utils.option_sources import OptionSources
from ..plugin_utils.option_values import read_arguments
from ..plugin_utils.plain_types import to_plain_types
from ..plugin_utils.run_token_record import record_issued_token
from ..plugin_utils.stores import open_stores

display = Display()

_OPTIONS = {"scopes": {"type": "list", "elements": "str"}, "operations": {"type": "list", "elements": "str"}}
_VALIDATOR = ArgumentValidator(_OPTIONS, CONNECTION_OPTIONS)


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return one token, as the only item of a list."""
        sources = OptionSources(variables or {}, self._templar.template)
        task = _create_task(kwargs, sources)
        result = run_safely(task, lambda task: {"access_token": _get_token(task, to_plain_types(terms))})
        if result.get("failed"):
            raise AnsibleLookupError(result["msg"])
        return [result["access_token"]]


def _create_task(given: dict[str, Any], sources: OptionSources) -> TaskContext:
    with secret_scope():
        try:
            arguments = read_arguments(given)
            remember_secrets(find_secrets(arguments))
            resolved = resolve_options(arguments, sources)
            params = _VALIDATOR.validate(arguments, resolved.values)
            if not is_check_run():
                refuse_predicted_options(params)
        except BeyondIdentityError as error:
            raise AnsibleLookupError(to_failed_result(error)["msg"]) from None
    for warning in resolved.warnings:
        display.warning(warning)
    return TaskContext(
        params,
        is_check_run=is_check_run(),
        stores=open_stores(params, display.warning, _tell),
        open_sign_ins=open_sign_ins,
        environ=sources.build_environ(resolved),
        warn=display.warning,
        tell=_tell,
        on_issued=record_issued_token,
    )


def _tell(text: str) -> None:
    """Show a message at once, while the task runs."""
    display.display(text, stderr=True)


def _get_token(task: TaskContext, terms: list[Any]) -> str:
    named = [scope for term in terms for scope in (term if isinstance(term, list) else [term])]
    scopes = task.read(ScopeOptions).resolve(*named)
    if not scopes and not task.connection.access_token:
        raise OptionError(
            "The token lookup needs scopes.", "For example: lookup('beyondidentity.management.token', 'realms:read')"
        )
    if task.connection.access_token and (expiry := describe_expiry(task.connection.access_token)):
        task.warn(expiry)  # the lookup sends nothing, so no server refuses the token here
    issued = task.token_source.get(TokenRequest(tuple(scopes)))
    missing = find_missing_scopes(issued.token, scopes) if not task.connection.access_token else ""
    if missing:
        raise StateError(
            f"The service did not grant {missing}.",
            "Add the scopes to the application's allowed scopes, or request fewer scopes.",
        )
    return issued.value
