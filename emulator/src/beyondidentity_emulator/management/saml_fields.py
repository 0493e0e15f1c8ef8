# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of SAML in applications, SSO configurations and WS-Federation configurations."""

from __future__ import annotations

from .shapes import Field, Shape, flag, list_of, one_of, record_of, text, whole

NAME_FORMATS = (
    "unspecified",
    "email_address",
    "x509_subject_name",
    "persistent",
    "transient",
    "entity",
    "kerberos",
    "windows_domain_qualified_name",
)
AUTHENTICATION_CONTEXTS = (
    "x509",
    "integrated_windows_federation",
    "kerberos",
    "password",
    "password_protected_transport",
    "tls_client",
    "unspecified",
    "refeds_mfa",
)
SUBJECTS = ("user_name", "email", "email_prefix", "external_id", "display_name", "custom", "none")
ATTRIBUTE_VALUES = ("email", "user_name", "external_id", "display_name", "custom_static_string")
SIGNATURES = ("rsa_sha256", "rsa_sha1", "rsa_sha384", "rsa_sha512")
DIGESTS = ("sha256", "sha1", "sha384", "sha512")

ASSERTION: dict[str, Field] = {
    "acs_url": Field(text, required=True),
    "audience_url": Field(text, required=True),
    "name_format": Field(one_of(*NAME_FORMATS), required=True),
    "authentication_context": Field(one_of(*AUTHENTICATION_CONTEXTS), required=True),
    "subject_user_name_attribute": Field(one_of(*SUBJECTS), required=True),
    "signature_algorithm": Field(one_of(*SIGNATURES), required=True),
    "digest_algorithm": Field(one_of(*DIGESTS), required=True),
}
"""What SAML and WS-Federation have in common."""


def _attributes(**last: Field) -> Field:
    shape: Shape = {
        "name": Field(text, required=True),
        "name_format": Field(one_of(*NAME_FORMATS), required=True),
        "value": Field(one_of(*ATTRIBUTE_VALUES), required=True),
        **last,
    }
    return Field(list_of(record_of(shape)), required=True)


SAML: Shape = {
    **ASSERTION,
    "override_recipient_and_destination": Field(flag, required=True),
    "recipient_url": Field(text),
    "destination_url": Field(text),
    "default_relay_state": Field(text, required=True),
    "sign_envelope": Field(flag, required=True),
    "sign_assertions": Field(flag, required=True),
    "encrypt_assertions": Field(flag, required=True),
    "assertion_validity_duration_seconds": Field(whole(-(2**31), 2**31 - 1), required=True),
    "assertion_encryption_algorithm": Field(one_of("aes256_cbc", "aes256_gcm", "aes128_cbc", "aes128_gcm")),
    "assertion_key_transport_algorithm": Field(one_of("rsa_oaep", "rsa1_5")),
    "assertion_encryption_public_key": Field(text),
    "sp_signature_certificates": Field(
        list_of(record_of({"sp_public_signing_key": Field(text, required=True)})), required=True
    ),
    "enable_single_log_out": Field(flag, required=True),
    "single_log_out_url": Field(text),
    "single_log_out_issuer_url": Field(text),
    "single_log_out_binding": Field(one_of("post", "redirect")),
    "single_logout_sign_request_and_response": Field(flag, required=True),
    "validate_signed_requests": Field(flag, required=True),
    "other_sso_urls": Field(
        record_of({"index": Field(whole(-(2**15), 2**15 - 1), required=True), "url": Field(text, required=True)})
    ),
    "additional_user_attributes": _attributes(custom_value=Field(text)),
    "use_short_url": Field(flag, default=False),
}
SAML_DEFAULTS = {
    "name_format": "unspecified",
    "authentication_context": "unspecified",
    "subject_user_name_attribute": "user_name",
    "signature_algorithm": "rsa_sha256",
    "digest_algorithm": "sha256",
    "override_recipient_and_destination": False,
    "default_relay_state": "",
    "sign_envelope": True,
    "sign_assertions": True,
    "encrypt_assertions": False,
    "assertion_validity_duration_seconds": 300,
    "sp_signature_certificates": [],
    "enable_single_log_out": False,
    "single_logout_sign_request_and_response": False,
    "validate_signed_requests": False,
    "additional_user_attributes": [],
    "use_short_url": False,
}
"""Values for an application that is not created with SAML's own fields."""
WS_FEDERATION: Shape = {
    **ASSERTION,
    "expiration_time_seconds": Field(whole(-(2**31), 2**31 - 1), required=True),
    "additional_user_attributes": _attributes(namespace=Field(text)),
}
