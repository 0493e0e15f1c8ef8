# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which results Ansible must not print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ..module_utils._masking import find_secrets, has_secret, mask_secrets
from .plain_types import to_plain_types


def must_censor(result: Mapping[str, Any], task_vars: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a result carries a secret, or the loop item that Ansible prints with it."""
    is_confidential = result.get("confidential") is True
    return is_confidential or has_secret(dict(result)) or _has_secret_item(task_vars, arguments)


def _has_secret_item(task_vars: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether the loop item has a secret under a secret key, or one of the task's own secrets."""
    try:
        item = to_plain_types(task_vars.get(task_vars.get("ansible_loop_var") or "item"))
    except AnsibleError:  # the item cannot be decrypted
        return True
    return has_secret(item) or bool(mask_secrets(item, find_secrets(dict(arguments))) != item)
