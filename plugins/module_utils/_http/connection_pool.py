# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept-alive connections of this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import libraries
from .settings import HttpSettings

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

_adapters: dict[tuple[int, HttpSettings, bool | str], HTTPAdapter] = {}


def get_adapter(settings: HttpSettings, verify: bool | str) -> HTTPAdapter:
    """Return the connections for these settings.

    The key holds the process ID, because a connection shared with a forked process would mix up their responses; and
    `verify`, because requests before 2.32 reuses a connection that was verified in another way.
    """
    key = (os.getpid(), settings, verify)
    if key not in _adapters:
        _adapters[key] = libraries.requests.adapters.HTTPAdapter()
    return _adapters[key]


def abandon_connections() -> None:
    """Use new connections from now on: a thread that was left behind may still use the present ones."""
    _adapters.clear()
