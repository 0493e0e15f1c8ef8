# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options for HTTP: time limits, retries, TLS and proxy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .._errors import OptionError
from .retry import compute_longest_wait
from .tls_files import validate_authorities, validate_client_certificate

_ENVIRONMENT = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_MARGIN = 5.0  # seconds that one attempt may take beyond its time limit


@dataclass(frozen=True)
class HttpSettings:
    """How to reach servers. Times are in seconds."""

    timeout: int = 30
    retries: int = 3
    retry_max_wait: int = 60
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    client_key_password: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, minimum in (("timeout", 1), ("retries", 0), ("retry_max_wait", 0)):
            if getattr(self, name) < minimum:
                raise OptionError(
                    f"{name} must be at least {minimum}, not {getattr(self, name)}.", f"Set {name} to a larger number."
                )
        if self.ca_path:
            validate_authorities(self.ca_path, "ca_path")
        if self.client_cert:
            validate_client_certificate(self.client_cert, self.client_key, self.client_key_password)
        for name in ("client_key", "client_key_password"):
            if getattr(self, name) and not self.client_cert:
                raise OptionError(f"{name} is set, but client_cert is not.", "Set client_cert too.")

    @property
    def longest_exchange(self) -> float:
        """The longest time in seconds that one request takes, with all attempts and the waits between them."""
        return compute_longest_exchange(self.timeout, self.retries, self.retry_max_wait)

    def build_key(self, environ: Mapping[str, str]) -> list[Any]:
        """Return all that decides whether a request succeeds, for the key of an error that callers share."""
        return [asdict(self), select_environment(environ)]


def compute_longest_exchange(timeout: int, retries: int, retry_max_wait: int) -> float:
    """Return the longest time in seconds that a request with these options takes, also on a busy machine."""
    return (retries + 1) * (timeout + _MARGIN) + retries * compute_longest_wait(retry_max_wait)


def select_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that HTTP requests depend on."""
    return {name: environ[name] for name in _ENVIRONMENT if name in environ}
