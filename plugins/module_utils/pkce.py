# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

from .errors import OptionError

METHODS = ("S256", "plain")
DEFAULT_LENGTH = 43  # of 32 random bytes

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def make_verifier(length: int = DEFAULT_LENGTH) -> str:
    """A fresh ``code_verifier`` of 43 to 128 unreserved characters (section 4.1)."""
    if not 43 <= length <= 128:
        raise OptionError(f"length must be from 43 to 128 characters, not {length} (RFC 7636 section 4.1).")
    return secrets.token_urlsafe(96)[:length]


def check_verifier(verifier: str) -> str:
    """The same verifier, or an error that does not repeat it."""
    if not _VERIFIER.fullmatch(verifier):
        raise OptionError(
            "code_verifier must have 43 to 128 characters, all of them letters, digits or one of - . _ ~ (RFC 7636 section 4.1)."
        )
    return verifier


def challenge(verifier: str, method: str = "S256") -> str:
    """The ``code_challenge`` of a verifier (section 4.2): base64url of its SHA-256, without padding; or itself for ``plain``."""
    check_verifier(verifier)
    if method == "plain":
        return verifier
    if method != "S256":
        raise OptionError(f"code_challenge_method must be one of {', '.join(METHODS)}.")
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
