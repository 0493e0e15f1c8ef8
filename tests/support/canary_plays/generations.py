# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A canary play for the replacement of an application by the role client_credentials."""

from __future__ import annotations

from tests.support.canary_plays.play import CanaryPlay

GENERATIONS = CanaryPlay(
    "generations of an application",
    """
    - name: First generation
      ansible.builtin.include_role: &role
        name: beyondidentity.management.client_credentials
      vars: &generation
        client_credentials_display_name: Canary of generations
        client_credentials_generation: "1"
        client_credentials_operations: [ListRealms]
        client_credentials_return_secret: true
    - name: Digest
      ansible.builtin.debug: &digest
        msg: ["{{ beyondidentity_application.client_secret | hash('sha256') }}", "{{ beyondidentity_token.access_token | hash('sha256') }}"]
    - name: Second generation
      ansible.builtin.include_role: *role
      vars:
        <<: *generation
        client_credentials_generation: "2"
    - name: Digest
      ansible.builtin.debug: *digest
    - name: Print the generation before
      ansible.builtin.debug:
        msg: "{{ beyondidentity_application_previous }}"
    - name: Refusal
      block:
        - name: Mistyped generation
          ansible.builtin.include_role: *role
          vars:
            <<: *generation
            client_credentials_generation: "3"
            client_credentials_retire: true
      rescue:
        - name: Go on
          ansible.builtin.debug:
            msg: rescued
    - name: Retire the first generation
      ansible.builtin.include_role: *role
      vars:
        <<: *generation
        client_credentials_generation: "2"
        client_credentials_retire: true
    - name: Digest
      ansible.builtin.debug: *digest
    - name: See that the first generation was removed
      ansible.builtin.assert:
        that:
          - beyondidentity_application.display_name == 'Canary of generations (2)'
          - beyondidentity_application_previous == {}
    """,
    failures={"Refuse to retire before the wanted generation exists": "'Canary of generations (3)' does not exist"},
)
