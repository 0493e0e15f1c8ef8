# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the files of certificates and keys before anything is sent. A message names the option, the file and the fault."""

from __future__ import annotations

import os
import re
import ssl
from functools import lru_cache

from .._errors import OptionError
from .._text import sanitize_for_display

_CERTIFICATE = re.compile(rb"^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----", re.MULTILINE)
_KEY = re.compile(rb"^-----BEGIN (?:[A-Z0-9]+ )?PRIVATE KEY-----", re.MULTILINE)
_ENCRYPTED = re.compile(rb"^(?:-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)", re.MULTILINE)
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.\d+")  # in a folder of authorities, as `openssl rehash` makes them

# OpenSSL's reasons. OpenSSL reports a key of another algorithm as a key without a certificate.
_OTHER_KEY = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
_WEAK = ("TOO_SMALL", "TOO_WEAK")

_SIZE_LIMIT = 10 * 1024 * 1024  # bytes

_Stamp = tuple[int, int]  # time and size, which change when a file is written


def validate_authorities(path: str, name: str) -> None:
    """Raise `OptionError` unless a path is a readable file with a certificate, or a folder of certificates.

    To load all authorities of a system takes longer than a request, and a connection loads them anyway.
    """
    stamp = _stat(path, name)
    if not os.path.isdir(path):
        _require_certificate(path, name, stamp)
    elif not any(map(_HASHED_NAME.fullmatch, os.listdir(path))):
        raise _build_error(
            name,
            path,
            "is a folder without certificates under their hashes",
            f"If the folder has the certificates, run openssl rehash on it. Otherwise set {name} to a file with the authority's certificate.",
        )


def validate_client_certificate(certificate: str, key: str | None, password: str | None) -> None:
    """Raise `OptionError` unless the files hold a certificate and its key, and the password opens the key.

    Args:
        certificate: the path of `client_cert`.
        key: the path of `client_key`; without it, `client_cert` has the key too.
        password: `client_key_password`.
    """
    stamps = _stat(certificate, "client_cert"), _stat(key, "client_key") if key else None
    _validate_client_certificate(certificate, key, password, stamps)


@lru_cache(maxsize=16)
def _require_certificate(path: str, name: str, _stamp: _Stamp) -> None:
    _require(path, name, _CERTIFICATE, "CERTIFICATE")


def refuse_damaged_authorities(path: str, name: str) -> None:
    """Raise `OptionError` if a file of authorities cannot be loaded: the error of a connection names neither file nor option."""
    if os.path.isdir(path):
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise _build_error(name, path, "has a damaged certificate", "Replace the file.") from None


@lru_cache(maxsize=16)
def _validate_client_certificate(
    certificate: str, key: str | None, password: str | None, _stamps: tuple[_Stamp, _Stamp | None]
) -> None:
    _require(certificate, "client_cert", _CERTIFICATE, "CERTIFICATE")
    key_name, key_path = ("client_key", key) if key else ("client_cert", certificate)
    content = _require(key_path, key_name, _KEY, "PRIVATE KEY")
    is_encrypted = _ENCRYPTED.search(content) is not None
    if is_encrypted and not password:
        raise _build_error(key_name, key_path, "has an encrypted key", "Set client_key_password.")
    try:
        # The callback keeps OpenSSL from a prompt at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=lambda: password or "")
    except ssl.SSLError as error:
        raise _explain_chain_error(error, certificate, key_name, key_path, is_encrypted=is_encrypted) from None
    except ValueError:  # of the callback
        raise OptionError(
            "client_key_password is longer than 1,023 bytes, the limit of OpenSSL.",
            "Set it to the pass phrase, not to the content of a file.",
        ) from None


def _explain_chain_error(
    error: ssl.SSLError, certificate: str, key_name: str, key_path: str, *, is_encrypted: bool
) -> OptionError:
    if error.reason in _OTHER_KEY:
        return OptionError(
            f"The key in {key_name} '{sanitize_for_display(key_path, 200)}' does not belong to the certificate in client_cert "
            f"'{sanitize_for_display(certificate, 200)}'.",
            "Set client_cert and client_key to files that were created together.",
        )
    if str(error.reason).endswith(_WEAK):
        fault = f"has a certificate or key that is too weak for OpenSSL on this machine ({error.reason})"
        return _build_error("client_cert", certificate, fault, "Request a new certificate, with a longer key.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=certificate)
    except ssl.SSLError:
        return _build_error("client_cert", certificate, "has a damaged certificate", "Replace the file.")
    if is_encrypted:
        return _build_error(
            key_name,
            key_path,
            "has an encrypted key that client_key_password does not decrypt",
            "Check client_key_password.",
        )
    return _build_error(key_name, key_path, "has a damaged key", "Replace the file.")


def _stat(path: str, name: str) -> _Stamp:
    try:
        if not os.access(path, os.R_OK):
            raise OSError
        status = os.stat(path)
    except OSError:
        raise OptionError(
            f"Cannot read {name} '{sanitize_for_display(path, 200)}'.",
            "Check that the file exists on the host that runs the task, and that the task's user can read it.",
        ) from None
    return status.st_mtime_ns, status.st_size


def _require(path: str, name: str, mark: re.Pattern[bytes], kind: str) -> bytes:
    """Return the content of a file; raise `OptionError` unless it has the first line of a PEM block."""
    hint = f"Set {name} to a file in PEM format, with a line such as -----BEGIN {kind}-----."
    if os.path.isdir(path):
        raise _build_error(name, path, "is a folder", f"Set {name} to a file.")
    with open(path, "rb") as file:
        content = file.read(_SIZE_LIMIT)
    if not content.strip():
        raise _build_error(name, path, "is empty", hint)
    if not mark.search(content):
        raise _build_error(name, path, "has no certificate" if mark == _CERTIFICATE else "has no private key", hint)
    return content


def _build_error(name: str, path: str, fault: str, hint: str) -> OptionError:
    return OptionError(f"{name} '{sanitize_for_display(path, 200)}' {fault}.", hint)
