# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token lookup, if the run has not stored its token yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleLookupError

from ..module_utils._errors import BeyondIdentityError, OptionError, StateError
from ..module_utils._masking import to_failed_result
from ..module_utils._oauth.token_errors import describe_expiry
from ..module_utils._oauth.token_sources import TokenRequest, find_missing_scopes
from ..module_utils._oauth.token_store import TokenStores
from ..module_utils._task.context import TaskContext
from ..module_utils._task.runner import run_safely
from ..module_utils._task.sign_ins import open_sign_ins
from .audit_option import read_audit_file
from .check_run import is_check_run
from .option_sources import OptionSources
from .run_token_record import record_issued_token

if TYPE_CHECKING:
    from .token_audit import TokenAudit


def request_token(
    params: Mapping[str, Any],
    scopes: list[str],
    *,
    stores: TokenStores,
    environ: Mapping[str, str],
    sources: OptionSources,
    warn: Callable[[str], None],
    tell: Callable[[str], None],
) -> str:
    """Return a token: a new token, the user's own, or the token of the stored sign-in; raise `AnsibleLookupError` if no token is available.

    Args:
        params: the validated options.
        environ: the environment variables that HTTP requests depend on.
        sources: where the audit file is set.
        warn: shows a warning.
        tell: shows progress at once.
    """
    task = TaskContext(
        params,
        is_check_run=is_check_run(),
        stores=stores,
        open_sign_ins=open_sign_ins,
        environ=environ,
        warn=warn,
        tell=tell,
        on_issued=partial(record_issued_token, audit=_open_audit(sources, warn)),
    )
    result = run_safely(task, lambda task: {"access_token": _get_token(task, scopes)})
    if result.get("failed"):
        raise AnsibleLookupError(result["msg"])
    access_token: str = result["access_token"]
    return access_token


def _open_audit(sources: OptionSources, warn: Callable[[str], None]) -> TokenAudit | None:
    """Return where the token is recorded; raise `AnsibleLookupError` before any request if it cannot be."""
    try:
        path = read_audit_file(sources, warn)
        if path is None:
            return None
        from .token_audit import AuditedTask, TokenAudit

        variables = sources.variables
        play, host = variables.get("ansible_play_name"), variables.get("inventory_hostname")
        audit = TokenAudit(path, AuditedTask("lookup", play, host=host, check_mode=is_check_run()))
        audit.check()
    except BeyondIdentityError as error:
        raise AnsibleLookupError(to_failed_result(error)["msg"]) from None
    return audit


def _get_token(task: TaskContext, scopes: list[str]) -> str:
    given = task.connection.access_token
    if not scopes and not given:
        raise OptionError(
            "The token lookup needs scopes.",
            "Add scopes or operations, for example: lookup('beyondidentity.management.token', 'realms:read')",
        )
    if given and (task.params["fresh"] or task.params["custom_claims"]):
        raise OptionError(
            "access_token is set, so the lookup cannot request a token with fresh or custom_claims.",
            "Remove access_token, or remove fresh and custom_claims.",
        )
    if given and (expiry := describe_expiry(given)):
        task.warn(expiry)  # the lookup sends nothing, so no server refuses the token here
    request = TokenRequest(tuple(scopes), task.params["custom_claims"], task.params["fresh"])
    issued = task.token_source.get(request)
    missing = "" if given else find_missing_scopes(issued.token, scopes)
    if missing:
        raise StateError(
            f"The service did not grant {missing}.",
            "Add the scopes to the application's allowed scopes, or request fewer scopes.",
        )
    return issued.value
