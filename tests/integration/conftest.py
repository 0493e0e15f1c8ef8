# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the integration tests: servers that watch for secrets, a terminal, a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import Browser, start_browser
from tests.support.canary_servers import CanaryServers, start_canary_servers
from tests.support.playbook import Play, PlaybookRunner
from tests.support.terminal import Terminal


@pytest.fixture
def canary_servers(tenant: Any, tmp_path: Path) -> Iterator[CanaryServers]:
    """Return secrets to watch for, and servers that receive them."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    with start_canary_servers(tenant, folder) as made:
        yield made


@pytest.fixture
def start_at_terminal(run_playbook: PlaybookRunner) -> Iterator[Callable[..., Terminal]]:
    """Return a function that starts a playbook at a terminal; the options are those of `PlaybookRunner.prepare`."""
    started: list[Terminal] = []

    def start(play: Play, *, apart: bool = False, **how: Any) -> Terminal:
        started.append(Terminal(*run_playbook.prepare(play, **how), apart=apart))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a headless Chromium."""
    with start_browser(tmp_path_factory.mktemp("browser")) as found:
        yield found
