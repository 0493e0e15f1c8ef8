# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of connection options, and the one place that knows which names stand for secrets.

Argument specs, the resolver, the documentation fragment's test and the README's test come from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# Keys of results, bodies and options whose values are secrets, wherever they stand.
SECRET_KEYS = frozenset(
    {
        "access_token",
        "client_secret",
        "code",
        "code_verifier",
        "credential_binding_link",
        "id_token",
        "okta_token",
        "proxy",
        "refresh_token",
        "token",
    }
)

# What the API may come to call a secret, too.
_SECRET_NAME = re.compile(r"(?:secret|password|passphrase|private_?key)", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a text under this key is a secret."""
    return name in SECRET_KEYS or _SECRET_NAME.search(name) is not None


DEFAULT_LIFETIME = 3600


@dataclass(frozen=True)
class Option:
    """A connection option. ``credential`` options of one source replace all those of a weaker one."""

    name: str
    type: str = "str"
    default: Any = None
    choices: tuple[str, ...] = ()
    credential: bool = False
    argument_only: bool = False

    @property
    def secret(self) -> bool:
        """Whether the value must never be shown."""
        return is_secret(self.name)

    @property
    def variable(self) -> str:
        """The variable that sets it for plays, hosts and groups."""
        return f"beyondidentity_{self.name}"

    @property
    def environment(self) -> str:
        """The environment variable that sets it."""
        return f"BEYONDIDENTITY_{self.name.upper()}"

    def spec(self) -> dict[str, Any]:
        """As an entry of an argument spec."""
        spec: dict[str, Any] = {"type": self.type, "no_log": self.secret}
        if self.default is not None:
            spec["default"] = self.default
        if self.choices:
            spec["choices"] = list(self.choices)
        return spec


CONNECTION = (
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
    Option("token_cache", default="run", choices=("run", "user", "none")),
    Option("timeout", type="int", default=30),
    Option("retries", type="int", default=3),
    Option("retry_max_wait", type="int", default=60),
    Option("validate_certs", type="bool", default=True),
    Option("ca_path", type="path"),
    Option("client_cert", type="path"),
    Option("client_key", type="path"),
    Option("proxy"),
    Option("reveal", type="bool", default=False, argument_only=True),
)


def connection_spec() -> dict[str, dict[str, Any]]:
    """The argument spec that every module shares."""
    return {option.name: option.spec() for option in CONNECTION}
