# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for the modules that introspect, list and revoke tokens, here and on a remote host."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: Minted ({place})
  beyondidentity.management.token:
    scopes: [realms:read, tokens:delete]
    fresh: true
  delegate_to: "{host}"
  loop: [1, 2, 3, 4]
  register: minted
- name: Introspected ({place})
  beyondidentity.management.introspect:
    token: "{{{{ item.token.access_token }}}}"
  delegate_to: "{host}"
  loop: "{{{{ minted.results }}}}"
- name: Introspected by a token ({place})
  beyondidentity.management.introspect:
    issuer: "{{{{ canary.variable.issuer }}}}"
    access_token: "{{{{ minted.results[0].token.access_token }}}}"
    token: "{{{{ minted.results[1].token.access_token }}}}"
  delegate_to: "{host}"
  ignore_errors: true
- name: Listed ({place})
  beyondidentity.management.token_info:
  delegate_to: "{host}"
  register: listed
- name: Shown ({place})
  ansible.builtin.debug:
    msg: "{{{{ listed.tokens | map(attribute='id') | list | length }}}}"
- name: Echo of a token to introspect ({place})
  beyondidentity.management.introspect:
    issuer: "{{{{ canary.echo }}}}/all/v1/tenants/t/realms/r/applications/all"
    token: "{{{{ minted.results[0].token.access_token }}}}"
  delegate_to: "{host}"
  ignore_errors: true
- name: Echo of a listing ({place})
  beyondidentity.management.token_info:
    api_url: "{{{{ canary.echo }}}}/{{{{ item }}}}"
  delegate_to: "{host}"
  loop: [all, cut, management]
  ignore_errors: true
- name: Echo of a revocation ({place})
  beyondidentity.management.revoke:
    api_url: "{{{{ canary.echo }}}}/all"
    id: "{{{{ minted.results[0].token.id }}}}"
  delegate_to: "{host}"
  ignore_errors: true
- name: Two names ({place})
  beyondidentity.management.revoke:
    id: "{{{{ minted.results[0].token.id }}}}"
    token: "{{{{ minted.results[0].token.access_token }}}}"
  delegate_to: "{host}"
  ignore_errors: true
- name: Revoked by value ({place})
  beyondidentity.management.revoke:
    token: "{{{{ minted.results[0].token.access_token }}}}"
  delegate_to: "{host}"
- name: Revoked by a token ({place})
  beyondidentity.management.revoke:
    issuer: "{{{{ canary.variable.issuer }}}}"
    access_token: "{{{{ minted.results[1].token.access_token }}}}"
    token: "{{{{ minted.results[1].token.access_token }}}}"
  delegate_to: "{host}"
- name: Revoked by id ({place})
  beyondidentity.management.revoke:
    id: "{{{{ minted.results[2].token.id }}}}"
  delegate_to: "{host}"
- name: Digest
  ansible.builtin.debug:
    msg: "{{{{ minted.results | map(attribute='token.access_token') | map('hash', 'sha256') | list }}}}"
"""

TOKEN_LIVES = tuple(
    CanaryPlay(
        f"a token's life ({place})",
        _TASKS.format(place=place, host=host),
        failures={
            f"Introspected by a token ({place})": "HTTP 403",
            f"Echo of a token to introspect ({place})": "said",
            f"Echo of a listing ({place})": "said",
            f"Echo of a revocation ({place})": "said",
            f"Two names ({place})": "mutually exclusive",
        },
    )
    for place, host in (("here", "localhost"), ("there", REMOTE))
)
