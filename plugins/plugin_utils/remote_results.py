# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a module that ran on a remote host. The host may lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from ..module_utils._errors import MalformedResponseError
from ..module_utils._masking import encode_basic_credentials, find_secrets, is_secret_key, mask_secrets
from ..module_utils._text import sanitize_for_display

if TYPE_CHECKING:
    from ..module_utils._management.predictions import Predictions

# Keys of results that would set facts or change the inventory.
_POWERS = ("invocation", "ansible_facts", "add_host", "add_group")
_RAW_OUTPUT = ("module_stdout", "module_stderr", "exception")
_MASKED_BY_ANSIBLE = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def clean_remote_result(result: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a remote host's result without its powers over the controller, and without the secrets that the host received."""
    harmless = {name: value for name, value in result.items() if name not in _POWERS and not name.startswith("_")}
    inputs = {name: params[name] for name in params if is_secret_key(name)}
    cleaned: dict[str, Any] = _restore_inputs(_mask(harmless, params), inputs)
    return cleaned


def add_remote_predictions(predictions: Predictions, known: Mapping[str, Any], predicted: Any) -> None:
    """Add the predictions of a remote host in a run with `--check`; raise `MalformedResponseError` for anything else."""
    try:
        predictions.add(known, predicted)
    except (AttributeError, TypeError, ValueError):
        raise MalformedResponseError(
            "Unexpected result from the host that the task is delegated to: no predictions.", "Check the host."
        ) from None


def _mask(result: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Mask what the host received. Values under secret keys stay: they hide the whole result, and tasks need them."""
    secrets = {*find_secrets(dict(params)), *_build_client_credentials(params)}
    raw = {
        name: sanitize_for_display(mask_secrets(str(result[name]), secrets)) for name in _RAW_OUTPUT if result.get(name)
    }
    return {**mask_secrets(result, secrets, skip_key=is_secret_key), **raw}


def _build_client_credentials(params: Mapping[str, Any]) -> list[str]:
    """Return the Basic credentials that the host builds from its parameters (RFC 6749 section 2.3.1).

    On the controller the session remembers what it sends. On a remote host, only the parameters show the sent secrets.
    """
    client_id, client_secret = params.get("client_id"), params.get("client_secret")
    if not (client_id and client_secret):
        return []
    return [encode_basic_credentials(*(quote_plus(text, errors="replace") for text in (client_id, client_secret)))]


def _restore_inputs(value: Any, inputs: Mapping[str, Any]) -> Any:
    """Put back each value that `AnsibleModule` masked because it equals a secret input of the same name."""
    if isinstance(value, dict):
        return {
            key: inputs[key] if item == _MASKED_BY_ANSIBLE and inputs.get(key) else _restore_inputs(item, inputs)
            for key, item in value.items()
        }
    return [_restore_inputs(item, inputs) for item in value] if isinstance(value, list) else value
