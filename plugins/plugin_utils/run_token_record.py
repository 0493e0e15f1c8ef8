# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tokens that a run was issued: logged at -v, and recorded for the callback that revokes them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..module_utils._connection_options import CONNECTION_OPTIONS
from ..module_utils._errors import BeyondIdentityError
from ..module_utils._http.settings import select_environment
from ..module_utils._oauth.token import Token, to_token_id
from ..module_utils._task.context import TaskContext
from ..module_utils._text import join_names
from .encrypted_store import HAS_CRYPTOGRAPHY
from .stores import open_run_store

if TYPE_CHECKING:
    from .token_audit import TokenAudit

display = Display()

_MAXIMUM_REMOTE_TOKENS = 100  # more tokens of one delegated task are not believed


class _Recording:
    """Whether tokens are recorded. The main process sets it before it forks workers, which inherit it."""

    is_enabled = False


@dataclass(frozen=True)
class RecordedToken:
    """A token's value, and what its revocation needs: the connection options and the environment that it was issued with.

    `expires` is in Unix seconds, `None` if unknown. `audit` has the audit file that its issue was recorded in, and the record
    of it.
    """

    value: str = field(repr=False)
    display_name: str
    scopes: tuple[str, ...]
    expires: float | None
    options: Mapping[str, Any] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    audit: Mapping[str, Any] | None = None

    @property
    def is_expired(self) -> bool:
        """Whether the token's life is over."""
        return self.expires is not None and time.time() >= self.expires


def enable_recording() -> bool:
    """Record tokens from now on; return false if that is impossible."""
    _Recording.is_enabled = HAS_CRYPTOGRAPHY
    return _Recording.is_enabled


def record_issued_token(task: TaskContext, token: Token, *, audit: TokenAudit | None = None) -> None:
    """Log a new token at -v by its ID, scopes, lifetime and application, never by its value; record it if that is enabled.

    Raises:
        AuditError: the audit file cannot be written. The token is still recorded, so it can be revoked.
    """
    if display.verbosity or getattr(display, "log_verbosity", 0):  # since ansible-core 2.17 a log may be more verbose
        lifetime = "an unknown time" if token.lifetime is None else f"{token.lifetime} s"
        display.v(
            f"Token {token.display_name} was issued to the application {task.connection.application_id} for {lifetime} "
            f"with the scopes: {join_names(token.scopes, 200)}."
        )
    if _Recording.is_enabled:
        _record(describe_values(task, token, audit))
    if audit:
        audit.record_issued(task, token)


def record_remote_tokens(task: TaskContext, entries: Any, *, audit: TokenAudit | None = None) -> None:
    """Log and record the tokens that a delegated module reports. The remote host may lie: entries that are not tokens are skipped."""
    for entry in _list_remote(entries):
        token = _read_remote_token(task, entry)
        if token:
            record_issued_token(task, token, audit=audit)


def record_remote_revocations(task: TaskContext, entries: Any, audit: TokenAudit | None) -> None:
    """Record the IDs of the tokens that a delegated module revoked, with the IDs of their applications."""
    for entry in _list_remote(entries) if audit else ():
        if audit and isinstance(entry, (list, tuple)) and len(entry) == 2:
            audit.record_revoked(task, to_token_id(entry[0]), to_token_id(entry[1]))


def _list_remote(entries: Any) -> list[Any]:
    return entries[:_MAXIMUM_REMOTE_TOKENS] if isinstance(entries, list) else []


def _read_remote_token(task: TaskContext, entry: Any) -> Token | None:
    with suppress(BeyondIdentityError, KeyError, TypeError, ValueError, OverflowError):
        token, connection = Token.from_dict(entry), task.connection
        # A token response with a longer lifetime would not be believed either.
        if connection.issuer and (token.lifetime or 0) <= connection.expiration_time:
            return token
    return None


def list_recorded_tokens() -> list[RecordedToken]:
    """Return all recorded tokens of all processes of the run, including refresh tokens and expired tokens."""
    recorded = (entry.get("issued") for entry in open_run_store(display.warning).list_entries())
    return [
        RecordedToken(**{**entry, "scopes": tuple(entry["scopes"])}) for entry in recorded if isinstance(entry, dict)
    ]


def describe_values(task: TaskContext, token: Token, audit: TokenAudit | None = None) -> list[RecordedToken]:
    """Return the access token, and the refresh token if the response has it. One may be revoked without the other."""
    options = {option.name: task.params[option.name] for option in CONNECTION_OPTIONS}
    environ = select_environment(task.environ)
    expires = None if token.lifetime is None else token.issued_at + token.lifetime
    audits = audit.describe(task, token) if audit else (None, None)
    tokens = [RecordedToken(token.access_token, token.display_name, token.scopes, expires, options, environ, audits[0])]
    if token.refresh_token:
        name = name_refresh_token(token.display_name)
        tokens.append(RecordedToken(token.refresh_token, name, (), None, options, environ, audits[1]))
    return tokens


def name_refresh_token(access_token: str) -> str:
    """Return the name of the refresh token that was issued with an access token of this name."""
    return f"{access_token} (refresh token)"


def _record(recorded: list[RecordedToken]) -> None:
    store = open_run_store(display.warning)
    for token in recorded:
        store.put(["issued", token.value], {"issued": asdict(token)})
