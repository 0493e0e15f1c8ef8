# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that concurrent callers share, so that they do not all wait for the same failure, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .._errors import BeyondIdentityError
from .._masking import mask_known_secrets
from .token_store import TokenStore


@contextmanager
def share_errors(
    store: TokenStore,
    key: Any,
    began: float,
    is_shared: Callable[[Mapping[str, Any]], bool] = lambda details: True,
) -> Iterator[None]:
    """Raise the error that another caller met since `began` (Unix seconds), or share the one that is met here.

    Args:
        is_shared: whether an error with these details is shared.
    """
    entry = store.get([*key, "error"])
    if entry and entry.get("at", 0) >= began and is_shared(entry["details"]):
        raise BeyondIdentityError(entry["message"], **entry["details"])
    try:
        yield
    except BeyondIdentityError as error:
        if not is_shared(error.details):
            raise
        # Other callers do not know what this one sent, so they could not mask what the server echoed.
        details = {
            name: value for name, value in error.details.items() if name != "changed"
        }  # the others changed nothing
        shared = mask_known_secrets({"message": error.message, "details": details})
        store.put([*key, "error"], {"at": time.time(), **shared})
        raise
