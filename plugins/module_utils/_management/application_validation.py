# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's rules for applications, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import OptionError


def validate_application(
    config: Mapping[str, Any], application: Mapping[str, Any], *, has_resource_server: bool
) -> None:
    """Raise `OptionError` for a combination of fields that the service refuses.

    Args:
        config: the whole protocol configuration, as it will be.
        application: the whole application, as it will be.
        has_resource_server: whether the task found the resource server that the application will have.
    """
    grants = config.get("grant_type") or []
    is_public = config.get("confidentiality") == "public"
    if is_public and "client_credentials" in grants:
        raise OptionError(
            "A public application has no secret, so it cannot use the client_credentials grant (RFC 6749 section 4.4).",
            "Set confidentiality: confidential, or grant_types: [authorization_code].",
        )
    if is_public and config.get("pkce") in (None, "disabled"):
        raise OptionError("A public application must use PKCE.", "Set pkce: s256.")
    if "client_credentials" in grants and application.get("authenticator_config_id"):
        raise OptionError(
            "An application with the client_credentials grant cannot have an authenticator_config.",
            "Remove authenticator_config: no user signs in to this application.",
        )
    if config.get("allowed_scopes") and not has_resource_server and not application.get("resource_server_id"):
        raise OptionError(
            "An application without a resource server cannot have allowed_scopes.",
            "Set resource_server, or allowed_scopes: [].",
        )


def validate_auth_method(method: str | None, confidentiality: str | None) -> None:
    """Raise `OptionError` if applications of this confidentiality cannot authenticate by this method."""
    if method and confidentiality and (method == "none") != (confidentiality == "public"):
        allowed = "none" if confidentiality == "public" else "client_secret_basic or client_secret_post"
        raise OptionError(
            f"token_endpoint_auth_method '{method}' is not possible with confidentiality '{confidentiality}'.",
            f"Set it to {allowed}.",
        )
