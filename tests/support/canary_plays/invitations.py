# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for the link of an invitation, here and on a remote host."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: Person ({place})
  beyondidentity.management.api:
    operation: CreateIdentity
    body:
      identity:
        display_name: Canary
        traits: {{type: traits_v0, username: "invited {place}", primary_email_address: "{place}@example.com"}}
  delegate_to: "{host}"
- name: Invited, unchanged, renewed ({place})
  beyondidentity.management.credential_binding_job:
    identity: invited {place}
    delivery_method: return
    authenticator_config: Hosted Web
    renew: "{{{{ item.renew }}}}"
  check_mode: "{{{{ item.check }}}}"
  diff: true
  delegate_to: "{host}"
  loop:
    - {{renew: false, check: true}}
    - {{renew: false, check: false}}
    - {{renew: false, check: false}}
    - {{renew: true, check: false}}
  register: invited
- name: Renewed alone ({place})
  beyondidentity.management.credential_binding_job:
    identity: invited {place}
    delivery_method: return
    authenticator_config: Hosted Web
    renew: true
  delegate_to: "{host}"
  register: renewed
  until: renewed.credential_binding_link is defined
- name: By an operation ({place})
  beyondidentity.management.api:
    operation: CreateCredentialBindingJob
    parameters: {{identity_id: "{{{{ renewed.credential_binding_job.identity_id }}}}"}}
    body:
      job:
        delivery_method: RETURN
        authenticator_config_id: "{{{{ renewed.credential_binding_job.authenticator_config_id }}}}"
  delegate_to: "{host}"
  register: called
- name: Digest
  ansible.builtin.debug:
    msg: "{{{{ (links + [renewed.credential_binding_link, called.response.credential_binding_link]) | map('hash', 'sha256') }}}}"
  vars:
    links: "{{{{ invited.results | selectattr('credential_binding_link', 'defined') | map(attribute='credential_binding_link') }}}}"
- name: Keep all else as a fact ({place})
  ansible.builtin.set_fact:
    invitations: "{{{{ invited.results | map(attribute='credential_binding_job') }}}}"
    invitations_before: "{{{{ invited.results | map(attribute='before') }}}}"
    invitations_after: "{{{{ invited.results | map(attribute='after') }}}}"
    invitations_diff: "{{{{ invited.results | map(attribute='diff') }}}}"
    cacheable: true
- name: Print all else ({place})
  ansible.builtin.debug:
    msg: ["{{{{ invitations }}}}", "{{{{ invitations_before }}}}", "{{{{ invitations_after }}}}", "{{{{ invitations_diff }}}}"]
- name: Two of the four invited ({place})
  ansible.builtin.assert:
    that: invited.results | selectattr('credential_binding_link', 'defined') | length == 2
- name: Read ({place})
  beyondidentity.management.credential_binding_job_info:
    identity: invited {place}
  delegate_to: "{host}"
- name: Removed ({place})
  beyondidentity.management.credential_binding_job:
    identity: invited {place}
    state: absent
  delegate_to: "{host}"
- name: No such identity ({place})
  beyondidentity.management.credential_binding_job:
    identity: nobody {place}
    delivery_method: return
    authenticator_config: Hosted Web
  delegate_to: "{host}"
  ignore_errors: true
- name: Echo to an invitation ({place})
  beyondidentity.management.credential_binding_job:
    api_url: "{{{{ canary.echo }}}}/{{{{ item }}}}"
    identity: invited {place}
    delivery_method: return
    authenticator_config: Hosted Web
  delegate_to: "{host}"
  loop: [all, cut, management, shapes]
  ignore_errors: true
"""

INVITATIONS = tuple(
    CanaryPlay(
        f"link of an invitation, {place}",
        _TASKS.format(place=place, host=host),
        failures={
            f"No such identity ({place})": "The managed realm has no identity",
            f"Echo to an invitation ({place})": "said",
        },
    )
    for place, host in (("here", "localhost"), ("there", REMOTE))
)
