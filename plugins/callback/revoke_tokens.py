# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes at the end of a run what the run minted."""

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

import atexit
import os
import signal
import sys
from contextlib import suppress
from functools import cache
from types import FrameType
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible.utils.display import Display

from ..plugin_utils.clearing import clear
from ..plugin_utils.minted import record_minted

display = Display()


class CallbackModule(CallbackBase):
    """See the documentation above. Playbooks of one command are one run, so its end is that of the process."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "beyondidentity.management.revoke_tokens"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        if record_minted():
            _at_the_end(os.getpid())
        else:
            display.warning("Tokens can't be revoked at the end: the Python library cryptography is missing.")


@cache  # ansible-console makes a callback for each command
def _at_the_end(process: int) -> None:
    """Have the tokens revoked before Ansible removes the run's directory, also where the run is asked to stop."""
    ending = _Ending(process)
    atexit.register(ending.end)
    ending.mind_interrupts()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup wants it
            with suppress(ValueError):  # no signal reaches a thread but the main one
                signal.signal(number, ending.stop)


class _Ending:
    """The end of the main process. Its workers inherit what is prepared here, and must not do it."""

    def __init__(self, process: int) -> None:
        self.process = process

    def end(self) -> None:
        """Revoke; no trouble with that may change how the run ends."""
        if os.getpid() == self.process:
            try:
                clear()
            except Exception as error:
                display.warning(f"What this run minted is not revoked: {type(error).__name__}.")

    def mind_interrupts(self) -> None:
        """Leave the first Ctrl-C to Ansible, which may wait for its workers for ever then; the second ends in the orderly way."""
        ansibles: Any = signal.getsignal(signal.SIGINT)

        def interrupt(number: int, frame: FrameType | None) -> None:
            try:
                ansibles(number, frame)
            finally:
                if os.getpid() == self.process:
                    signal.signal(number, self.stop)

        if callable(ansibles):
            with suppress(ValueError):
                signal.signal(signal.SIGINT, interrupt)

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Leave in the orderly way, in which Ansible ends its workers, too."""
        if os.getpid() == self.process:
            _interrupt_prompt()
            raise SystemExit(128 + number)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _interrupt_prompt() -> None:
    """Answer a prompt with Ctrl-C, which Ansible would wait for, holding what is needed to say anything."""
    answers, answering = os.pipe()
    os.write(answering, b"\x03\r")
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard input
        os.dup2(answers, sys.stdin.fileno())
