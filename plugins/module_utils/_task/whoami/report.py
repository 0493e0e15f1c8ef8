# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who authenticates where, and whether that works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..._errors import BeyondIdentityError
from ..context import TaskContext
from .checked_credentials import CheckedCredentials, TestedScope
from .client_check import check_client
from .own_application import OwnApplication
from .settings import describe_settings
from .token_check import check_given_token, check_sign_in, list_sign_ins

CLOCK_TOLERANCE = 60  # seconds; as for ID tokens

_CHECKS: dict[str, Callable[[TaskContext, Sequence[str]], CheckedCredentials]] = {
    "client_credentials": check_client,
    "authorization_code": check_sign_in,
    "access_token": check_given_token,
}
_PREDICTED = "The credentials are predicted in check mode, so nothing is sent."


def identify(task: TaskContext, scopes: Sequence[str]) -> dict[str, Any]:
    """Return the effective settings, the scopes of the credentials, and the difference of the clocks. No value is a secret.

    An error has the known fields in its detail `whoami`.

    Raises:
        OptionError: a setting is missing or wrong.
        SignInRequiredError: no stored sign-in can be used.
        BeyondIdentityError: the credentials are refused, or a server cannot be reached.
    """
    report = {**describe_settings(task), "sign_ins": list_sign_ins(task), "clock_difference": None}
    try:
        report.update(_check(task, scopes))
        report["sign_ins"] = list_sign_ins(task)
    except BeyondIdentityError as error:
        # A user may have exchanged client_id and client_secret, so a client ID that no server accepted is not shown.
        report["client_id"] = None
        error.details["whoami"] = report
        raise
    finally:
        report["clock_difference"] = _measure_clock(task)
    return report


def _check(task: TaskContext, scopes: Sequence[str]) -> dict[str, Any]:
    kind = task.connection.credential_type
    if task.has_predicted_credentials:
        task.mark_as_predicted()
        untested = [TestedScope(scope, granted=None, reason=_PREDICTED) for scope in scopes]
        checked = CheckedCredentials(OwnApplication(unknown_because=_PREDICTED), verified=False, scopes=untested)
    else:
        checked = _CHECKS[kind](task, scopes)
    return checked.to_result(None if kind == "access_token" else task.connection.expiration_time)


def _measure_clock(task: TaskContext) -> int | None:
    """Return the seconds that this machine's clock is ahead of the service's; warn if they are too many."""
    server_time = task.session.server_time
    difference = server_time.clock_difference if server_time else None
    if difference is not None and abs(difference) > CLOCK_TOLERANCE:
        task.warn(
            f"This machine's clock is {abs(difference)} seconds {'ahead of' if difference > 0 else 'behind'} the clock of the "
            "service. Set this machine's clock, for example with NTP: otherwise tokens and certificates can seem expired, or "
            "not valid yet."
        )
    return difference
