# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes, at the end of a run, the tokens that the run was issued."""

from __future__ import annotations

DOCUMENTATION = r"""
name: revoke_tokens
type: notification
short_description: Revoke at the end of a run all tokens that it minted
version_added: 0.1.0
description:
  - When a run ends, well or badly, revokes each token that its tasks and lookups got, and says how many.
    Without it they expire by themselves, after an hour where nothing else was asked for.
  - A token is revoked with the credentials that it was got with. Where the service does not take those for it, as with applications of the
    protocol C(oidc), that needs a token of the same application with the scope V(tokens:delete), which is got where the run has none.
  - A token that could not be revoked is a warning that names its id, never its value. It does not change how the run ends.
    A server that is silent is waited for some seconds only.
  - What the user asked to keep beyond the run, with C(token_cache=user), stays.
  - A run that is stopped, by Ctrl-C, C(SIGTERM) or C(SIGHUP), revokes its tokens, too, but for those that a worker was getting at that
    moment. Where Ansible hangs after Ctrl-C, as it does now and then, a second one ends it. A run that is killed with C(SIGKILL) can't revoke.
  - The command C(ansible) loads callbacks only with E(ANSIBLE_LOAD_CALLBACK_PLUGINS).
  - All playbooks of one command are one run.
author:
  - Beyond Identity Management collection contributors (@beyondidentity)
requirements:
  - to be enabled in C(ansible.cfg), or by the environment variable E(ANSIBLE_CALLBACKS_ENABLED)
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
# What this gets is then revoked at the end, as is what all other tasks and lookups get.
- name: Get a token
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
            display.warning("Cannot revoke tokens at the end of the run: the Python library cryptography is missing.")


def _revoke() -> None:
    """Revoke the tokens. A failure must not change how the run ends."""
    try:
        revoke_run_tokens()
    except Exception as error:
        display.warning(f"The tokens of this run are not revoked: {type(error).__name__}.")
