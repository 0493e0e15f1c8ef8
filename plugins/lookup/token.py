# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An access token in a template."""

from __future__ import annotations

DOCUMENTATION = r"""
name: token
short_description: A Beyond Identity access token in a template
version_added: 0.1.0
description:
  - Returns an access token with the given scopes, in any template.
  - Tokens are shared with the module M(beyondidentity.management.token) and with all other lookups of the run, on all hosts.
    A thousand evaluations send one token request.
  - The lookup runs on the controller. Its options come from its arguments, from C(beyondidentity_*) variables and from the environment.
    It ignores C(module_defaults) and the C(environment) of a task.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
options:
  _terms:
    description:
      - The scopes of the token. Their order does not matter.
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
  custom_claims:
    description:
      - Your own claims. The token has them as C(bi_custom). A stored sign-in keeps the claims of its first token request.
    type: dict
  fresh:
    description:
      - Whether to request a new token, which also replaces the stored token.
      - Each evaluation of the template requests a token. Ansible can evaluate a variable of a play or an inventory several times, so use this option only in
        a task.
    type: bool
    default: false
notes:
  - With C(--check), the token of an application that a task has predicted is V(check-mode-token). It is never sent.
  - The token is an argument of the task that uses the lookup. Set C(no_log=true) for this task, unless its module hides its arguments.
  - If the service refuses the client's credentials, lookups on all hosts share the refusal for 10 seconds. An exception is a second lookup in the same
    worker process, which sends the credentials again.
  - Ansible evaluates the template of a task once, so all attempts of C(until) use the same token.
  - A stored token that is valid for less than O(min_validity) is replaced.
seealso:
  - module: beyondidentity.management.token
  - plugin: beyondidentity.management.scopes
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: List the realms with the credentials of one application
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read the URL of the Management API and the ID of the tenant
      beyondidentity.management.token:
        scopes: realms:read
      register: reading

    - name: List the realms with the same token
      ansible.builtin.uri:
        url: "{{ reading.token.api_url }}/v1/tenants/{{ reading.token.tenant_id }}/realms"
        headers:
          Authorization: "Bearer {{ lookup('beyondidentity.management.token', 'realms:read') }}"
      no_log: true # the uri module prints its headers

- name: Set operations instead of their scopes
  ansible.builtin.set_fact:
    realms_token: "{{ lookup('beyondidentity.management.token', operations=['CreateRealm', 'ListRealms']) }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description:
    - The access token.
  type: list
  elements: str
  sample: ["eyJhbGciOiJSUzI1NiJ9..."]
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._connection_options import CONNECTION_OPTIONS
from ..module_utils._errors import BeyondIdentityError
from ..module_utils._masking import find_secrets, remember_secrets, secret_scope, to_failed_result
from ..module_utils._oauth.connection import ConnectionOptions, build_connection
from ..module_utils._oauth.stored_tokens import build_token_key, find_usable
from ..module_utils._oauth.token import Token
from ..module_utils._oauth.token_store import TokenStores
from ..module_utils._task.scope_options import ScopeOptions
from ..plugin_utils.argument_validation import ArgumentValidator
from ..plugin_utils.check_run import is_check_run, refuse_predicted_options
from ..plugin_utils.option_precedence import resolve_options
from ..plugin_utils.option_sources import OptionSources, ResolvedOptions
from ..plugin_utils.option_values import read_arguments
from ..plugin_utils.plain_types import to_plain_types
from ..plugin_utils.stores import open_stores

display = Display()

_OPTIONS: dict[str, dict[str, Any]] = {
    "scopes": {"type": "list", "elements": "str"},
    "operations": {"type": "list", "elements": "str"},
    "custom_claims": {"type": "dict"},
    "fresh": {"type": "bool", "default": False},
}
_VALIDATOR = ArgumentValidator(_OPTIONS, CONNECTION_OPTIONS)
_CONNECTION_FIELDS = [field.name for field in fields(ConnectionOptions)]


class LookupModule(LookupBase):
    """See the documentation above."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return one token, as the only item of a list."""
        sources = OptionSources(variables or {}, self._templar.template)
        with secret_scope():
            try:
                resolved, params = _read_options(kwargs, sources)
                scopes = _list_scopes(to_plain_types(terms), params)
                stores = open_stores(params, display.warning, _tell)
                stored = _find_stored(params, scopes, stores)
            except BeyondIdentityError as error:
                raise AnsibleLookupError(to_failed_result(error)["msg"]) from None
        if stored:
            return [stored.access_token]
        # Ansible loads a lookup in each task's own process, so what only a request needs is loaded for a request only.
        from ..plugin_utils.lookup_request import request_token

        environ = sources.build_environ(resolved)
        return [
            request_token(
                params, scopes, stores=stores, environ=environ, sources=sources, warn=display.warning, tell=_tell
            )
        ]


def _read_options(given: dict[str, Any], sources: OptionSources) -> tuple[ResolvedOptions, dict[str, Any]]:
    """Return the connection options, and all options."""
    arguments = read_arguments(given)
    remember_secrets(find_secrets(arguments))
    resolved = resolve_options(arguments, sources)
    remember_secrets(find_secrets(resolved.values))
    params = _VALIDATOR.validate(arguments, resolved.values)
    if not is_check_run():
        refuse_predicted_options(params)
    for warning in resolved.warnings:
        display.warning(warning)
    return resolved, params


def _list_scopes(terms: list[Any], params: Mapping[str, Any]) -> list[str]:
    named = [scope for term in terms for scope in (term if isinstance(term, list) else [term])]
    return ScopeOptions(params["scopes"], params["operations"]).resolve(*named)


def _find_stored(params: Mapping[str, Any], scopes: list[str], stores: TokenStores) -> Token | None:
    """Return the stored token for exactly these scopes, if the lookup's token comes from client credentials and was stored."""
    connection = build_connection(ConnectionOptions(**{name: params[name] for name in _CONNECTION_FIELDS}))
    store = stores.select(params["token_cache"])
    is_stored = store is not None and scopes and connection.credential_type == "client_credentials"
    if store is None or not is_stored or params["fresh"]:
        return None
    key = build_token_key(connection, scopes, params["custom_claims"])
    token = find_usable(store, key, connection.min_validity)
    return token if token and set(scopes) <= set(token.scopes) else None


def _tell(text: str) -> None:
    """Show a message at once, while the task runs."""
    display.display(text, stderr=True)
