# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Former names of `sign_in_application.py`, until the unit tests use the new ones."""

from __future__ import annotations

from tests.support.sign_in_application import (  # noqa: F401
    REDIRECT,
    SCOPES,
    SignInApplication,
    free_port,
    get,
    is_free,
    parameters,
    sign_in,
)


class Desk(SignInApplication):
    """The former name."""

    answered = SignInApplication.options_after_sign_in
