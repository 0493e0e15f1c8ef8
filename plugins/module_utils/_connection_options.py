# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of connection options. Argument specs, the resolver and the documentation's tests use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ._masking import is_secret_key

DEFAULT_LIFETIME = 3600  # seconds
ENVIRONMENT_PREFIX = "BEYONDIDENTITY_"


@dataclass(frozen=True)
class Option:
    """A connection option.

    Attributes:
        credential: credential options of one source replace all credential options of a weaker source.
        argument_only: whether neither a variable nor the environment can set the option.
    """

    name: str
    type: str = "str"
    default: Any = None
    choices: tuple[str, ...] = ()
    credential: bool = False
    argument_only: bool = False

    @cached_property
    def secret(self) -> bool:
        """Whether the value must not be shown."""
        return is_secret_key(self.name)

    @cached_property
    def variable(self) -> str:
        """The Ansible variable that sets the option."""
        return f"beyondidentity_{self.name}"

    @cached_property
    def environment(self) -> str:
        """The environment variable that sets the option."""
        return f"{ENVIRONMENT_PREFIX}{self.name.upper()}"

    def build_spec(self) -> dict[str, Any]:
        """Return the option's entry of an argument spec."""
        spec: dict[str, Any] = {"type": self.type, "no_log": self.secret}
        if self.default is not None:
            spec["default"] = self.default
        if self.choices:
            spec["choices"] = list(self.choices)
        return spec


CONNECTION_OPTIONS = (
    Option("issuer"),
    Option("region", choices=("us", "eu", "fedramp")),
    Option("auth_url"),
    Option("api_url"),
    Option("tenant_id"),
    Option("auth_realm_id"),
    Option("application_id"),
    Option("realm_id"),
    Option("client_id", credential=True),
    Option("client_secret", credential=True),
    Option("access_token", credential=True),
    Option(
        "client_auth_method",
        default="client_secret_basic",
        choices=("client_secret_basic", "client_secret_post", "none"),
    ),
    Option("grant_type", default="client_credentials", choices=("client_credentials", "authorization_code")),
    Option("expiration_time", type="int", default=DEFAULT_LIFETIME),
    Option("min_validity", type="int"),
    Option("token_cache", default="run", choices=("run", "user", "none")),
    Option("timeout", type="int", default=30),
    Option("retries", type="int", default=3),
    Option("retry_max_wait", type="int", default=60),
    Option("validate_certs", type="bool", default=True),
    Option("ca_path", type="path"),
    Option("client_cert", type="path"),
    Option("client_key", type="path"),
    Option("client_key_password"),
    Option("proxy"),
    Option("reveal", type="bool", default=False, argument_only=True),
)


# The managed realm by its display name: an option of the modules that manage objects in a realm.
REALM_OPTION = Option("realm")

# The ID of the only realm that a run may manage. This is an environment variable, not an option, so a playbook cannot set it.
PINNED_REALM_VARIABLE = "BEYONDIDENTITY_PINNED_REALM_ID"


def list_options(*, manages_realm: bool) -> tuple[Option, ...]:
    """Return the connection options of a module or lookup, with `realm` if it manages objects in a realm."""
    return (*CONNECTION_OPTIONS, REALM_OPTION) if manages_realm else CONNECTION_OPTIONS


def connection_spec(*, manages_realm: bool = False) -> dict[str, dict[str, Any]]:
    """Return the part of the argument spec that modules share."""
    return {option.name: option.build_spec() for option in list_options(manages_realm=manages_realm)}
