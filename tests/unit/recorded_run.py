# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that records its tokens, in process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.utils.display import Display

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token import Token
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import TokenRequest
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.plugin_utils import run_token_record
from ansible_collections.beyondidentity.management.plugins.plugin_utils.stores import open_stores
from ansible_collections.beyondidentity.management.plugins.plugin_utils.token_audit import TokenAudit
from tests.unit.builders import tenant_options


@contextmanager
def recorded_run(folder: Path, is_recording: bool = True, verbosity: int = 0) -> Iterator[Path]:
    """Act as a run with this private folder, with or without the callback `revoke_tokens`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder))
        patch.setattr(run_token_record._Recording, "is_enabled", False)
        patch.setattr(Display(), "verbosity", verbosity)
        folder.mkdir(mode=0o700, parents=True)
        if is_recording:
            assert run_token_record.enable_recording()
        yield folder


def make_recorded_task(
    tenant: Any, environ: Mapping[str, str] | None = None, audit: TokenAudit | None = None, **given: Any
) -> TaskContext:
    """Return a task context with a tenant's options, as an action plugin creates it."""
    params = tenant_options(tenant, **given)
    task = TaskContext(
        params,
        stores=open_stores(params, print),
        environ=environ or {},
        open_sign_ins=open_sign_ins,
        on_issued=partial(run_token_record.record_issued_token, audit=audit),
    )
    if audit:
        task.on_revoked = audit.record_revoked
    return task


def issue_token(tenant: Any, *scopes: str, **given: Any) -> Token:
    """Request a new token, and return it."""
    return make_recorded_task(tenant, **given).token_source.get(TokenRequest(scopes, fresh=True)).token


def list_recorded_names() -> list[str]:
    """Return the names of all recorded tokens."""
    return sorted(token.display_name for token in run_token_record.list_recorded_tokens())
