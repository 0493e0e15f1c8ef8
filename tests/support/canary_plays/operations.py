# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for operations called by name: secrets in bodies and in responses, here and on a remote host."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: Made ({place})
  beyondidentity.management.api:
    operation: CreateApplication
    body:
      application:
        display_name: Canary of an operation
        protocol_config:
          type: oauth2
          allowed_scopes: []
          confidentiality: confidential
          grant_type: [client_credentials]
          token_configuration: {{expires_after: 3600}}
          pkce: disabled
  delegate_to: "{host}"
  register: made
- name: Read ({place})
  beyondidentity.management.api:
    operation: GetApplication
    parameters:
      application_id: "{{{{ made.response.id }}}}"
  delegate_to: "{host}"
  register: read
  until: read.response.protocol_config.client_secret == made.response.protocol_config.client_secret
- name: Listed ({place})
  beyondidentity.management.api:
    operation: ListApplications
    all_pages: true
  delegate_to: "{host}"
  loop: "{{{{ [read.response] }}}}"
  register: listed
- name: Digest
  ansible.builtin.debug:
    msg:
      - "{{{{ made.response.protocol_config.client_secret | hash('sha256') }}}}"
      - "{{{{ read.response.protocol_config.client_secret | hash('sha256') }}}}"
      - "{{{{ (mine | first).protocol_config.client_secret | hash('sha256') }}}}"
  vars:
    mine: "{{{{ listed.results[0].response.applications | selectattr('id', 'equalto', made.response.id) | list }}}}"
- name: Sent ({place})
  beyondidentity.management.api:
    operation: CreateGroup
    body:
      group:
        display_name: Canary of an operation ({place} {{{{ index }}}})
        description: Holds secrets that no output may show
        password: "{{{{ item }}}}"
        more: [{{client_secret: "{{{{ canary.wrong }}}}"}}]
  delegate_to: "{host}"
  loop: ["{{{{ canary.wrong }}}}", "{{{{ canary.verifier }}}}"]
  loop_control:
    index_var: index
- name: Predicted ({place})
  beyondidentity.management.api:
    operation: "{{{{ item }}}}"
    body:
      sso_config: &secrets
        okta_token: "{{{{ canary.wrong }}}}"
        secrets: ["{{{{ canary.verifier }}}}"]
      group: *secrets
  delegate_to: "{host}"
  loop: [CreateSsoConfig, CreateGroup]
  check_mode: true
- name: Echo of a body ({place})
  beyondidentity.management.api:
    api_url: "{{{{ canary.echo }}}}/{{{{ item }}}}"
    operation: CreateRealm
    body: "{{{{ {{'realm': {{'payload': {{'client_secret': canary.wrong, 'okta_token': canary.verifier}}}}}} | to_json }}}}"
  delegate_to: "{host}"
  loop: [all, cut, management]
  ignore_errors: true
- name: Unusable ({place})
  beyondidentity.management.api:
    operation: CreateRealm
    body:
      sso_config:
        client_secret: "{{{{ canary.wrong }}}}"
  delegate_to: "{host}"
  ignore_errors: true
"""

OPERATIONS = tuple(
    CanaryPlay(
        f"operations called by name, {place}",
        _TASKS.format(place=place, host=host),
        failures={f"Echo of a body ({place})": "said", f"Unusable ({place})": "needs realm, but has sso_config"},
    )
    for place, host in (("here", "localhost"), ("there", REMOTE))
)
