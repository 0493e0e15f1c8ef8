# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of the emulator's settings, faults and outages is up to date."""

from __future__ import annotations

import re

import pytest

from beyondidentity_emulator.model.checked_fields import list_hints
from beyondidentity_emulator.model.faults import COUNTERS, Fault
from beyondidentity_emulator.model.outages import OUTAGES
from beyondidentity_emulator.model.settings import Settings
from tests.support.collection import ROOT
from tests.tools.emulator_table import build_page, read_docstrings

GUIDE = (ROOT / "docs" / "outages.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    """If this fails, run `python -m tests.tools.emulator_table > docs/emulator-settings.md`."""
    assert (ROOT / "docs" / "emulator-settings.md").read_text(encoding="utf-8") == build_page()


@pytest.mark.parametrize("table", [Settings, Fault])
def test_each_field_has_a_text(table: type) -> None:
    texts = read_docstrings(table)
    assert set(list_hints(table)) - COUNTERS - set(texts) == set()
    assert {name: text for name, text in texts.items() if not text.endswith((".", ")"))} == {}


def test_the_guide_has_a_row_for_each_outage() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", GUIDE, re.MULTILINE) == list(OUTAGES)
