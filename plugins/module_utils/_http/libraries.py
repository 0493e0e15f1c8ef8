# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The libraries that the collection needs at run time. They may be missing where a module runs."""

from __future__ import annotations

import traceback

try:
    import requests
    import urllib3
except ImportError:
    IMPORT_ERROR: str | None = traceback.format_exc()
else:
    IMPORT_ERROR = None

__all__ = ["IMPORT_ERROR", "requests", "urllib3"]
