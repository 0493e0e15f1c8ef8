# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revocation, at the end of a run, of all tokens that the run was issued."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ansible.utils.display import Display

from ..module_utils._errors import AuditError
from ..module_utils._http.settings import HttpSettings
from ..module_utils._masking import find_secrets, remember_secrets, secret_scope
from ..module_utils._oauth.token import Token
from ..module_utils._task.context import TaskContext
from ..module_utils._task.progress import Progress
from ..module_utils._task.revocation.revoker import DELETE_SCOPE, Revoker
from ..module_utils._text import join_names
from .encrypted_store import EncryptedStore, iter_texts
from .run_token_record import (
    RecordedToken,
    describe_values,
    list_recorded_tokens,
    name_refresh_token,
    record_issued_token,
)
from .stores import open_stores

if TYPE_CHECKING:
    from .token_audit import TokenAudit

display = Display()

# The run is over and the operator waits: long enough for a slow server, but not for one that does not respond.
_MAXIMUM_TIMEOUT, _MAXIMUM_RETRIES = 10, 1  # seconds, attempts
_MAXIMUM_NAMES = 100  # in one warning


def revoke_run_tokens() -> None:
    """Revoke all tokens of this run except the tokens in the user's store; display their number, and the tokens that were not revoked."""
    with secret_scope():
        _RunRevocation(_list_unwanted(list_recorded_tokens())).run()


def _list_unwanted(tokens: list[RecordedToken]) -> list[RecordedToken]:
    """Return the tokens that are valid and not in the user's store."""
    stores = (open_stores(token.options, display.warning).user for token in tokens)
    user_store = next((store for store in stores if isinstance(store, EncryptedStore)), None)
    kept = {text for entry in user_store.list_entries() for text in iter_texts(entry)} if user_store else set()
    return [token for token in tokens if not token.is_expired and token.value not in kept]


def _group_by_credential(tokens: Iterable[RecordedToken]) -> list[tuple[TaskContext, list[RecordedToken]]]:
    """Return the tokens of each credential, with a task context that has the credential and the tokens' HTTP settings."""
    groups: dict[Any, tuple[TaskContext, list[RecordedToken]]] = {}
    for token in tokens:
        options = {
            **token.options,
            "grant_type": "client_credentials",  # at the end of a run no user can sign in
            "min_validity": None,  # a revocation needs a token for a moment
            "token_cache": "none",
            "timeout": min(token.options["timeout"], _MAXIMUM_TIMEOUT),
            "retries": min(token.options["retries"], _MAXIMUM_RETRIES),
        }
        task = TaskContext(options, environ=token.environ)
        client = task.connection
        credential = (
            client.issuer,
            client.client_id,
            client.client_secret,
            client.client_auth_method,
            client.access_token,
        )
        route = (*(options[item.name] for item in fields(HttpSettings)), *sorted(token.environ.items()))
        groups.setdefault((credential, route), (task, []))[1].append(token)
    return list(groups.values())


class _RunRevocation:
    """Revokes tokens, and records the tokens that are not revoked."""

    def __init__(self, tokens: list[RecordedToken]) -> None:
        self.tokens = tokens
        self.pending = {token.value: token for token in tokens}
        self.revoked = 0
        self.failures: dict[str, list[str]] = {}  # names by reason
        self.audit_failure = ""
        self.unavailable: dict[str, str] = {}  # servers that receive no more requests, with the reason
        self.progress = Progress(len(tokens), "Tokens of this run processed:", _say)

    def run(self) -> None:
        """Revoke all tokens, and display the outcome even if the operator interrupts."""
        try:
            for task, tokens in _group_by_credential(self.tokens):
                self._revoke_all(task, tokens)
        except (KeyboardInterrupt, SystemExit):
            for token in list(self.pending.values()):
                self._report(token, "The revocation was interrupted.")
        if self.revoked:
            _say(f"Revoked {self.revoked} {'token' if self.revoked == 1 else 'tokens'} of this run.")
        for reason, names in self.failures.items():
            end = "it expires" if len(names) == 1 else "they expire"
            display.warning(f"Not revoked, and valid until {end}: {_count_names(names)}. {reason}")
        if self.audit_failure:
            display.warning(f"Not all revocations are recorded. {self.audit_failure}")

    def _revoke_all(self, task: TaskContext, tokens: list[RecordedToken]) -> None:
        """Revoke the tokens of one credential. The authorizing token is revoked last."""
        own: list[RecordedToken] = []
        # The authorizing token is recorded in the same file as the other tokens.
        audit = next((_open_audit(token.audit["file"]) for token in tokens if token.audit), None)

        def note(task: TaskContext, token: Token) -> None:
            record_issued_token(task, token)
            recorded = describe_values(task, token, audit)[0]
            self.pending[recorded.value] = recorded
            own.append(recorded)
            if audit:
                self._audit(lambda: audit.record_issued(task, token))

        task.on_issued = note
        remember_secrets(find_secrets(dict(task.params)))
        deleter = next((token for token in tokens if DELETE_SCOPE in token.scopes), None)
        revoker = Revoker(task, deleter.value if deleter else None, self.unavailable)
        # The revocation of its refresh token can end it, so that one is the last but one.
        refresher = name_refresh_token(deleter.display_name) if deleter else ""
        for recorded in sorted(tokens, key=lambda token: (token is deleter, token.display_name == refresher)):
            self.revoked += self._revoke(revoker, recorded)
            self.progress.advance()
        for token in own:
            self._revoke(revoker, token)

    def _revoke(self, revoker: Revoker, token: RecordedToken) -> bool:
        """Return whether the token is revoked now."""
        reason = revoker.try_to_revoke(token.value)
        self._report(token, reason)
        return not reason

    def _report(self, token: RecordedToken, reason: str) -> None:
        """Record that a token is revoked, or the reason why it is not."""
        del self.pending[token.value]
        if reason:
            self.failures.setdefault(reason, []).append(token.display_name)
        if token.audit:
            audit, audited = _open_audit(token.audit["file"]), token.audit["token"]
            self._audit(lambda: audit.record_end(audited, reason))

    def _audit(self, record: Callable[[], None]) -> None:
        """Record an event. If that fails, the revocation continues, and the reason is displayed once."""
        try:
            record()
        except AuditError as error:
            self.audit_failure = error.message


def _open_audit(path: str) -> TokenAudit:
    from .token_audit import AuditedTask, TokenAudit  # a run without an audit file does not need it

    return TokenAudit(path, AuditedTask("beyondidentity.management.revoke_tokens"))


def _count_names(names: list[str]) -> str:
    """Return names for a message. A name that several tokens have is shown once, with their number."""
    counted = (name if count == 1 else f"{count} {name}" for name, count in Counter(names).items())
    return join_names(counted, _MAXIMUM_NAMES)


def _say(text: str) -> None:
    display.display(text, stderr=True)
