# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plays of the canary test: each feature that handles secrets has an entry.

A canary play finds its servers and credentials in the variable `canary` (see `tests/support/canary_servers.py`), and
follows two conventions: a task named `Digest` prints SHA-256 sums of secrets that it was given back, all of which must
have gone over the wire; and `failures` names the tasks that must fail, with what their readable message must hold.
"""

from __future__ import annotations

from textwrap import indent

from tests.support.canary_plays.generations import GENERATIONS
from tests.support.canary_plays.invitations import INVITATIONS
from tests.support.canary_plays.operations import OPERATIONS
from tests.support.canary_plays.play import REMOTE, CanaryPlay
from tests.support.canary_plays.sign_in import SIGN_IN
from tests.support.canary_plays.states import STATES
from tests.support.canary_plays.token_life import TOKEN_LIVES
from tests.support.canary_plays.whoami import WHOAMI

_DIGEST_OF_TOKEN = """
- name: Digest
  ansible.builtin.debug:
    msg: ["{{ made.token.access_token | hash('sha256') }}"]
"""

_TOKEN = (
    """
- name: Token
  beyondidentity.management.token:
    scopes: [realms:read]
  register: made
"""
    + _DIGEST_OF_TOKEN
)

CANARY_PLAYS = (
    CanaryPlay("secret from a variable", _TOKEN),
    CanaryPlay("secret from a vaulted variable", _TOKEN, "vault"),
    CanaryPlay("secret from the environment", _TOKEN, "environment"),
    CanaryPlay("secret from the task's environment", _TOKEN, "task environment"),
    CanaryPlay(
        "secret in the form",
        """
        - name: Token
          beyondidentity.management.token:
            client_auth_method: client_secret_post
            client_secret: "{{ canary.variable.client_secret }}"
            client_id: "{{ canary.variable.client_id }}"
            scopes: [realms:read]
            fresh: true
          register: made
        """
        + indent(_DIGEST_OF_TOKEN, " " * 8),
    ),
    CanaryPlay(
        "loop, retries, failed_when, rescue",
        """
        - name: Loop
          beyondidentity.management.token:
            scopes: ["{{ item }}"]
          loop: [realms:read, realms:create, realms:update]
          register: looped
        - name: Retries
          beyondidentity.management.token:
            scopes: [realms:read]
            fresh: true
          register: retried
          until: retried.attempts > 1
          retries: 2
          delay: 0
        - name: Condition
          beyondidentity.management.token:
            scopes: [realms:read]
          register: conditioned
          failed_when: conditioned.token.access_token is defined
          ignore_errors: true
        - name: Block
          block:
            - name: Rescued
              beyondidentity.management.token:
                scopes: [realms:read]
              register: blocked
              failed_when: blocked.token.access_token is defined
          rescue:
            - name: Digest
              ansible.builtin.debug:
                msg: ["{{ ansible_failed_result.token.access_token | hash('sha256') }}"]
        - name: Digest
          ansible.builtin.debug:
            msg: "{{ looped.results | map(attribute='token.access_token') | map('hash', 'sha256') | list
              + [retried.token.access_token | hash('sha256'), conditioned.token.access_token | hash('sha256')] }}"
        """,
    ),
    CanaryPlay(
        "lookup",
        """
        - name: Lookup
          ansible.builtin.set_fact:
            looked_up: "{{ lookup('beyondidentity.management.token', 'realms:read') }}"
          no_log: true
        - name: In a condition
          ansible.builtin.debug:
            msg: It has three parts
          when: (lookup('beyondidentity.management.token', 'realms:read') | split('.') | length) == 3
        - name: Digest
          ansible.builtin.debug:
            msg:
              - "{{ looked_up | hash('sha256') }}"
              - "{{ lookup('beyondidentity.management.token', 'realms:read') | hash('sha256') }}"
              - "{{ lookup('beyondidentity.management.token', 'realms:read', fresh=true, custom_claims={'a': 1}, min_validity=600) | hash('sha256') }}"
              - "{{ lookup('beyondidentity.management.token', 'realms:read', token_cache='none') | hash('sha256') }}"
        - name: Too short in a lookup
          ansible.builtin.debug:
            msg: "{{ lookup('beyondidentity.management.token', access_token=looked_up, expiration_time=86400, min_validity=80000) }}"
          ignore_errors: true
        - name: Wrong secret in a lookup
          ansible.builtin.debug:
            msg: "{{ lookup('beyondidentity.management.token', 'realms:read', client_id='x', client_secret=canary.wrong) }}"
          ignore_errors: true
        """,
        failures={
            "Too short in a lookup": "and min_validity is 80000 seconds",
            "Wrong secret in a lookup": "invalid_client",
        },
    ),
    CanaryPlay(
        "application's secret",
        """
        - name: Created, updated, unchanged
          beyondidentity.management.application:
            display_name: Canary
            resource_server: beyondidentity
            allowed_scopes: "{{ item }}"
            return_secret: true
          loop: [[realms:read], [realms:read, realms:create], [realms:read, realms:create]]
          register: made
        - name: Digest
          ansible.builtin.debug:
            msg: "{{ made.results | map(attribute='client_secret') | map('hash', 'sha256') | list }}"
        - name: Use it
          beyondidentity.management.token:
            issuer: "{{ made.results[0].issuer }}"
            client_id: "{{ made.results[0].client_id }}"
            client_secret: "{{ made.results[0].client_secret }}"
            scopes: [realms:read]
          register: of_made
        - name: Digest
          ansible.builtin.debug:
            msg: ["{{ of_made.token.access_token | hash('sha256') }}"]
        - name: Readable
          beyondidentity.management.application:
            display_name: Canary
            state: absent
        - name: Read
          beyondidentity.management.application_info:
        - name: Read servers
          beyondidentity.management.resource_server_info:
        """,
    ),
    CanaryPlay(
        "code verifier",
        """
        - name: Verifier
          beyondidentity.management.pkce:
          register: proof
        - name: Of a given one
          beyondidentity.management.pkce:
            code_verifier: "{{ canary.verifier }}"
          register: given
        - name: Challenge
          ansible.builtin.debug:
            msg:
              - "{{ proof.pkce.code_challenge }}"
              - "{{ proof.pkce.code_verifier | beyondidentity.management.code_challenge }}"
        - name: Digest
          ansible.builtin.debug:
            msg: ["{{ given.pkce.code_verifier | hash('sha256') }}"]
        """,
    ),
    CanaryPlay(
        "what a person needs to sign in",
        """
        - name: Tenant
          beyondidentity.management.tenant_info:
        - name: Person, created, updated, unchanged
          beyondidentity.management.identity:
            username: canary
            external_id: "{{ item }}"
          loop: ["1", "2", "2"]
        - name: Group, created, updated, unchanged
          beyondidentity.management.group:
            display_name: Canary
            description: "{{ item }}"
            members: [canary]
          loop: [One, Two, Two]
        - name: Realm
          beyondidentity.management.realm:
            display_name: Canary
            state: "{{ item }}"
          loop: [present, absent]
        - name: Resource server
          beyondidentity.management.resource_server:
            display_name: Canary
            identifier: https://canary.example.com
            scopes: [canary:sing]
          register: server
        - name: Role, created, updated, unchanged
          beyondidentity.management.role:
            display_name: Canary
            description: "{{ item }}"
            resource_server: "{{ server.resource_server.id }}"
            scopes: [canary:sing]
            members: {identities: [canary]}
          loop: [One, Two, Two]
        - name: Read realms
          beyondidentity.management.realm_info:
        - name: Read roles
          beyondidentity.management.role_info:
            resource_server: https://canary.example.com
        - name: Read identities
          beyondidentity.management.identity_info:
            username: canary
        - name: Read groups
          beyondidentity.management.group_info:
            members: true
        - name: Remove group
          beyondidentity.management.group:
            display_name: Canary
            state: absent
        - name: Remove person
          beyondidentity.management.identity:
            username: canary
            state: absent
        - name: Remove role
          beyondidentity.management.role:
            display_name: Canary
            resource_server: https://canary.example.com
            state: absent
        - name: Remove resource server
          beyondidentity.management.resource_server:
            display_name: Canary
            state: absent
        - name: No such person
          beyondidentity.management.role:
            display_name: Canary
            members: {identities: [nobody]}
          ignore_errors: true
        - name: Echo of the token to a realm
          beyondidentity.management.realm:
            api_url: "{{ canary.echo }}/{{ item }}"
            display_name: Canary
          loop: [all, cut, management, shapes]
          ignore_errors: true
        - name: Echo of the token to a role
          beyondidentity.management.role:
            api_url: "{{ canary.echo }}/{{ item }}"
            display_name: Canary
            state: absent
          loop: [all, cut, management, shapes]
          ignore_errors: true
        """,
        failures={
            "No such person": "The managed realm has no identity",
            "Echo of the token to a realm": "said",
            "Echo of the token to a role": "said",
        },
    ),
    SIGN_IN,
    *TOKEN_LIVES,
    *WHOAMI,
    *OPERATIONS,
    *STATES,
    *INVITATIONS,
    GENERATIONS,
    CanaryPlay(
        "failures stay readable",
        """
        - name: Wrong secret
          beyondidentity.management.token:
            client_id: "{{ canary.variable.client_id }}"
            client_secret: "{{ canary.wrong }}"
            scopes: [realms:read]
          ignore_errors: true
        - name: After a censored item
          beyondidentity.management.token:
            scopes: ["{{ item }}"]
          loop: [realms:read, no:such]
          ignore_errors: true
        - name: Timeout
          beyondidentity.management.token:
            issuer: "{{ canary.silent }}/v1/tenants/t/realms/r/applications/a"
            scopes: [realms:read]
            timeout: 1
            retries: 0
          ignore_errors: true
        - name: TLS
          beyondidentity.management.token:
            issuer: "{{ canary.not_tls }}/v1/tenants/t/realms/r/applications/a"
            scopes: [realms:read]
            retries: 0
          ignore_errors: true
        - name: Unexpected
          beyondidentity.management.token:
            scopes: [realms:read]
            expiration_time: soon
          ignore_errors: true
        """,
        failures={
            "Wrong secret": "invalid_client",
            "After a censored item": "no:such",
            "Timeout": "within 1 seconds",
            "TLS": "does not use TLS",
            "Unexpected": "whole number",
        },
    ),
    CanaryPlay(
        "a server that echoes what it is sent",
        """
        - name: Echo of the header
          beyondidentity.management.token:
            issuer: "{{ canary.echo }}/v1/tenants/t/realms/r/applications/{{ item }}"
            scopes: [realms:read]
          loop: [all, cut, decoded, management, shapes]
          ignore_errors: true
        - name: Echo of the form
          beyondidentity.management.token:
            issuer: "{{ canary.echo }}/v1/tenants/t/realms/r/applications/{{ item }}"
            client_auth_method: client_secret_post
            client_secret: "{{ canary.variable.client_secret }}"
            client_id: "{{ canary.variable.client_id }}"
            scopes: [realms:read]
          loop: [all, cut, decoded, management, shapes]
          ignore_errors: true
        - name: Echo of the token
          beyondidentity.management.application_info:
            api_url: "{{ canary.echo }}/{{ item }}"
          loop: [all, cut, management, shapes]
          ignore_errors: true
        """,
        failures={"Echo of the header": "said", "Echo of the form": "said", "Echo of the token": "said"},
    ),
    CanaryPlay(
        "proxy with a password",
        """
        - name: Proxy
          beyondidentity.management.token:
            issuer: https://issuer.invalid/v1/tenants/t/realms/r/applications/a
            scopes: [realms:read]
            retries: 0
          ignore_errors: true
        - name: Proxy of the environment
          beyondidentity.management.token:
            issuer: https://issuer.invalid/v1/tenants/t/realms/r/applications/a
            scopes: [realms:read]
            retries: 0
          vars:
            beyondidentity_proxy: "{{ omit }}"
          ignore_errors: true
        """,
        vars={"beyondidentity_proxy": "{{ canary.proxy }}"},
        failures={"Proxy": "through the proxy", "Proxy of the environment": "through the proxy"},
    ),
    CanaryPlay(
        "password of a client key",
        """
        - name: Key file
          beyondidentity.management.token:
            scopes: [realms:read]
            client_cert: /dev/null
            client_key_password: "{{ canary.wrong }}"
          ignore_errors: true
        - name: Key of a variable
          beyondidentity.management.token:
            scopes: [realms:read]
          vars:
            beyondidentity_client_key_password: "{{ canary.wrong }}"
          ignore_errors: true
        """,
        failures={"Key file": "is empty", "Key of a variable": "client_cert is not"},
    ),
    CanaryPlay(
        "delegated to this host",
        """
        - name: Token
          beyondidentity.management.token:
            scopes: [realms:read]
          delegate_to: localhost
          register: made
        """
        + indent(_DIGEST_OF_TOKEN, " " * 8),
    ),
    *(
        CanaryPlay(
            f"delegated to a remote host, secret from the {source}",
            f"""
            - name: Token there ({source})
              beyondidentity.management.token:
                scopes: ["{{{{ item }}}}"]
              delegate_to: {REMOTE}
              loop: [realms:read, no:such]
              ignore_errors: true
              register: made
            - name: Application there
              beyondidentity.management.application:
                display_name: Canary there
                return_secret: true
              delegate_to: {REMOTE}
              register: application
            - name: Digest
              ansible.builtin.debug:
                msg:
                  - "{{{{ made.results[0].token.access_token | hash('sha256') }}}}"
                  - "{{{{ application.client_secret | hash('sha256') }}}}"
            - name: Echo there ({source})
              beyondidentity.management.application_info:
                api_url: "{{{{ canary.echo }}}}/cut"
              delegate_to: {REMOTE}
              ignore_errors: true
            """,
            source,
            failures={
                f"Token there ({source})": "no:such",
                f"Echo there ({source})": "said",
            },
        )
        for source in ("variable", "task environment")
    ),
    CanaryPlay(
        "claims of a token",
        """
        - name: Token
          beyondidentity.management.token:
            scopes: [realms:read]
          register: made
        - name: Claims
          ansible.builtin.debug:
            msg: "May {{ (made.token.access_token | beyondidentity.management.jwt_claims).scope }}"
        - name: Claims of an opaque token
          ansible.builtin.debug:
            msg: "{{ canary.verifier | beyondidentity.management.jwt_claims }}"
          ignore_errors: true
        - name: Claims of a header
          ansible.builtin.debug:
            msg: "{{ ('Bearer ' ~ made.token.access_token) | beyondidentity.management.jwt_claims }}"
          ignore_errors: true
        - name: Claims of a result
          ansible.builtin.debug:
            msg: "{{ made.token | beyondidentity.management.jwt_claims }}"
          ignore_errors: true
        """,
        failures={
            "Claims of an opaque token": "beyondidentity.management.introspect",
            "Claims of a header": "without spaces",
            "Claims of a result": "as text, not dict",
        },
    ),
    CanaryPlay(
        "delegated to a remote host, secret from the environment",
        f"""
        - name: Not there
          beyondidentity.management.token:
            scopes: [realms:read]
          delegate_to: {REMOTE}
          ignore_errors: true
        """,
        "environment",
        failures={"Not there": "delegated to a host that the inventory defines"},
    ),
)
