# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sources of options may be combined: credentials stay together, and no source redirects another's secret."""

from __future__ import annotations

from typing import Any

from ..module_utils._connection_options import CONNECTION_OPTIONS
from ..module_utils._errors import TrustError
from ..module_utils._oauth.regions import find_region
from .option_sources import ENVIRONMENT, ResolvedOptions, get_rank

# Options that decide where a secret is sent. A stronger issuer replaces weaker parts of an issuer.
DESTINATION_OPTIONS = ("issuer", "auth_url", "api_url", "proxy", "ca_path", "validate_certs")
_URL_OPTIONS = ("issuer", "auth_url", "api_url")  # harmless if the host is a regional host
_MANAGED_REALM = ("realm", "realm_id")
_ISSUER_PARTS = ("region", "auth_url", "tenant_id", "auth_realm_id", "application_id")


def keep_credentials_together(resolved: ResolvedOptions) -> None:
    """Drop all credentials except those of the strongest source: credentials of two sources are never mixed."""
    names = [option.name for option in CONNECTION_OPTIONS if option.credential and option.name in resolved.values]
    if not names:
        return
    strongest = min((resolved.sources[name] for name in names), key=get_rank)
    for name in names:
        if resolved.is_weaker(name, strongest):
            if name == "client_secret" and _expects_secret(resolved, names):
                resolved.warnings.append(
                    f"The client_secret from {resolved.sources[name]} is not used, because {strongest} sets another "
                    "client_id: credentials of two sources are never mixed."
                )
            resolved.drop(name)
    if resolved.is_weaker("client_auth_method", strongest):  # it belongs to the client
        resolved.drop("client_auth_method")


def _expects_secret(resolved: ResolvedOptions, credentials: list[str]) -> bool:
    return "access_token" not in credentials and resolved.values.get("client_auth_method") != "none"


def let_issuer_replace_parts(resolved: ResolvedOptions) -> None:
    """Drop the parts of an issuer that a weaker source sets."""
    if "issuer" in resolved.sources:
        for name in _ISSUER_PARTS:
            if resolved.is_weaker(name, resolved.sources["issuer"]):
                resolved.drop(name)


def keep_realm_together(resolved: ResolvedOptions) -> None:
    """Drop `realm` or `realm_id` if a stronger source sets the other option: both select the realm."""
    names = [name for name in _MANAGED_REALM if name in resolved.sources]
    strongest = min((resolved.sources[name] for name in names), key=get_rank, default=ENVIRONMENT)
    for name in names:
        if resolved.is_weaker(name, strongest):
            resolved.drop(name)


def guard_environment_secret(resolved: ResolvedOptions) -> None:
    """Raise `TrustError` if the secret is from the environment, but another source decides where it is sent.

    The author of an inventory or playbook can use that secret without being allowed to read it.
    """
    if ENVIRONMENT not in resolved.list_secret_sources():
        return
    for name in DESTINATION_OPTIONS:
        source = resolved.sources.get(name, ENVIRONMENT)
        if source != ENVIRONMENT and not _is_harmless(name, resolved.values.get(name)):
            raise TrustError(
                f"The credential is from the environment, but {name} is from {source}, which could send the credential "
                "to another server.",
                f"Set BEYONDIDENTITY_{name.upper()} in the environment too, or set the credential where {name} is set.",
            )


def _is_harmless(name: str, value: Any) -> bool:
    if name == "validate_certs":
        return value is True
    return name in _URL_OPTIONS and find_region(str(value)) is not None


def refuse_delegated_environment_secret(resolved: ResolvedOptions) -> None:
    """Refuse to pass the environment's credential to another host, because the inventory defines that host."""
    if ENVIRONMENT in {*resolved.list_secret_sources(), resolved.sources.get("client_key_password")}:
        raise TrustError(
            "The credential is from the environment, but the task is delegated to a host that the inventory defines.",
            "Run the task on the controller, or set the credential as a variable, such as beyondidentity_client_secret.",
        )
