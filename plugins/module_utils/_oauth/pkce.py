# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

from .._errors import OptionError

CODE_CHALLENGE_METHODS = ("S256", "plain")
DEFAULT_LENGTH = 43  # characters; base64url of 32 random bytes
_MINIMUM_LENGTH, _MAXIMUM_LENGTH = 43, 128

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def create_code_verifier(length: int = DEFAULT_LENGTH) -> str:
    """Return a random code verifier of 43 to 128 unreserved characters (section 4.1)."""
    if not _MINIMUM_LENGTH <= length <= _MAXIMUM_LENGTH:
        raise OptionError(
            f"length must be from 43 to 128 characters, not {length} (RFC 7636 section 4.1).",
            f"Omit length for {DEFAULT_LENGTH} characters.",
        )
    return secrets.token_urlsafe(96)[:length]


def validate_code_verifier(verifier: str) -> str:
    """Return the same verifier; the error does not repeat it."""
    if not _VERIFIER.fullmatch(verifier):
        raise OptionError(
            "code_verifier must have 43 to 128 characters: letters, digits, and - . _ ~ (RFC 7636 section 4.1).",
            "Omit it: the module authorize generates a valid code_verifier.",
        )
    return verifier


def create_code_challenge(verifier: str, method: str = "S256") -> str:
    """Return a verifier's code challenge (section 4.2): base64url of its SHA-256, without padding; for `plain` the verifier."""
    validate_code_verifier(verifier)
    if method == "plain":
        return verifier
    if method != "S256":
        raise OptionError(f"code_challenge_method must be one of {', '.join(CODE_CHALLENGE_METHODS)}.", "Use S256.")
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
