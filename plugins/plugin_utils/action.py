# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module on the controller, inside the worker that is there already; or on the remote host that a task is delegated to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.errors import BeyondIdentityError, OptionError
from ..module_utils.masking import carries_secret, failure, masked, secret_values
from ..module_utils.options import is_secret
from ..module_utils.task import Spec, Task, perform
from ..module_utils.text import one_line, plain
from .minted import announce, announce_all
from .resolve import ENVIRONMENT, Resolved, Surroundings, guard_delegation, resolve
from .store import stores
from .validate import validated
from .waiting import wait_for_person

display = Display()

Result = dict[str, Any]

_PRIVATE_ENVIRONMENT = ("BEYONDIDENTITY_", "HTTPS_PROXY", "https_proxy")
_POWERS = ("invocation", "ansible_facts", "add_host", "add_group")
_RAW = ("module_stdout", "module_stderr", "exception")
_MASKED_BY_ANSIBLE = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class ModuleAction(ActionBase):
    """The one implementation behind all action names; each names its ``module``, which has ``SPEC`` and ``run``."""

    module: ClassVar[Any]
    _requires_connection = False
    _supports_async = True  # so that run() can refuse it as a result

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> Result:
        """Resolve the options, run the module here or there, censor what carries a secret."""
        result: Result = super().run(tmp, task_vars)
        result.update(self._run(task_vars or {}))
        return result

    def _run(self, task_vars: dict[str, Any]) -> Result:
        spec: Spec = self.module.SPEC
        arguments: dict[str, Any] = {}
        try:
            if self._task.async_val:
                raise OptionError(
                    "async is refused: Ansible would keep the result, which may hold a secret, in a file.",
                    "The modules take milliseconds; run them without async.",
                )
            arguments = self._arguments()
            surroundings = Surroundings(task_vars, self._templar.template, self._environment())
            resolved = resolve(arguments, surroundings, spec.ignored_by(arguments), spec.connection)
            params = self._validated(spec, {**arguments, **resolved.values})
            if self._is_delegated():
                guard_delegation(resolved)
                params["proxy"] = _proxy_there(resolved, surroundings.task_environment)
        except BeyondIdentityError as error:
            refused = failure(error, secret_values(arguments))
            return self._censored(refused, task_vars, arguments, reveal=arguments.get("reveal") is True)
        for warning in resolved.warnings:
            display.warning(warning)
        result = (
            self._there(spec, params, task_vars) if self._is_delegated() else self._here(params, surroundings, resolved)
        )
        return self._censored(result, task_vars, params, reveal=params["reveal"])

    def _arguments(self) -> dict[str, Any]:
        try:
            return {str(name): plain(value) for name, value in self._task.args.items()}
        except AnsibleError as error:  # inline-vaulted text that can't be decrypted
            raise OptionError(f"An argument can't be used: {one_line(error)}") from None

    def _environment(self) -> dict[str, str]:
        environment: dict[str, Any] = {}
        super()._compute_environment_string(environment)
        return {str(name): str(plain(value)) for name, value in environment.items()}

    def _validated(self, spec: Spec, given: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(spec.arguments())
        arguments.pop("supports_check_mode")
        return validated(given, **arguments)

    def _is_delegated(self) -> bool:
        """Whether the task is explicitly delegated to a host that is not this one: only then the module runs there."""
        host = self._task.delegate_to
        is_here = not host or host in constants.LOCALHOST or self._connection.transport == "local"
        return not is_here and not self.module.SPEC.controller_only

    def _here(self, params: dict[str, Any], surroundings: Surroundings, resolved: Resolved) -> Result:
        task = Task(
            params,
            check_mode=bool(self._task.check_mode),
            stores=stores(params, display.warning),
            listen=wait_for_person,
            environ=surroundings.environ(resolved),
            warn=display.warning,
            tell=lambda text: display.display(text, stderr=True),
            minted=announce,
        )
        return perform(task, self.module.run)

    def _there(self, spec: Spec, params: dict[str, Any], task_vars: dict[str, Any]) -> Result:
        """Run as an ordinary module, through standard input only, and with nothing of it shown: ssh prints raw output at -vvv."""
        if not self._connection.has_pipelining:
            return failure(
                OptionError(
                    f"The connection plugin {self._connection.transport} can't run a module without writing it, and the secrets in it, to a file.",
                    "Delegate to a host with a connection that has pipelining, such as ssh, or run the task on the controller.",
                ),
                (),
            )
        task_no_log, play_no_log = self._task.no_log, self._connection._play_context.no_log
        self._task.no_log = self._connection._play_context.no_log = True
        given = {name: value for name, value in params.items() if value is not None}
        module = f"beyondidentity.management.{_name(self.module)}"
        try:
            with self._one_at_a_time(spec, module, params):
                result = self._execute_module(module_name=module, module_args=given, task_vars=task_vars)
        finally:
            self._task.no_log, self._connection._play_context.no_log = task_no_log, play_no_log
        announce_all(Task(params), result.pop("minted", None))
        # a host that lies in its answer must not set facts, or change the inventory
        result = {name: value for name, value in result.items() if name not in _POWERS and name[:1] != "_"}
        return _rejoined(_shown(result, params), {name: params[name] for name in params if is_secret(name)})

    def _one_at_a_time(self, spec: Spec, module: str, params: dict[str, Any]) -> AbstractContextManager[None]:
        """Keep other hosts of this run from making the same object there at the same time."""
        run = stores(params, display.warning).run
        return (
            run.lock([module, params["id"] or params["display_name"]])
            if run and "state" in spec.options
            else nullcontext()
        )

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        """Always: a module's file would hold the secrets, and stay where a run is killed."""
        return True

    def _compute_environment_string(self, raw_environment_out: dict[str, Any] | None = None) -> str:
        """Without what the module gets as options: a remote command's environment is in process lists."""
        kept = {name: value for name, value in self._environment().items() if not name.startswith(_PRIVATE_ENVIRONMENT)}
        if raw_environment_out is not None:
            raw_environment_out.update(kept)
        return self._connection._shell.env_prefix(**kept) if kept else ""

    def _censored(self, result: Result, task_vars: Mapping[str, Any], given: dict[str, Any], *, reveal: bool) -> Result:
        """Mark a result that carries a secret, or whose loop item does; all others stay readable."""
        told = result.get("confidential") is True or carries_secret(result)
        secret = (told or _item_carries_secret(task_vars, given)) and not reveal
        result["_ansible_no_log"] = secret
        self._task.no_log = bool(self._task.no_log) or secret
        return result


def _item_carries_secret(task_vars: Mapping[str, Any], given: dict[str, Any]) -> bool:
    """Whether a loop item holds a secret by its keys, or one that the task was given: Ansible prints items."""
    try:
        item = plain(task_vars.get(task_vars.get("ansible_loop_var") or "item"))
    except AnsibleError:  # it can't be decrypted
        return True
    return carries_secret(item) or masked(item, secret_values(given)) != item


def _proxy_there(resolved: Resolved, environment: Mapping[str, str]) -> str | None:
    """The proxy that is meant for another host: what this machine's environment names is this machine's."""
    named = resolved.values.get("proxy") if resolved.sources.get("proxy") != ENVIRONMENT else None
    return named or environment.get("HTTPS_PROXY") or environment.get("https_proxy")


def _name(module: Any) -> str:
    return module.__name__.rpartition(".")[2]


def _shown(result: Result, params: dict[str, Any]) -> Result:
    """A remote host's answer as it may be shown: it can say what it was given, and where its Python fails it says all of it."""
    raw = {name: one_line(masked(result[name], secret_values(params)), 500) for name in _RAW if result.get(name)}
    # a secret key hides the whole result, and its value may begin like another secret
    return {**masked(result, secret_values(params), aside=is_secret), **raw}


def _rejoined(value: Any, secrets: dict[str, Any]) -> Any:
    """Put back what ``AnsibleModule`` masked because it equals a secret input of the same name."""
    if isinstance(value, dict):
        return {
            key: secrets[key] if item == _MASKED_BY_ANSIBLE and secrets.get(key) else _rejoined(item, secrets)
            for key, item in value.items()
        }
    return [_rejoined(item, secrets) for item in value] if isinstance(value, list) else value
