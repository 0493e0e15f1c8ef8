# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for the module whoami, here and on a remote host: its results are shown, also if it fails."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: Who
  beyondidentity.management.whoami:
    scopes: [realms:read, tokens:introspect]
    proxy: "{{ canary.proxy }}"
- name: Token to check
  beyondidentity.management.token:
    scopes: [realms:read]
  register: checked
- name: Digest
  ansible.builtin.debug:
    msg: ["{{ checked.token.access_token | hash('sha256') }}"]
- name: Who has a token
  beyondidentity.management.whoami:
    issuer: "{{ canary.variable.issuer }}"
    access_token: "{{ checked.token.access_token }}"
- name: Who has a wrong secret
  beyondidentity.management.whoami:
    client_id: "{{ canary.variable.client_id }}"
    client_secret: "{{ canary.wrong }}"
  ignore_errors: true
- name: Who has a secret with a blank
  beyondidentity.management.whoami:
    client_id: "{{ canary.variable.client_id }}"
    client_secret: "{{ canary.variable.client_secret }} "
  ignore_errors: true
- name: Who is behind a proxy
  beyondidentity.management.whoami:
    issuer: https://issuer.invalid/v1/tenants/t/realms/r/applications/a
    proxy: "{{ canary.proxy }}"
    retries: 0
  ignore_errors: true
- name: Echo of a check
  beyondidentity.management.whoami:
    issuer: "{{ canary.echo }}/{{ item }}/v1/tenants/t/realms/r/applications/{{ item }}"
  loop: [all, cut, decoded, shapes]
  ignore_errors: true
- name: Echo of a check of a token
  beyondidentity.management.whoami:
    api_url: "{{ canary.echo }}/all"
  ignore_errors: true
"""

_HERE = CanaryPlay(
    "who authenticates",
    _TASKS,
    failures={
        "Who has a wrong secret": "Check that client_id, client_secret",
        "Who has a secret with a blank": "begins or ends with a blank",
        "Who is behind a proxy": "through the proxy http://127.0.0.1:",
        "Echo of a check": "said",
        "Echo of a check of a token": "said",
    },
)

_THERE = CanaryPlay(
    "who authenticates on a remote host",
    f"""
    - name: Who (there)
      beyondidentity.management.whoami:
        proxy: "{{{{ canary.proxy }}}}"
      delegate_to: {REMOTE}
    - name: Echo of a check (there)
      beyondidentity.management.whoami:
        issuer: "{{{{ canary.echo }}}}/all/v1/tenants/t/realms/r/applications/all"
      delegate_to: {REMOTE}
      ignore_errors: true
    """,
    failures={"Echo of a check (there)": "said"},
)

WHOAMI = (_HERE, _THERE)
