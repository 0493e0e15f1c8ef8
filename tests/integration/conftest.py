# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the integration tests: canaries and what listens for them, a terminal, a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.aviary import Aviary, aviary
from tests.support.browser import Browser, browsing
from tests.support.playbook import Play, PlaybookRunner
from tests.support.terminal import Terminal


@pytest.fixture
def birds(tenant: Any, tmp_path: Path) -> Iterator[Aviary]:
    """Return canaries, and servers that listen for them."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    with aviary(tenant, folder) as made:
        yield made


@pytest.fixture
def at_terminal(run_playbook: PlaybookRunner) -> Iterator[Callable[..., Terminal]]:
    """Return what starts playbooks at a terminal; the options are those of `PlaybookRunner.prepare`."""
    started: list[Terminal] = []

    def start(play: Play, *, apart: bool = False, **how: Any) -> Terminal:
        started.append(Terminal(*run_playbook.prepare(play, **how), apart=apart))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a Chromium without a window."""
    with browsing(tmp_path_factory.mktemp("browser")) as found:
        yield found
