# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the benchmark, by letter. Each file has a TITLE and a function `measure`."""

from __future__ import annotations

from tests.benchmark.tables import (
    all_pages,
    applications,
    cached_lookup,
    delegated,
    hosts,
    new_tokens,
    peak_memory,
    slices,
    start_up,
)

TABLES = {
    "a": new_tokens,
    "b": hosts,
    "c": cached_lookup,
    "d": applications,
    "e": start_up,
    "f": all_pages,
    "g": peak_memory,
    "h": delegated,
    "i": slices,
}
