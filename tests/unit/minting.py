# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run whose tokens are recorded, without a playbook: its folder, its tasks, and what it has on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.utils.display import Display

from ansible_collections.beyondidentity.management.plugins.module_utils.issued import Token
from ansible_collections.beyondidentity.management.plugins.module_utils.task import Task
from ansible_collections.beyondidentity.management.plugins.plugin_utils import minted
from ansible_collections.beyondidentity.management.plugins.plugin_utils.store import stores
from tests.unit.building import tenant_options


@contextmanager
def recorded_run(folder: Path, on: bool = True, verbosity: int = 0) -> Iterator[Path]:
    """Pretend to be a run with this private folder, in which the callback is enabled or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "DEFAULT_LOCAL_TMP", str(folder))
        patch.setattr(minted._Recorder, "is_on", False)
        patch.setattr(Display(), "verbosity", verbosity)
        folder.mkdir(mode=0o700, parents=True)
        if on:
            assert minted.record_minted()
        yield folder


def task_in_run(tenant: Any, environ: Mapping[str, str] | None = None, **given: Any) -> Task:
    """A task as an action plugin makes it."""
    params = tenant_options(tenant, **given)
    return Task(params, stores=stores(params, print), environ=environ or {}, minted=minted.announce)


def mint(tenant: Any, *scopes: str, **given: Any) -> Token:
    """A token that is new in this run."""
    return task_in_run(tenant, **given).tokens.bearer(list(scopes), fresh=True).token


def on_record() -> list[str]:
    """The names of all that is recorded."""
    return sorted(item.name for item in minted.minted())
