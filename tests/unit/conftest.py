# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings and fixtures of all unit tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import configuration, settings

from ansible_collections.beyondidentity.management.plugins.module_utils._http import retry
from ansible_collections.beyondidentity.management.plugins.module_utils._management import run_memory
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import secret_scope
from tests.support.collection import ROOT

configuration.set_hypothesis_home_dir(ROOT / ".pytest_cache" / "hypothesis")
settings.register_profile("unit", database=None, deadline=None, max_examples=60, derandomize=True)
settings.load_profile("unit")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many requests the property tests of the emulator sent."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    teardowns = [report for report in reports if getattr(report, "when", None) == "teardown"]
    cases = sum(value for report in teardowns for name, value in report.user_properties if name == "property_cases")
    if cases:
        terminalreporter.write_line(f"property tests: {cases} requests")


@pytest.fixture(autouse=True)
def forget_secrets() -> Iterator[None]:
    """Forget at the end of a test the secrets that it remembered: they would be masked in the messages of other tests."""
    with secret_scope():
        yield


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that retries would have waited. Retries do not wait."""
    seconds: list[float] = []
    monkeypatch.setattr(retry, "time", SimpleNamespace(sleep=seconds.append, time=time.time))
    return seconds


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that a search for a run's own writes would have waited. Instead of waiting, the clock is set forward."""
    seconds: list[float] = []
    clock = SimpleNamespace(sleep=seconds.append, monotonic=lambda: time.monotonic() + sum(seconds))
    monkeypatch.setattr(run_memory, "time", clock)
    return seconds


@pytest.fixture
def warnings() -> list[str]:
    """Return a list whose append() serves as a function that shows warnings."""
    return []


@pytest.fixture(scope="session")
def tls_emulator() -> Iterator[Any]:
    """Return an emulator that uses TLS, with a certificate authority of its own."""
    from beyondidentity_emulator.client import Emulator

    with Emulator.start(tls=True) as running:
        yield running
