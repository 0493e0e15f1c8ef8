# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS with a certificate authority for one run."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


def create_server_context(ca_path: Path) -> ssl.SSLContext:
    """Return a context with a certificate for the loopback addresses; write its authority's certificate to a file."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", "::1").configure_cert(context)
    authority.cert_pem.write_to_path(str(ca_path))
    return context
