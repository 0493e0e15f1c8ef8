# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores for tokens: the run's, and the user's beyond the run.

A run's files are in the run's private directory, encrypted with a key that exists only in the memory of the run's
processes. What a killed run leaves behind is unreadable, and the same user's next run removes it. The user's files are
in the user's cache directory, encrypted with a key in another directory, so a copy of the cache alone is useless.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible import constants

from ..module_utils._errors import BeyondIdentityError
from ..module_utils._oauth.token import Token
from ..module_utils._oauth.token_store import TokenStores
from .abandoned_stores import RUN_FOLDER, remove_abandoned_stores
from .encrypted_store import HAS_CRYPTOGRAPHY, EncryptedStore
from .store_key import FOLDER, read_user_key

_SHARED_ERROR_LIFETIME = 3600  # seconds


def open_stores(params: Mapping[str, Any], warn: Callable[[str], None]) -> TokenStores:
    """Return the stores that a task or lookup may use. With `validate_certs: false` nothing enters or leaves the user's."""
    if not HAS_CRYPTOGRAPHY:  # ansible-core requires it too, so it is rarely missing
        warn("Tasks cannot share tokens: the Python library cryptography is missing.")
        return TokenStores()
    needs_user_store = params["token_cache"] == "user" or params["grant_type"] != "client_credentials"
    user_store = open_user_store(warn) if needs_user_store and params["validate_certs"] else None
    return TokenStores(open_run_store(warn), user_store)


def open_run_store(warn: Callable[[str], None]) -> EncryptedStore:
    """Return this run's store. Its secret is the same in all processes of the run, new in each run, and never on disk."""
    parent = Path(constants.DEFAULT_LOCAL_TMP)
    store = EncryptedStore(parent / RUN_FOLDER, bytes(multiprocessing.current_process().authkey), warn)
    if not store.folder.exists():
        remove_abandoned_stores(parent.parent)
    return store


def open_user_store(warn: Callable[[str], None]) -> EncryptedStore | None:
    """Return this user's store (XDG Base Directory Specification), or `None` with a warning if there can be none."""
    try:
        secret = read_user_key(_find_base("XDG_DATA_HOME", ".local/share") / FOLDER)
        folder = _find_base("XDG_CACHE_HOME", ".cache") / FOLDER
    except (OSError, RuntimeError) as error:  # RuntimeError if the home directory is unknown
        place = getattr(error, "filename", None) or "the key"
        warn(
            f"Cannot store tokens beyond this run: {type(error).__name__} at {place}. The folders {FOLDER} below "
            "~/.local/share and ~/.cache, or below XDG_DATA_HOME and XDG_CACHE_HOME, must be writable for this user and "
            "unreadable for all other users."
        )
        return None
    return EncryptedStore(folder, secret, warn, _is_spent)


def _find_base(variable: str, default: str) -> Path:
    """Return one of the user's base directories. A missing directory is created."""
    given = os.environ.get(variable, "")
    base = Path(given) if os.path.isabs(given) else Path.home() / default
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    return base


def _is_spent(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is useless beyond its run: an expired token, or an error that concurrent callers shared."""
    if isinstance(entry.get("at"), float):
        return bool(entry["at"] < time.time() - _SHARED_ERROR_LIFETIME)
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return False  # stored sign-ins, which hold refresh tokens
    return token.is_expired(time.time())
