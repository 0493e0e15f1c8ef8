# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's value types, made plain.

Ansible passes subclasses of Python's types (vaulted, tagged, lazily templated values). Validators and serialisers fail on
them, and a hash could depend on their tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def to_plain_types(value: Any) -> Any:
    """Return the same value in Python's own types. `omit` becomes `None`."""
    if value is None or isinstance(value, bool):
        return value
    if type(value).__name__ == "_OmitType":  # `omit` in plugins since ansible-core 2.19; the type has no public name
        return None
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(to_plain_types(key)): to_plain_types(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain_types(item) for item in value]
    return str.__str__(str(value))  # inline-vaulted text decrypts itself, into a subclass
