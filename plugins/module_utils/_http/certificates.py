# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate authorities a server's certificate is checked against."""

from __future__ import annotations

from collections.abc import Mapping

from . import tls_files
from .settings import HttpSettings

_ENVIRONMENT = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def refuse_damaged_authorities(settings: HttpSettings, environ: Mapping[str, str]) -> None:
    """Raise `OptionError` if the selected authorities cannot be loaded."""
    path, name = find_authorities(settings, environ)
    if path:
        tls_files.refuse_damaged_authorities(path, name)


def select_authorities(settings: HttpSettings, environ: Mapping[str, str]) -> bool | str:
    """Return the path of a CA file, `True` for the authorities that requests ships, or `False` for no check at all."""
    if not settings.validate_certs:
        return False
    path, name = find_authorities(settings, environ)
    if path and name != "ca_path":  # the settings have checked their own
        tls_files.validate_authorities(path, name)
    return path or True


def find_authorities(settings: HttpSettings, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the path of the CA certificates, and the option or variable that sets it; `None` for the certificates of requests."""
    candidates = (("ca_path", settings.ca_path), *((name, environ.get(name)) for name in _ENVIRONMENT))
    return next(((path, name) for name, path in candidates if path), (None, ""))
