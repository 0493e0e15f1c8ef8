# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The correlation ID of operations that have one: it is in the response, too."""

from __future__ import annotations

import uuid

from flask import Response, request

from ..model.settings import Settings
from ..web.errors import Violations
from ..web.http_server import UNDERSCORED_HEADERS
from .operation import Operation

HEADER = "x-correlation_id"


def check_header(settings: Settings, operation: Operation) -> None:
    """Raise 400 if the request has no correlation ID although the tenant requires one."""
    if operation.is_correlated and settings.correlation_id == "required" and not _read_header():
        violations = Violations()
        violations.add(HEADER, "is required")
        violations.raise_if_any()


def add_header(operation: Operation, response: Response) -> None:
    """Add the request's correlation ID, or a new one."""
    if operation.is_correlated:
        response.headers[HEADER] = _read_header() or str(uuid.uuid4())


def _read_header() -> str:
    return str(request.environ.get(UNDERSCORED_HEADERS, {}).get(HEADER, ""))
