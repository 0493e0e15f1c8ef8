# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read applications."""

from __future__ import annotations

DOCUMENTATION = r"""
module: application_info
short_description: Read Beyond Identity applications
version_added: 0.1.0
description:
  - Reads all applications of a realm, the applications with a display name, or the application with an ID.
  - Returns applications of all protocols, including those that M(beyondidentity.management.application) does not manage.
  - Results never contain client secrets.
  - C(applications:read) is a privileged scope. The service returns the client secrets of applications to a token with this scope, and a listing contains the
    secret of every application in the realm. In unattended runs, use O(id).
notes:
  - "Scope C(applications:read): always, for C(ListApplications) or C(GetApplication)."
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
extends_documentation_fragment:
  - beyondidentity.management.connection
  - beyondidentity.management.connection.reveal
  - beyondidentity.management.managed_realm
  - beyondidentity.management.managed_object.info
  - beyondidentity.management.required_scopes.info
  - beyondidentity.management.attributes
  - beyondidentity.management.attributes.no_diff
seealso:
  - module: beyondidentity.management.application
"""

EXAMPLES = r"""
- name: Read all applications of a realm
  vars:
    beyondidentity_issuer: "{{ issuer }}"
    beyondidentity_client_id: "{{ client_id }}"
    beyondidentity_client_secret: "{{ vaulted_client_secret }}"
  block:
    - name: Read all applications
      beyondidentity.management.application_info:
      register: all_applications

    - name: Show the applications that can grant scopes of an API
      ansible.builtin.debug:
        msg: "{{ all_applications.applications | selectattr('resource_server_id', 'defined') | map(attribute='display_name') }}"

- name: Read an application by its name
  beyondidentity.management.application_info:
    display_name: Beyond Identity Management API
  register: built_in

- name: Show its ID
  ansible.builtin.debug:
    msg: "{{ built_in.applications | map(attribute='id') }}"
"""

