# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes, at the end of a run, the tokens that the run was issued."""

from __future__ import annotations

DOCUMENTATION = r"""
name: revoke_tokens
type: notification
short_description: Revoke all tokens of a run when the run ends
version_added: 0.1.0
description:
  - When a run ends, successfully or not, this callback revokes the tokens that the tasks and lookups of the run requested. It then prints their number.
    Without the callback, tokens expire by themselves, by default after an hour.
  - The callback revokes each token with the credentials of its token request. The service does not accept these credentials for applications with the protocol
    C(oidc). The callback then uses a token of the same application that has the scope V(tokens:delete). If the run has no such token, the callback requests
    this token, and revokes it last.
  - If a token cannot be revoked, a warning names its ID, never its value. The result of the run does not change. The callback waits only a few seconds for a
    server that does not respond.
  - Tokens in the user's cache (C(token_cache=user)) are not revoked.
  - If Ctrl-C, C(SIGTERM) or C(SIGHUP) stops a run, its tokens are revoked too. An exception is a token that a task was requesting at that moment. If Ansible
    hangs after Ctrl-C, press Ctrl-C again. If a run is killed by C(SIGKILL), its tokens are not revoked.
  - If C(beyondidentity_audit_file) or E(BEYONDIDENTITY_AUDIT_FILE) is set, the callback records whether each token was revoked, in the same file as
    the issue of the token. The page C(docs/security.md) of the collection describes the file.
  - The command C(ansible) loads callbacks only if E(ANSIBLE_LOAD_CALLBACK_PLUGINS) is set.
  - All playbooks of one command are one run.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
requirements:
  - To use the callback, enable it in C(ansible.cfg), or with the environment variable E(ANSIBLE_CALLBACKS_ENABLED).
  - The Python library C(cryptography), which ansible-core also requires.
seealso:
  - module: beyondidentity.management.revoke
  - module: beyondidentity.management.token
"""

EXAMPLES = r"""
# ansible.cfg:
#
#   [defaults]
#   callbacks_enabled = beyondidentity.management.revoke_tokens
#
# The callback revokes the token of this task, and the tokens of all other tasks and lookups, when the run ends.
- name: Request a token
  beyondidentity.management.token:
    scopes: [realms:read]
"""

from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

from ..plugin_utils.revoke_run_tokens import revoke_run_tokens
from ..plugin_utils.run_end import call_at_run_end
from ..plugin_utils.run_token_record import enable_recording

display = Display()


class CallbackModule(CallbackBase):
    """See the documentation above. All playbooks of one command are one run, so the run's end is the process's end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "beyondidentity.management.revoke_tokens"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        if enable_recording():
            call_at_run_end(_revoke)
        else:
            display.warning(
                "Cannot revoke tokens at the end of the run: the Python library cryptography is missing. "
                "Install it for the Python that runs Ansible (see ansible --version): python3 -m pip install cryptography"
            )


def _revoke() -> None:
    """Revoke the tokens. A failure must not change how the run ends."""
    try:
        revoke_run_tokens()
    except Exception as error:
        display.warning(
            f"The tokens of this run are not revoked, and stay valid until they expire: {type(error).__name__}. "
            "To revoke them, use the module revoke. This is a bug in the collection. Please report it."
        )
