# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the issue and revocation of tokens as JSON lines in the audit file: the token, its principal, the time and the task."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible import constants

from ..module_utils._masking import mask_known_secrets, remember_secrets
from ..module_utils._oauth.connection import Connection
from ..module_utils._oauth.principal import find_principal_id
from ..module_utils._oauth.token import Token
from ..module_utils._task.context import TaskContext
from ..module_utils._text import sanitize_for_display
from .audit_file import AuditFile
from .store_errors import name_user

_MAXIMUM_NAME = 200  # characters
_MAXIMUM_SCOPES = 8 * 1024  # bytes of all scopes of one event, in JSON


@dataclass(frozen=True)
class AuditedTask:
    """The task that a token was issued or revoked for. A lookup knows no task."""

    action: str
    play: str | None = None
    task: str | None = None
    host: str | None = None
    delegated_to: str | None = None
    check_mode: bool = False


class TokenAudit:
    """Records the tokens of one task or lookup. Each method raises `AuditError` if the file cannot be written.

    Args:
        path: the audit file.
    """

    def __init__(self, path: str, task: AuditedTask) -> None:
        self.path = path
        self._file = AuditFile(path)
        self._task = task

    def check(self) -> None:
        """Check that events can be recorded, before a token is requested: an audit that silently stops is worthless."""
        self._file.check()

    def record_issued(self, context: TaskContext, token: Token) -> None:
        """Record a new token."""
        remember_secrets(value for value in (token.access_token, token.refresh_token, token.id_token) if value)
        scopes = _select_scopes(token.scopes)
        fields = {
            **self.describe(context, token)[0]["token"],
            "grant_type": token.grant_type,
            "scopes": scopes,
            "scopes_omitted": len(token.scopes) - len(scopes),
            "lifetime": token.lifetime,
            "expires_at": token.expires_at,
            "has_refresh_token": bool(token.refresh_token),
        }
        self._append("issued", fields)

    def record_revoked(self, context: TaskContext, token_id: str | None, application_id: str | None) -> None:
        """Record that a task revoked a token."""
        connection = _describe_connection(context.connection)
        self._append("revoked", {"token_id": token_id, **connection, "application_id": application_id})

    def describe(self, context: TaskContext, token: Token) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what `RecordedToken.audit` has, for an access token, and for the refresh token that came with it.

        A refresh token has no ID that is known, so it is named by the ID of the access token.
        """
        common = {
            **_describe_connection(context.connection),
            "principal_id": _shorten(find_principal_id(token.access_token)),
        }
        access_token = {"token_id": token.id, "token_type": "access_token", **common}
        refresh_token = {"token_id": None, "token_type": "refresh_token", "issued_with": token.id, **common}
        return {"file": self.path, "token": access_token}, {"file": self.path, "token": refresh_token}

    def record_end(self, token: Mapping[str, Any], reason: str) -> None:
        """Record whether a token was revoked at the end of the run.

        Args:
            token: the token as `describe` describes it.
            reason: why it was not revoked; an empty text if it was.
        """
        if reason:
            self._append("not_revoked", {**token, "reason": sanitize_for_display(reason)})
        else:
            self._append("revoked", token)

    def _append(self, event: str, fields: Mapping[str, Any]) -> None:
        # The time comes first: an audit file is recognized by it.
        time = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        names = {name: _shorten(value) for name, value in vars(self._task).items()}
        details = {**fields, **names, **_describe_process()}
        masked = {name: mask_known_secrets(value) for name, value in details.items()}  # a name is never a secret
        entry = {"time": time, "event": event, **masked}
        self._file.append(json.dumps(entry, separators=(",", ":")).encode("ascii") + b"\n")


def _describe_connection(connection: Connection) -> dict[str, Any]:
    names = ("issuer", "tenant_id", "auth_realm_id", "application_id", "client_id")
    return {name: _shorten(getattr(connection, name)) for name in names}


def _describe_process() -> dict[str, Any]:
    """Return who runs Ansible where. AWX names its job in the environment of the job."""
    is_awx = "JOB_ID" in os.environ and "INVENTORY_ID" in os.environ
    return {
        "user": name_user(os.geteuid()),
        "controller": os.uname().nodename,
        "run": Path(constants.DEFAULT_LOCAL_TMP).name,
        "process": os.getpid(),
        **({"awx_job_id": _shorten(os.environ["JOB_ID"])} if is_awx else {}),
    }


def _select_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the first scopes, within the size that a line can have."""
    selected: list[str] = []
    size = 0
    for scope in scopes:
        text = sanitize_for_display(scope, _MAXIMUM_NAME)
        size += len(json.dumps(text)) + 1
        if size > _MAXIMUM_SCOPES:
            break
        selected.append(text)
    return selected


def _shorten(value: Any) -> Any:
    """Return text of the user or of a server as one line without known secrets. Other values stay as they are."""
    return sanitize_for_display(value, _MAXIMUM_NAME) if isinstance(value, str) else value
