# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate authorities a server's certificate is checked against."""

from __future__ import annotations

from collections.abc import Mapping

from .settings import HttpSettings
from .tls_files import validate_authorities

_ENVIRONMENT = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def select_authorities(settings: HttpSettings, environ: Mapping[str, str]) -> bool | str:
    """Return the path of a CA file, `True` for the authorities that requests ships, or `False` for no check at all."""
    if not settings.validate_certs:
        return False
    if settings.ca_path:
        return settings.ca_path
    for name in _ENVIRONMENT:
        path = environ.get(name)
        if path:
            validate_authorities(path, name)
            return path
    return True
