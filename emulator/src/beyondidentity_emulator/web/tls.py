# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS with a certificate authority for one run, or with the user's own certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def create_server_context(*names: str) -> tuple[ssl.SSLContext, str]:
    """Return a context with a certificate for the loopback addresses and other names, and its authority's certificate."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*dict.fromkeys(("127.0.0.1", "localhost", "::1", *names))).configure_cert(context)
    return context, authority.cert_pem.bytes().decode("ascii")


def load_server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a context with the user's certificate; raise OSError or ValueError if a file cannot be used."""

    def refuse_password() -> str:
        raise ValueError("the key is encrypted")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key, refuse_password)
    return context
