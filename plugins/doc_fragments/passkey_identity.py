# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the option that names the identity of passkeys and invitations."""

from __future__ import annotations


class ModuleDocFragment:
    """The option `identity` of the modules for passkeys and invitations."""

    DOCUMENTATION = r"""
options:
  identity:
    description:
      - The identity, by ID, username or primary e-mail address. Text in the form of an ID (16 hexadecimal digits or a UUID) is always an ID.
      - Usernames and e-mail addresses are case-insensitive. If a username and another identity's e-mail address are equal, the username has precedence.
      - To find a name, the module needs the scope C(identities:read). If you set an ID, the module does not need this scope, and does not verify the ID
        before use.
    type: str
"""
