# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for `before` and `after`: the states of an application that has a secret, here and on a remote host."""

from __future__ import annotations

from tests.support.canary_plays.play import REMOTE, CanaryPlay

_TASKS = """
- name: States ({place})
  beyondidentity.management.application:
    display_name: Canary of states
    state: "{{{{ item.state | default('present') }}}}"
    token_expires_after: "{{{{ item.life | default(60) }}}}"
    return_secret: "{{{{ item.secret }}}}"
  check_mode: "{{{{ item.check | default(false) }}}}"
  delegate_to: "{host}"
  loop:
    - {{secret: true}}
    - {{secret: false}}
    - {{secret: true, life: 70, check: true}}
    - {{secret: false, life: 70}}
    - {{secret: true, life: 80}}
    - {{secret: false, state: absent, check: true}}
    - {{secret: false, state: absent}}
  register: states
- name: Digest
  ansible.builtin.debug:
    msg: "{{{{ states.results | selectattr('client_secret', 'defined') | map(attribute='client_secret') | map('hash', 'sha256') }}}}"
- name: Keep both states as a fact, without secrets ({place})
  ansible.builtin.set_fact:
    states_before: "{{{{ states.results | map(attribute='before') }}}}"
    states_after: "{{{{ states.results | map(attribute='after') }}}}"
    cacheable: true
- name: Print both states ({place})
  ansible.builtin.debug:
    msg: ["{{{{ states_before }}}}", "{{{{ states_after }}}}"]
- name: See that both states are complete ({place})
  ansible.builtin.assert:
    that:
      - (states_before | map('default', {{}}, true) | map(attribute='display_name', default='')) == [''] + [name] * 6
      - (states_after | map('default', {{}}, true) | map(attribute='display_name', default='')) == [name] * 5 + ['', '']
      - states.results | selectattr('client_secret', 'defined') | length == 3
  vars:
    name: Canary of states
"""

STATES = tuple(
    CanaryPlay(f"states before and after, {place}", _TASKS.format(place=place, host=host))
    for place, host in (("here", "localhost"), ("there", REMOTE))
)
