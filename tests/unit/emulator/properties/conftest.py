# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator that property tests use, and the number of their cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.unit.emulator.properties.checks import LONG_RUN, Service

CASES = 40


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an emulator whose error output is read."""
    with Service.start(tmp_path_factory.mktemp("emulator") / "errors") as running:
        yield running


@pytest.fixture
def counted(service: Service, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Count the requests of a test. Afterwards the emulator must not have written errors."""
    before, errors = service.client.sent, service.read_errors()
    yield
    record_property("property_cases", service.client.sent - before)
    service.client.close()
    service.emulator.call_control("DELETE", "journal")
    assert service.read_errors() == errors


@pytest.fixture
def cases(counted: None) -> Any:
    """Return the settings of a property test."""
    return settings(
        max_examples=LONG_RUN or CASES,
        derandomize=not LONG_RUN,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
