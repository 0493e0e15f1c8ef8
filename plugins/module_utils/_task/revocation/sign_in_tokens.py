# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The single tokens of stored sign-ins, and the report of tokens that stay valid after a sign-out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..._oauth.token import Token, to_iso8601
from ..context import TaskContext


@dataclass(frozen=True)
class SignInToken:
    """An access token or a refresh token of a stored sign-in.

    Attributes:
        id: the token's ID, `None` if unknown. Only the API returns the ID of a refresh token.
        expires: the end of its life in Unix seconds, `None` if unknown. Only the API returns the end of a refresh token.
        sign_in_id: the ID of the sign-in's access token.
    """

    token_type: str
    value: str = field(repr=False)
    id: str | None = None
    expires: float | None = None
    sign_in_id: str | None = None

    @property
    def expires_at(self) -> str | None:
        """The end of the token's life in ISO 8601, UTC."""
        return None if self.expires is None else to_iso8601(self.expires)

    @property
    def is_over(self) -> bool:
        """Whether the token has expired, so no revocation is needed."""
        return self.expires is not None and time.time() >= self.expires

    def describe(self) -> str:
        """Return the token for a message, without its value."""
        name = f"the {self.token_type.replace('_', ' ')} {self.id or 'without a known ID'}"
        if not self.id and self.sign_in_id:
            name = f"the {self.token_type.replace('_', ' ')} that was issued with {self.sign_in_id}"
        return f"{name}, until {self.expires_at or 'an unknown time'}"


def list_sign_in_tokens(sign_ins: Iterable[Token]) -> list[SignInToken]:
    """Return all tokens of these sign-ins, each once, in the order of the sign-ins.

    A refresh token comes before its access token, because new access tokens could be requested with it.
    """
    found: dict[str, SignInToken] = {}
    for sign_in in sign_ins:
        expires = None if sign_in.lifetime is None else sign_in.issued_at + sign_in.lifetime
        tokens = [SignInToken("access_token", sign_in.access_token, sign_in.id, expires)]
        if sign_in.refresh_token:
            tokens.insert(0, SignInToken("refresh_token", sign_in.refresh_token, sign_in_id=sign_in.id))
        for token in tokens:
            found.setdefault(token.value, token)
    return list(found.values())


def report_remaining(
    task: TaskContext, application_id: str, remaining: Mapping[str, Sequence[SignInToken]], advice: str = ""
) -> list[dict[str, Any]]:
    """Warn of the tokens that stay valid, and return them for the result.

    Args:
        remaining: the tokens by the reason why they are not revoked.
        advice: how to avoid this next time.
    """
    listed = []
    for reason, tokens in remaining.items():
        names = "; ".join(token.describe() for token in tokens)
        stay = "This token stays" if len(tokens) == 1 else "These tokens stay"
        task.warn(
            f"The sign-in is removed from this machine. {stay} valid: {names}. {reason} "
            f"{_explain_revocation(application_id, tokens)} {advice}".strip()
        )
        listed += [{"id": token.id, "token_type": token.token_type, "expires_at": token.expires_at} for token in tokens]
    return listed


def _explain_revocation(application_id: str, tokens: Sequence[SignInToken]) -> str:
    """Say how an administrator revokes these tokens."""
    selection, effect = "all=application", " This revokes all tokens of the application."
    if all(token.id for token in tokens):
        selection, effect = f"id={tokens[0].id if len(tokens) == 1 else 'ID'}", ""
    return (
        "To revoke now, set BEYONDIDENTITY_ISSUER, BEYONDIDENTITY_CLIENT_ID and BEYONDIDENTITY_CLIENT_SECRET to the values of another "
        "application, which has the scopes tokens:read and tokens:delete. Then run: ansible localhost "
        f"-m beyondidentity.management.revoke -a '{selection} application={application_id}'.{effect}"
    )
