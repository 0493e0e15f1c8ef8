# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file the run's tokens are recorded in. It is on the controller, so it is no option of a module."""

from __future__ import annotations

import os
from collections.abc import Callable

from ..module_utils._connection_options import Option
from ..module_utils._errors import OptionError
from ..module_utils._text import sanitize_for_display
from .option_precedence import refuse_recursion
from .option_sources import ENVIRONMENT, VARIABLE, OptionSources
from .option_values import convert_value, is_fact, is_set, read_variable

AUDIT_FILE = Option("audit_file", type="path")


def read_audit_file(sources: OptionSources, warn: Callable[[str], None]) -> str | None:
    """Return the path of the audit file, `None` for no audit.

    A variable cannot replace the file that the environment names: the author of a playbook must not be able to hide tokens
    from the operator.

    Raises:
        OptionError: the path is not absolute, or variable and environment name different files.
    """
    variable, environment = _read_variable(sources, warn), _read_environment(sources)
    if variable and environment and variable != environment:
        raise OptionError(
            f"{AUDIT_FILE.variable} is '{_show(variable)}', but {AUDIT_FILE.environment} is '{_show(environment)}'.",
            f"Remove {AUDIT_FILE.variable}: a variable cannot replace the file that the environment names.",
        )
    return variable or environment


def _read_variable(sources: OptionSources, warn: Callable[[str], None]) -> str | None:
    name = AUDIT_FILE.variable
    if sources.variables.get(name) is None:
        return None
    if is_fact(name, sources.variables):
        warn(
            f"{name} is ignored: a managed host reported it as a fact, and a host must not decide which file is written. "
            f"Set {name} in the inventory or the playbook, or set {AUDIT_FILE.environment}."
        )
        return None
    with refuse_recursion():
        value = read_variable(AUDIT_FILE, sources)
    return _normalize(convert_value(AUDIT_FILE, value, VARIABLE), name) if is_set(value, sources) else None


def _read_environment(sources: OptionSources) -> str | None:
    value = sources.environment.get(AUDIT_FILE.environment)
    return _normalize(convert_value(AUDIT_FILE, value, ENVIRONMENT), AUDIT_FILE.environment) if value else None


def _normalize(path: str, name: str) -> str:
    """Refuse a relative path: it would depend on the folder that Ansible is started in."""
    if not os.path.isabs(path) or path.endswith("/") or "\0" in path:
        raise OptionError(
            f"{name} is '{_show(path)}', but must be the absolute path of a file.",
            "Set it to an absolute path, such as ~/beyondidentity-audit.jsonl.",
        )
    return os.path.normpath(path)


def _show(path: str) -> str:
    return sanitize_for_display(path, 200)
