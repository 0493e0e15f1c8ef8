# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only realm that a run may manage, as the environment sets it."""

from __future__ import annotations

from collections.abc import Mapping

from ..module_utils._connection_options import PINNED_REALM_VARIABLE
from ..module_utils._errors import OptionError
from ..module_utils._ids import validate_id


def read_pinned_realm(environment: Mapping[str, str], task_environment: Mapping[str, str]) -> str | None:
    """Return the ID of the only realm that the run may manage, `None` for any realm.

    A task's `environment:` can limit the task to a realm. It cannot replace the realm that the process's environment sets:
    the author of a playbook must not be able to loosen the operator's limit.

    Raises:
        OptionError: the value is not an ID, or both environments set different realms.
    """
    values = [value for source in (environment, task_environment) if (value := source.get(PINNED_REALM_VARIABLE))]
    pins = {validate_id(value, PINNED_REALM_VARIABLE) for value in values}
    if len(pins) > 1:
        raise OptionError(
            f"{PINNED_REALM_VARIABLE} is {values[0]} in the environment, but {values[1]} in the task's environment.",
            "Remove it from the task: the task cannot replace the value of the run.",
        )
    return next(iter(pins), None)
