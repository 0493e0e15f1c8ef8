# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for the module whoami, here and on a remote host: its results are shown, also if it fails."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: Who ({place})
  beyondidentity.management.whoami:
    scopes: [realms:read, tokens:introspect]
    proxy: "{{{{ canary.proxy }}}}"
  delegate_to: "{host}"
- name: Token to check ({place})
  beyondidentity.management.token:
    scopes: [realms:read]
  delegate_to: "{host}"
  register: checked
- name: Digest
  ansible.builtin.debug:
    msg: ["{{{{ checked.token.access_token | hash('sha256') }}}}"]
- name: Who has a token ({place})
  beyondidentity.management.whoami:
    issuer: "{{{{ canary.variable.issuer }}}}"
    access_token: "{{{{ checked.token.access_token }}}}"
  delegate_to: "{host}"
- name: Who has a wrong secret ({place})
  beyondidentity.management.whoami:
    client_id: "{{{{ canary.variable.client_id }}}}"
    client_secret: "{{{{ canary.wrong }}}}"
  delegate_to: "{host}"
  ignore_errors: true
- name: Who has a secret with a blank ({place})
  beyondidentity.management.whoami:
    client_id: "{{{{ canary.variable.client_id }}}}"
    client_secret: "{{{{ canary.variable.client_secret }}}} "
  delegate_to: "{host}"
  ignore_errors: true
- name: Who is behind a proxy ({place})
  beyondidentity.management.whoami:
    issuer: https://issuer.invalid/v1/tenants/t/realms/r/applications/a
    proxy: "{{{{ canary.proxy }}}}"
    retries: 0
  delegate_to: "{host}"
  ignore_errors: true
- name: Echo of a check ({place})
  beyondidentity.management.whoami:
    issuer: "{{{{ canary.echo }}}}/{{{{ item }}}}/v1/tenants/t/realms/r/applications/{{{{ item }}}}"
  delegate_to: "{host}"
  loop: [all, cut, decoded, shapes]
  ignore_errors: true
- name: Echo of a check of a token ({place})
  beyondidentity.management.whoami:
    api_url: "{{{{ canary.echo }}}}/all"
  delegate_to: "{host}"
  ignore_errors: true
"""

WHOAMI = tuple(
    CanaryPlay(
        f"who authenticates ({place})",
        _TASKS.format(place=place, host=host),
        failures={
            f"Who has a wrong secret ({place})": "Check that client_id, client_secret",
            f"Who has a secret with a blank ({place})": "begins or ends with a blank",
            f"Who is behind a proxy ({place})": "through the proxy http://127.0.0.1:",
            f"Echo of a check ({place})": "said",
            f"Echo of a check of a token ({place})": "said",
        },
    )
    for place, host in (("here", "localhost"), ("there", REMOTE))
)
