# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options for HTTP: time limits, retries, TLS and proxy."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from .._errors import OptionError
from .._text import sanitize_for_display


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
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name, minimum in (("timeout", 1), ("retries", 0), ("retry_max_wait", 0)):
            if getattr(self, name) < minimum:
                raise OptionError(f"{name} must be at least {minimum}, not {getattr(self, name)}.")
        for name in ("ca_path", "client_cert", "client_key"):
            validate_readable(getattr(self, name), name)
        if self.client_key and not self.client_cert:
            raise OptionError("client_key is set, but client_cert is not.", "Set client_cert too.")


def validate_readable(path: str | None, name: str) -> None:
    """Raise `OptionError` if a path is set and cannot be read."""
    if path and not os.access(path, os.R_OK):
        raise OptionError(
            f"Cannot read {name} '{sanitize_for_display(path, 200)}'.",
            "Check that the file exists on the host that runs the task, and that the task's user can read it.",
        )
