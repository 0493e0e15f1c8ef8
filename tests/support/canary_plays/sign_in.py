# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary plays for sign-ins: codes, verifiers, refresh and ID tokens."""

from __future__ import annotations

from tests.support.canary_plays.play import CanaryPlay

SIGN_IN = CanaryPlay(
    "people's sign-ins",
    """
    - name: Request
      beyondidentity.management.authorize:
        scopes: [realms:read]
        redirect_uri: http://127.0.0.1:8400/callback
        code_verifier: "{{ canary.verifier }}"
      register: request
    - name: Answer
      beyondidentity.management.token:
        grant_type: authorization_code
        authorization: "{{ canary.sign_ins[0].authorization }}"
        redirect_response: "{{ canary.sign_ins[0].redirect_response }}"
        token_cache: user
      register: first
    - name: Parts of an answer
      beyondidentity.management.token:
        grant_type: authorization_code
        client_auth_method: client_secret_post
        client_id: "{{ canary.sign_in_application.client_id }}"
        client_secret: "{{ canary.sign_in_application.client_secret }}"
        code: "{{ canary.sign_ins[1].code }}"
        code_verifier: "{{ canary.sign_ins[1].authorization.code_verifier }}"
        nonce: "{{ canary.sign_ins[1].authorization.nonce }}"
        redirect_uri: "{{ canary.sign_ins[1].authorization.redirect_uri }}"
      register: second
    - name: Refresh
      beyondidentity.management.token:
        grant_type: refresh_token
        refresh_token: "{{ second.token.refresh_token }}"
      register: third
    - name: Kept
      beyondidentity.management.token:
        grant_type: authorization_code
        token_cache: user
        scopes: [realms:read]
        fresh: true
      register: fourth
    - name: Digest
      ansible.builtin.debug:
        msg:
          - "{{ request.authorization.code_verifier | hash('sha256') }}"
          - "{{ first.token.id_token | hash('sha256') }}"
          - "{{ second.token.id_token | hash('sha256') }}"
          - "{{ [first, second, third, fourth] | map(attribute='token.access_token') | map('hash', 'sha256') | first }}"
          - "{{ [first, second, third, fourth] | map(attribute='token.refresh_token') | map('hash', 'sha256') | last }}"
    - name: Who signed in
      beyondidentity.management.whoami:
        grant_type: authorization_code
        token_cache: user
        scopes: [realms:read, realms:create]
    - name: Read as a person
      beyondidentity.management.application_info:
        grant_type: authorization_code
    - name: Read realms as a person
      beyondidentity.management.realm_info:
        grant_type: authorization_code
    - name: Used code
      beyondidentity.management.token:
        grant_type: authorization_code
        authorization: "{{ canary.sign_ins[0].authorization }}"
        redirect_response: "{{ canary.sign_ins[0].redirect_response }}"
        token_cache: none # otherwise it would share the token of the first use
      ignore_errors: true
    - name: Wrong state
      beyondidentity.management.token:
        grant_type: authorization_code
        authorization: "{{ canary.sign_ins[2].authorization }}"
        redirect_response: "{{ canary.sign_ins[2].redirect_response }}x"
      ignore_errors: true
    - name: Answer elsewhere
      beyondidentity.management.token:
        grant_type: authorization_code
        authorization: "{{ canary.sign_ins[2].authorization }}"
        redirect_response: "{{ canary.sign_ins[2].redirect_response | replace('127', '128') }}"
      ignore_errors: true
    - name: Used refresh token
      beyondidentity.management.token:
        grant_type: refresh_token
        refresh_token: "{{ second.token.refresh_token }}"
        token_cache: none # otherwise it would share the token of the first use
      ignore_errors: true
    - name: Echo of a code
      beyondidentity.management.token:
        issuer: "{{ canary.echo }}/v1/tenants/t/realms/r/applications/{{ item }}"
        grant_type: authorization_code
        code: "{{ canary.sign_ins[3].code }}"
        code_verifier: "{{ canary.sign_ins[3].authorization.code_verifier }}"
        redirect_uri: "{{ canary.sign_ins[3].authorization.redirect_uri }}"
      loop: [all, decoded, management]
      ignore_errors: true
    - name: Echo of an answer
      beyondidentity.management.token:
        issuer: "{{ canary.echo }}/v1/tenants/t/realms/r/applications/all"
        grant_type: authorization_code
        oauth_state: "{{ canary.sign_ins[3].authorization.state }}"
        redirect_response: "{{ canary.sign_ins[3].redirect_response }}"
        code_verifier: "{{ canary.sign_ins[3].authorization.code_verifier }}"
        redirect_uri: "{{ canary.sign_ins[3].authorization.redirect_uri }}"
      ignore_errors: true
    - name: Echo of a refresh token
      beyondidentity.management.token:
        issuer: "{{ canary.echo }}/v1/tenants/t/realms/r/applications/{{ item }}"
        grant_type: refresh_token
        refresh_token: "{{ third.token.refresh_token }}"
      loop: [all, cut, decoded, management]
      ignore_errors: true
    - name: Echo of a token to revoke
      beyondidentity.management.revoke:
        issuer: "{{ canary.echo }}/all/v1/tenants/t/realms/r/applications/all"
        token: "{{ third.token.access_token }}"
      ignore_errors: true
    - name: Revoke
      beyondidentity.management.revoke:
        token: "{{ third.token.access_token }}"
    - name: Secret items
      beyondidentity.management.pkce:
        length: 1
      loop:
        - code: "{{ canary.sign_ins[0].code }}"
        - token: "{{ first.token.refresh_token }}"
        - authorization: "Bearer {{ first.token.access_token }}"
        - redirect_response: "{{ canary.sign_ins[0].redirect_response }}"
        - proxy: "{{ canary.proxy }}"
      ignore_errors: true
    - name: Harmless items
      beyondidentity.management.pkce:
        length: 1
      loop: [{code: DE}, {token: hardware key}]
      ignore_errors: true
    - name: Sign out
      beyondidentity.management.revoke:
        all: sign_ins
        token_cache: user
    - name: Sign in again
      beyondidentity.management.token:
        grant_type: authorization_code
        authorization: "{{ canary.sign_ins[2].authorization }}"
        redirect_response: "{{ canary.sign_ins[2].redirect_response }}"
        token_cache: user
      register: fifth
    - name: Sign out of another application
      beyondidentity.management.revoke:
        all: sign_ins
        token_cache: user
        issuer: "{{ canary.variable.issuer }}"
        client_id: "{{ canary.variable.client_id }}"
        client_secret: "{{ canary.variable.client_secret }}"
    - name: Sign out by an administrator, whom the API refuses
      beyondidentity.management.revoke:
        all: sign_ins
        application: "{{ fifth.token.application_id }}"
        token_cache: user
        issuer: "{{ canary.variable.issuer }}"
        client_id: "{{ canary.variable.client_id }}"
        client_secret: "{{ canary.variable.client_secret }}"
        api_url: "{{ canary.echo }}/management"
    """,
    "sign_in_application",
    failures={
        "Harmless items": "43 to 128",
        "Used code": "Sign in again",
        "Wrong state": "the state of another sign-in",
        "Answer elsewhere": "does not belong to the redirect_uri",
        "Used refresh token": "Sign in again",
        "Echo of a code": "said",
        "Echo of an answer": "said",
        "Echo of a refresh token": "said",
        "Echo of a token to revoke": "said",
    },
)
