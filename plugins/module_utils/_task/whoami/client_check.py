# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of a client's own credentials: requests for tokens, which must name scopes."""

from __future__ import annotations

from collections.abc import Sequence

from ..._errors import ResponseError
from ..._management.operation_scopes import suggest_scopes
from ..._oauth.principal import find_principal_id
from ..._oauth.token_sources import IssuedToken, TokenRequest
from ..context import TaskContext
from .api_access import try_token
from .checked_credentials import CheckedCredentials, TestedScope
from .own_application import read_own_application
from .refusals import is_refused_scope

_NOT_ALLOWED = "The application's allowed scopes do not include it."
_ADVICE = "Add it to the application's allowed scopes, or do not request it."


def check_client(task: TaskContext, scopes: Sequence[str]) -> CheckedCredentials:
    """Read the own application, and request one token with all tested scopes that the application may grant."""
    application = read_own_application(task)
    allowed = application.allowed_scopes
    tested, issued = _test(task, [scope for scope in scopes if allowed is None or scope in allowed])
    results = {item.scope: item for item in tested}
    complete = [results.get(scope) or _refuse(scope, _NOT_ALLOWED) for scope in scopes]
    if issued is None:
        return CheckedCredentials(
            application, verified=True, scopes=complete, api_reached=None if allowed is None else True
        )
    return CheckedCredentials(
        application,
        verified=True,
        scopes=complete,
        lifetime=issued.token.lifetime,
        principal_id=find_principal_id(issued.value),
        api_reached=allowed is not None or try_token(task, issued.value, issued.token.scopes),
    )


def _test(task: TaskContext, scopes: Sequence[str]) -> tuple[list[TestedScope], IssuedToken | None]:
    """Request a token. If the server refuses the scopes, it does not say which is the cause, so test each scope alone.

    Returns the tested scopes, and a token if one was issued.
    """
    if not scopes:
        return [], None
    try:
        issued = task.token_source.get(TokenRequest(tuple(scopes), fresh=True))
    except ResponseError as error:
        if not is_refused_scope(error):
            raise
        if len(scopes) == 1:
            return [_refuse(scopes[0], f"The service refused it ({error.code or error.status}).")], None
        parts = [_test(task, [scope]) for scope in scopes]
        return [tested for (tested,), _issued in parts], next((issued for _tested, issued in parts if issued), None)
    return [_compare(scope, issued) for scope in scopes], issued


def _compare(scope: str, issued: IssuedToken) -> TestedScope:
    if scope in issued.token.scopes:
        return TestedScope(scope, granted=True)
    return _refuse(scope, "The service issued the token without it.")


def _refuse(scope: str, reason: str) -> TestedScope:
    return TestedScope(scope, granted=False, reason=f"{reason} {suggest_scopes([scope]) or _ADVICE}")
