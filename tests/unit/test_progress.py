# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress messages appear from time to time, not at each step."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._task import progress
from ansible_collections.beyondidentity.management.plugins.module_utils._task.progress import Progress


def test_each_hundredth_step_shows_a_message() -> None:
    told: list[str] = []
    steps = Progress(250, "Done:", told.append)
    for _n in range(250):
        steps.advance()
    assert told == ["Done: 100 of 250.", "Done: 200 of 250."]


def test_slow_steps_show_a_message_after_more_than_5_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0]))
    told: list[str] = []
    steps = Progress(9, "Done:", told.append)
    for _n in range(9):
        now[0] += 2
        steps.advance()
    assert told == ["Done: 3 of 9.", "Done: 6 of 9.", "Done: 9 of 9."]
