# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module's function, in process or as an ordinary module. Each failure has one clear message."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from ansible.module_utils import basic

from .._connection_options import CONNECTION_OPTIONS, PINNED_REALM_VARIABLE
from .._errors import BeyondIdentityError, OptionError
from .._json_objects import is_valid_unicode
from .._masking import find_secrets, remember_secrets, secret_scope, to_failed_result
from .._oauth.token_sources import TokenSource
from .._text import join_names
from .argument_spec import ModuleSpec
from .context import ModuleResult, TaskContext

Run = Callable[[TaskContext], ModuleResult]

PREDICTIONS = "_predictions"  # the argument with what the run predicted, for a task on another host
_PATHS = frozenset(option.name for option in CONNECTION_OPTIONS if option.type == "path")


def run_safely(task: TaskContext, run: Run) -> ModuleResult:
    """Run a module's function, and return its result with `changed` and `requests`.

    An error becomes a failed result that has one clear message and no secret. Exceptions that end a run, such as
    `KeyboardInterrupt` and the exception of Ansible's `timeout`, pass through.
    """
    with secret_scope():
        remember_secrets(find_secrets(dict(task.params)))
        try:
            _refuse_invalid_text(task.params)
            result = {"changed": False, **run(task), "requests": task.requests}
            return {**result, "predicted": True} if task.is_predicted else result
        except BeyondIdentityError as error:
            return to_failed_result(error)
        except Exception as error:  # the error's text may contain a secret, its place does not
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{PurePath(frame.filename).name}:{frame.lineno}"
            return to_failed_result(
                BeyondIdentityError(
                    f"Unexpected {type(error).__name__} at {place}.",
                    "This is a bug in the collection. Please report it.",
                )
            )


def _refuse_invalid_text(params: Mapping[str, Any]) -> None:
    """Raise `OptionError` for text that cannot be sent. A path can have bytes that are not Unicode (PEP 383)."""
    names = [name for name, value in params.items() if name not in _PATHS and not is_valid_unicode(value)]
    if names:
        raise OptionError(
            f"{join_names(names)} has text that is not valid Unicode.",
            "Remove half of a character (a lone surrogate), such as \\ud800, from it.",
        )


def run_module(
    spec: ModuleSpec, run: Run, *, open_sign_ins: Callable[[TaskContext], TokenSource] | None = None
) -> None:
    """Run as an ordinary module, on the remote host that a task is delegated to."""
    from .._management.predictions import Predictions  # not on the controller, where this function is not used

    arguments = spec.build_arguments()
    if PREDICTIONS in (basic._load_params() or {}):  # only the controller sets it, so it is no option of the module
        arguments["argument_spec"] = {**arguments["argument_spec"], PREDICTIONS: {"type": "dict"}}
    module = basic.AnsibleModule(**arguments)
    known = module.params.pop(PREDICTIONS, None)
    issued: list[dict[str, Any]] = []
    revoked: list[tuple[str | None, str | None]] = []
    task = TaskContext(
        module.params,
        check_mode=module.check_mode,
        is_check_run=known is not None,
        open_sign_ins=open_sign_ins,
        pinned_realm_id=os.environ.get(PINNED_REALM_VARIABLE) or None,  # the controller's: see module_action
        warn=module.warn,
        on_issued=lambda task, token: issued.append(token.to_dict()),
        on_revoked=lambda task, token_id, application_id: revoked.append((token_id, application_id)),
    )
    task.predictions = Predictions(known=known)
    # the controller takes these tokens out of the result
    result = {**run_safely(task, run), "issued": issued, "revoked_tokens": revoked}
    if known is not None:
        result["predictions"] = task.predictions.export()  # and these
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
