# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule for redirect URIs (RFC 6749 section 3.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from .._errors import OptionError
from .._text import sanitize_for_display


def validate_redirect_uris(values: Iterable[str]) -> list[str]:
    """Return absolute URIs without a fragment, in the given order, each once."""
    uris = list(dict.fromkeys(values))
    for uri in uris:
        if not _is_valid(uri):
            raise OptionError(
                f"redirect_uris: '{sanitize_for_display(uri, 200)}' is not an absolute URI without a fragment "
                "(RFC 6749 section 3.1.2)."
            )
    return uris


def _is_valid(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    has_target = bool(parts.scheme and (parts.netloc or parts.path))
    return has_target and "#" not in uri and not any(char.isspace() for char in uri)
