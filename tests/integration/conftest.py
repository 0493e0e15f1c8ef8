# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fixture of all tests that look for secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.aviary import Aviary, aviary


@pytest.fixture
def birds(tenant: Any, tmp_path: Path) -> Iterator[Aviary]:
    """Return canaries, and servers that listen for them."""
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    with aviary(tenant, folder) as made:
        yield made
