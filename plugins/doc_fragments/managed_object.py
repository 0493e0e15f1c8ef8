# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the options that find an object by its ID or display name."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that find an object, those of state modules and those of modules that only read."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - Whether the object must exist.
    type: str
    choices: [present, absent]
    default: present
  id:
    description:
      - ID of an existing object. With O(id), O(display_name) is the new name of the object.
      - Set O(id), O(display_name) or both.
    type: str
  display_name:
    description:
      - Display name of the object. Without O(id), the name selects the object.
      - The module uses the object with exactly this name. If no object has the name, the module uses the only object whose name differs only in
        whitespace and Unicode normalization. If several objects match, the module fails and lists their IDs.
    type: str
"""

    INFO = r"""
notes:
  - The module returns an empty list if nothing matches.
options:
  id:
    description:
      - ID of the only object to read.
    type: str
  display_name:
    description:
      - Display name of the objects to read. Names do not have to be unique.
      - If no object has exactly this name, the module returns the objects whose names differ only in whitespace and Unicode normalization.
    type: str
"""
