# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores for tokens: the run's, and the user's beyond the run.

A run's files are in the run's private directory, encrypted with a key that exists only in the memory of the run's
processes. The files of a killed run are unreadable, and the same user's next run removes them. The user's files are
in the user's cache directory, encrypted with a key in another directory, so a copy of the cache alone is useless.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible import constants

from ..module_utils._errors import BeyondIdentityError, OptionError
from ..module_utils._oauth.token import Token
from ..module_utils._oauth.token_store import TokenStores
from ..module_utils._text import sanitize_for_display
from .abandoned_stores import RUN_FOLDER, remove_abandoned_stores
from .encrypted_store import HAS_CRYPTOGRAPHY, EncryptedStore
from .store_errors import explain_store_error
from .store_key import FOLDER, read_user_key


def open_stores(
    params: Mapping[str, Any], warn: Callable[[str], None], tell: Callable[[str], None] = lambda message: None
) -> TokenStores:
    """Return the stores that a task or lookup may use. With `validate_certs: false` nothing enters or leaves the user's."""
    if not HAS_CRYPTOGRAPHY:  # ansible-core requires it too, so it is rarely missing
        warn(
            "Tasks cannot share tokens: the Python library cryptography is missing. "
            "Install it for the Python that runs Ansible (see ansible --version): python3 -m pip install cryptography"
        )
        return TokenStores()
    needs_user_store = params["token_cache"] == "user" or params["grant_type"] != "client_credentials"
    user_store = open_user_store(warn, tell) if needs_user_store and params["validate_certs"] else None
    return TokenStores(open_run_store(warn, tell), user_store)


def open_run_store(warn: Callable[[str], None], tell: Callable[[str], None] = lambda message: None) -> EncryptedStore:
    """Return this run's store. Its secret is the same in all processes of the run, new in each run, and never on disk."""
    return _build_run_store(constants.DEFAULT_LOCAL_TMP, bytes(multiprocessing.current_process().authkey), warn, tell)


@lru_cache(maxsize=4)  # its key is derived once in each process, and it knows what it has read
def _build_run_store(
    local_tmp: str, secret: bytes, warn: Callable[[str], None], tell: Callable[[str], None]
) -> EncryptedStore:
    parent = Path(local_tmp)
    store = EncryptedStore(parent / RUN_FOLDER, secret, warn, tell=tell)
    if not store.folder.exists():
        remove_abandoned_stores(parent.parent)
    return store


def open_user_store(
    warn: Callable[[str], None], tell: Callable[[str], None] = lambda message: None
) -> EncryptedStore | None:
    """Return this user's store (XDG Base Directory Specification), or `None` with a warning if there can be none."""
    try:
        key_folder, folder = _find_folder("XDG_DATA_HOME", ".local/share"), _find_folder("XDG_CACHE_HOME", ".cache")
    except OptionError as error:
        warn(f"Cannot store tokens beyond this run: {error.message}")
        return None
    used = key_folder
    try:
        _create_base(key_folder)
        secret = read_user_key(key_folder)
        used = folder
        _create_base(folder)
    except OSError as error:
        warn(f"Cannot store tokens beyond this run in {used}: {explain_store_error(error, used)}")
        return None
    return EncryptedStore(folder, secret, warn, _is_spent, tell=tell, setting="XDG_CACHE_HOME")


def _find_folder(variable: str, default: str) -> Path:
    """Return the collection's folder in one of the user's base directories; raise `OptionError` if the place is unknown."""
    given = os.environ.get(variable, "")
    if os.path.isabs(given):
        return Path(given) / FOLDER
    home = os.environ.get("HOME", "")
    if not os.path.isabs(home):
        state = f"'{sanitize_for_display(home, 200)}', which is not an absolute path" if home else "not set"
        raise OptionError(
            f"HOME is {state}.", "Set HOME, or both XDG_DATA_HOME and XDG_CACHE_HOME, to an absolute path."
        )
    return Path(home) / default / FOLDER


def _create_base(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _is_spent(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is an expired token. Expiry is a matter of the wall clock, which also runs while a computer sleeps."""
    try:
        token = Token.from_dict(entry)
    except (BeyondIdentityError, KeyError, TypeError, ValueError):
        return False  # stored sign-ins, which hold refresh tokens
    return token.is_expired(time.time())
