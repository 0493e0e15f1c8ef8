# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a token must be valid: the option `min_validity`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._errors import BeyondIdentityError, OptionError, TokenLifetimeError
from .jwt_claims import read_unverified_claims
from .task_errors import TaskErrors
from .token import Token, to_iso8601
from .token_errors import describe_expiry


@contextmanager
def share_short_tokens(errors: TaskErrors, key: Any, min_validity: int | None) -> Iterator[None]:
    """Raise the error of a too short token if the task knows that the service issues only such tokens, or record it."""
    if min_validity is None:
        yield
        return
    with errors.share([*key, "min_validity", min_validity], _is_too_short):
        yield


def _is_too_short(error: BeyondIdentityError) -> bool:
    return isinstance(error, TokenLifetimeError)


def refuse_short_token(token: Token, min_validity: int | None) -> Token:
    """Return a new token; raise an error if its lifetime is shorter than `min_validity`, or unknown.

    The lifetime is not reduced by the time that the request took. Otherwise a slow network would turn a sufficient lifetime
    into an error.
    """
    if min_validity is None or (token.lifetime is not None and token.lifetime >= min_validity):
        return token
    if token.lifetime is None:
        raise TokenLifetimeError(
            f"The service did not say how long its token is valid (expires_in), and min_validity is {min_validity} seconds.",
            "Remove min_validity.",
        )
    raise TokenLifetimeError(
        f"The service issued a token that is valid for {token.lifetime} seconds, and min_validity is {min_validity} seconds.",
        "Increase token_expires_after of the application, or reduce min_validity.",
    )


def refuse_short_given_token(access_token: str, min_validity: int | None) -> None:
    """Raise `OptionError` if a self-contained token of the user is known to be too short. Any other token tells no time."""
    expires_at = (read_unverified_claims(access_token) or {}).get("exp")
    if min_validity is None or not isinstance(expires_at, (int, float)) or isinstance(expires_at, bool):
        return
    remaining = expires_at - time.time()
    if remaining <= 0:
        raise OptionError(describe_expiry(access_token))
    if remaining < min_validity:
        raise OptionError(
            f"The access_token is valid for {int(remaining)} more seconds, until {to_iso8601(expires_at)}, and min_validity is "
            f"{min_validity} seconds.",
            "Set an access_token with a longer lifetime, or reduce min_validity.",
        )
