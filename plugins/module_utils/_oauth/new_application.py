# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until the authorization server knows an application that this run has just created."""

from __future__ import annotations

import time
from collections.abc import Callable

from .._errors import ResponseError
from .token import Token

NEW = 60.0  # seconds after its creation in which an application is new
_PATIENCE = 30.0  # seconds
_PAUSE = 2.0  # seconds between two requests


class NewApplication:
    """The application that authenticates, if this run may have created it just now.

    Args:
        is_new: whether this run created the application less than `NEW` seconds ago.
        tell: shows a message at once, while the task runs.
    """

    def __init__(
        self, is_new: Callable[[], bool] = lambda: False, tell: Callable[[str], None] = lambda message: None
    ) -> None:
        self.is_new = is_new
        self.tell = tell

    def wait(self, request: Callable[[], Token]) -> Token:
        """Return the token that `request` returns. While the server does not know the new application, request again."""
        deadline = time.monotonic() + _PATIENCE
        has_told = False
        while True:
            try:
                return request()
            except ResponseError as error:
                is_unknown = error.status == 401 or error.code == "invalid_client"
                if not is_unknown or time.monotonic() >= deadline or not self.is_new():
                    raise
            if not has_told:
                self.tell("Waiting until the authorization server accepts the new application.")
                has_told = True
            time.sleep(_PAUSE)
