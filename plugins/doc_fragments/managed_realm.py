# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the option of modules that manage objects in a realm."""

from __future__ import annotations


class ModuleDocFragment:
    """The option `realm`, as in the table of module_utils/_connection_options.py; a test holds the two against each other."""

    DOCUMENTATION = r"""
options:
  realm:
    description:
      - The managed realm by its display name, instead of O(realm_id). A value in the form of an ID, which is 16 hexadecimal digits or a UUID, is the
        realm's ID.
      - The name must match exactly. If no realm has exactly this name, the module uses the only realm whose name differs in nothing but blanks and Unicode
        normalization. If several realms match, the module fails and lists their IDs.
      - The module looks the name up with a token of its own, whose only scope is C(realms:read). If the application cannot be granted this scope, set
        O(realm_id) instead. With O(access_token), that token must have the scope.
      - A run looks each name up once, for all hosts, tasks and forks. A task that is delegated to a remote host looks the name up itself.
      - O(realm) and O(realm_id) are one choice. If different sources set them, the stronger source wins. If one source sets both, they must name the
        same realm, otherwise the module fails. The options of a task and C(module_defaults) count as one source.
      - The environment variable E(BEYONDIDENTITY_PINNED_REALM_ID) limits a run to one realm. Then the module refuses any other realm.
      - Variable C(beyondidentity_realm), environment E(BEYONDIDENTITY_REALM).
    type: str
"""
