# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the option of modules that manage objects in a realm."""

from __future__ import annotations


class ModuleDocFragment:
    """The option `realm`, as in the table of module_utils/_connection_options.py; a test compares the two."""

    DOCUMENTATION = r"""
notes:
  - "Scope C(realms:read): to find O(realm) by its name, for C(ListRealms). The module requests a separate token with this scope."
options:
  realm:
    description:
      - Display name of the managed realm, instead of O(realm_id). Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - The module uses the realm with exactly this name. If no realm has the name, the module uses the only realm whose name differs only in whitespace and
        Unicode normalization. If several realms match, the module fails and lists their IDs.
      - The module looks the name up with a separate token, whose only scope is C(realms:read). If the application must not have this scope, set
        O(realm_id) instead. With O(access_token), that token must have the scope. With a stored sign-in, the sign-in must have the scope.
      - A run looks each name up once, for all hosts, tasks and forks. If the run itself renames or deletes the realm, or gives another realm the name,
        the run looks the name up again. A task that is delegated to a remote host looks the name up itself.
      - If different sources set O(realm) and O(realm_id), the stronger source wins. If one source sets both, they must name the same realm.
        Otherwise, the module fails. The options of a task and C(module_defaults) count as one source.
      - Variable C(beyondidentity_realm), environment E(BEYONDIDENTITY_REALM).
    type: str
"""