RETURN = r"""
applications:
  description:
    - The applications as the API returns them, without secrets.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - ID of the application.
      type: str
      sample: 38833c36-6f47-4992-9329-ea0a00915137
    realm_id:
      description:
        - ID of the realm that the application belongs to.
      type: str
      sample: caf2ff640497591a
    tenant_id:
      description:
        - ID of the tenant that the application belongs to.
      type: str
      sample: 00011f1183c67b69
    display_name:
      description:
        - Display name of the application.
      type: str
      sample: Realm factory
    is_managed:
      description:
        - Whether Beyond Identity manages the application. You cannot change or remove such an application.
      type: bool
      sample: false
    resource_server_id:
      description:
        - ID of the resource server whose scopes the application can grant.
      returned: if the application has a resource server
      type: str
      sample: 84db69f5-48a8-4c11-8cda-1bae3a73f07e
    authenticator_config_id:
      description:
        - ID of the authenticator configuration that users sign in with.
      returned: if the application has an authenticator configuration
      type: str
      sample: 73731b7f-eb76-4143-9b4b-81a720385f5a
    protocol_config:
      description:
        - Settings of the protocol, without the client secret. Each protocol has its own fields.
      type: dict
      contains:
        type:
          description:
            - Protocol of the application.
          type: str
          choices: [oauth2, oidc, saml]
          sample: oauth2
        allowed_scopes:
          description:
            - Scopes that the application can grant.
          returned: with the protocol V(oauth2) or V(oidc)
          type: list
          elements: str
          sample: ["realms:create", "realms:read"]
        client_id:
          description:
            - Client ID that the application authenticates with.
          returned: with the protocol V(oauth2) or V(oidc)
          type: str
          sample: AYYNcuOSpfqIf33JeegCzDIT
        confidentiality:
          description:
            - Whether the client can keep a secret, see OAuth 2.0 (RFC 6749 section 2.1).
            - A V(confidential) client has a secret. A V(public) client has none and must use PKCE.
          returned: with the protocol V(oauth2) or V(oidc)
          type: str
          choices: [confidential, public]
          sample: confidential
        token_endpoint_auth_method:
          description:
            - How the client authenticates at the token endpoint. The service derives the value from C(confidentiality).
            - The value V(client_secret_basic) does not exclude V(client_secret_post). The service accepts both from confidential clients.
          returned: with the protocol V(oauth2) or V(oidc)
          type: str
          choices: [client_secret_basic, client_secret_post, none]
          sample: client_secret_basic
        grant_type:
          description:
            - Grants that the application can use, V(authorization_code), V(client_credentials) or both.
          returned: with the protocol V(oauth2) or V(oidc)
          type: list
          elements: str
          sample: [client_credentials]
        redirect_uris:
          description:
            - URIs that the browser can be sent to after the sign-in.
          returned: with the protocol V(oauth2) or V(oidc)
          type: list
          elements: str
          sample: [https://app.example.com/callback]
        token_configuration:
          description:
            - Properties of the tokens that the application issues.
          returned: with the protocol V(oauth2) or V(oidc)
          type: dict
          contains:
            expires_after:
              description:
                - Longest lifetime of a token in seconds.
              type: int
              sample: 86400
            token_signing_algorithm:
              description:
                - Algorithm that signs the tokens.
              type: str
              choices: [RS256]
              sample: RS256
            subject_field:
              description:
                - Property of the identity that fills the subject of a token.
              type: str
              choices: [id, email, username]
              sample: id
        pkce:
          description:
            - Challenge method of Proof Key for Code Exchange (RFC 7636) that the application requires.
          returned: with the protocol V(oauth2) or V(oidc)
          type: str
          choices: [disabled, plain, s256]
          sample: disabled
        token_format:
          description:
            - Format of access tokens. A V(self_contained) token is a signed JWT.
            - A V(referential) token has no readable claims. The introspection endpoint returns them.
          returned: with the protocol V(oauth2) or V(oidc)
          type: str
          choices: [self_contained, referential]
          sample: self_contained
        acs_url:
          description:
            - URL of the service provider that receives SAML responses (Assertion Consumer Service).
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/acs
        override_recipient_and_destination:
          description:
            - Whether SAML responses use C(recipient_url) and C(destination_url) instead of C(acs_url).
          returned: with the protocol V(saml)
          type: bool
          sample: false
        recipient_url:
          description:
            - Recipient that assertions name if C(override_recipient_and_destination) is V(true).
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/acs
        destination_url:
          description:
            - Destination that SAML responses name if C(override_recipient_and_destination) is V(true).
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/acs
        audience_url:
          description:
            - Audience of the assertions, usually the entity ID of the service provider.
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/metadata
        default_relay_state:
          description:
            - Resource of the application that opens if the sign-in starts at the identity provider. Usually empty.
          returned: with the protocol V(saml)
          type: str
          sample: ""
        name_format:
          description:
            - Format of the name in the subject of assertions.
          returned: with the protocol V(saml)
          type: str
          choices: [unspecified, email_address, x509_subject_name, persistent, transient, entity, kerberos, windows_domain_qualified_name]
          sample: unspecified
        authentication_context:
          description:
            - Authentication context class that assertions state.
          returned: with the protocol V(saml)
          type: str
          choices: [x509, integrated_windows_federation, kerberos, password, password_protected_transport, tls_client, unspecified, refeds_mfa]
          sample: x509
        subject_user_name_attribute:
          description:
            - Attribute of the identity that fills the subject of assertions.
          returned: with the protocol V(saml)
          type: str
          choices: [user_name, email, email_prefix, external_id, display_name, custom, none]
          sample: user_name
        sign_envelope:
          description:
            - Whether the service signs SAML responses.
          returned: with the protocol V(saml)
          type: bool
          sample: true
        sign_assertions:
          description:
            - Whether the service signs assertions.
          returned: with the protocol V(saml)
          type: bool
          sample: true
        signature_algorithm:
          description:
            - Algorithm of the signatures.
          returned: with the protocol V(saml)
          type: str
          choices: [rsa_sha256, rsa_sha1, rsa_sha384, rsa_sha512]
          sample: rsa_sha256
        digest_algorithm:
          description:
            - Digest algorithm for assertions.
          returned: with the protocol V(saml)
          type: str
          choices: [sha256, sha1, sha384, sha512]
          sample: sha256
        encrypt_assertions:
          description:
            - Whether the service encrypts assertions. If V(true), C(assertion_encryption_public_key) is required.
          returned: with the protocol V(saml)
          type: bool
          sample: false
        assertion_validity_duration_seconds:
          description:
            - Lifetime of an assertion in seconds.
          returned: with the protocol V(saml)
          type: int
          sample: 300
        assertion_encryption_algorithm:
          description:
            - Algorithm that encrypts assertions.
          returned: with the protocol V(saml)
          type: str
          choices: [aes256_cbc, aes256_gcm, aes128_cbc, aes128_gcm]
          sample: aes256_gcm
        assertion_key_transport_algorithm:
          description:
            - Algorithm that encrypts the key of an encrypted assertion.
          returned: with the protocol V(saml)
          type: str
          choices: [rsa_oaep, rsa1_5]
          sample: rsa_oaep
        assertion_encryption_public_key:
          description:
            - Public key that encrypts assertions.
          returned: with the protocol V(saml)
          type: str
          sample: "-----BEGIN PUBLIC KEY-----..."
        sp_signature_certificates:
          description:
            - Certificates that verify the signatures of the service provider.
          returned: with the protocol V(saml)
          type: list
          elements: dict
          contains:
            sp_public_signing_key:
              description:
                - X.509 certificate in PEM format.
              type: str
              sample: "-----BEGIN CERTIFICATE-----..."
        enable_single_log_out:
          description:
            - Whether single logout is enabled.
          returned: with the protocol V(saml)
          type: bool
          sample: false
        single_log_out_url:
          description:
            - URL that receives logout responses, if C(enable_single_log_out) is V(true).
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/slo
        single_log_out_issuer_url:
          description:
            - Issuer ID of the service provider in single logout, if C(enable_single_log_out) is V(true).
          returned: with the protocol V(saml)
          type: str
          sample: https://sp.example.com/metadata
        single_log_out_binding:
          description:
            - SAML binding of single logout messages.
          returned: with the protocol V(saml)
          type: str
          choices: [post, redirect]
          sample: post
        single_logout_sign_request_and_response:
          description:
            - Whether logout requests must be signed, and the service signs logout responses.
          returned: with the protocol V(saml)
          type: bool
          sample: false
        validate_signed_requests:
          description:
            - Whether the service verifies SAML requests with C(sp_signature_certificates).
          returned: with the protocol V(saml)
          type: bool
          sample: false
        other_sso_urls:
          description:
            - Alternative to C(acs_url) that a SAML request can select by its index.
          returned: with the protocol V(saml)
          type: dict
          contains:
            index:
              description:
                - Index that selects the URL.
              type: int
              sample: 1
            url:
              description:
                - URL that then receives SAML responses.
              type: str
              sample: https://sp.example.com/acs2
        additional_user_attributes:
          description:
            - Attributes that assertions contain in addition to the subject.
          returned: with the protocol V(saml)
          type: list
          elements: dict
          contains:
            name:
              description:
                - Name of the attribute.
              type: str
              sample: department
            name_format:
              description:
                - Format of the name.
              type: str
              choices: [unspecified, email_address, x509_subject_name, persistent, transient, entity, kerberos, windows_domain_qualified_name]
              sample: unspecified
            value:
              description:
                - Attribute of the identity that fills the value. V(custom_static_string) stands for C(custom_value).
              type: str
              choices: [email, user_name, external_id, display_name, custom_static_string]
              sample: email
            custom_value:
              description:
                - Text that fills the value.
              returned: if C(value) is V(custom_static_string)
              type: str
              sample: engineering
        identity_provider_certs:
          description:
            - Certificates of Beyond Identity. Service providers verify assertions with them.
          returned: with the protocol V(saml)
          type: list
          elements: dict
          contains:
            id:
              description:
                - ID of the certificate.
              type: str
              sample: 0d5b1c6f-2f6e-4a0f-8b53-3ad1d2f3a9c4
            created_at:
              description:
                - Time at which the certificate was created, in ISO 8601.
              type: str
              sample: "2026-01-28T12:00:02.423Z"
            expires_at:
              description:
                - Time at which the certificate expires, in ISO 8601.
              type: str
              sample: "2036-01-28T12:00:02.423Z"
            is_active:
              description:
                - Whether the certificate is active.
              type: bool
              sample: true
            idp_public_certificate:
              description:
                - Certificate in DER format, encoded in base64.
              type: str
              sample: MIIC...
        use_short_url:
          description:
            - Whether SAML responses contain a shorter form of the entity ID of Beyond Identity.
          returned: with the protocol V(saml)
          type: bool
          sample: false
predicted:
  description:
    - Whether the result is, at least in part, a prediction of check mode.
  returned: in check mode, if something is predicted
  type: bool
  sample: true
requests:
  description:
    - Number of HTTP requests that the task sent, including the token request.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_types import APPLICATION
from ansible_collections.beyondidentity.management.plugins.module_utils._task.argument_spec import info_spec
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import ModuleResult, TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.info import read_info
from ansible_collections.beyondidentity.management.plugins.module_utils._task.runner import run_module

SPEC = info_spec()


def run(task: TaskContext) -> ModuleResult:
    """Read the objects."""
    return read_info(task, APPLICATION)


def main() -> None:
    """Run as an ordinary module."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
