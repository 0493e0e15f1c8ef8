# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module on the controller, in the existing worker; or on the remote host that a task is delegated to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._connection_options import PINNED_REALM_VARIABLE, REALM_OPTION
from ..module_utils._errors import BeyondIdentityError, LockError, OptionError
from ..module_utils._management.names import build_lock_name
from ..module_utils._masking import find_secrets, remember_secrets, secret_scope, to_failed_result
from ..module_utils._predicted import find_predicted
from ..module_utils._task.argument_spec import ModuleSpec
from ..module_utils._task.context import ModuleResult, TaskContext
from ..module_utils._task.runner import PREDICTIONS, run_safely
from ..module_utils._task.sign_ins import open_sign_ins
from .argument_validation import ArgumentValidator
from .audit_option import read_audit_file
from .censoring import must_censor
from .check_run import is_always_checked, is_check_run, refuse_predicted_options
from .concurrent_hosts import is_alone
from .option_precedence import resolve_options
from .option_sources import ENVIRONMENT, OptionSources, ResolvedOptions
from .option_trust import refuse_delegated_environment_secret
from .option_values import read_arguments
from .plain_types import to_plain_types
from .realm_pin import read_pinned_realm
from .remote_results import add_remote_predictions, clean_remote_result
from .run_token_record import record_issued_token, record_remote_revocations, record_remote_tokens
from .stores import open_stores
from .task_attempts import count_attempt, find_sharing

if TYPE_CHECKING:
    from ..module_utils._management.predictions import Predictions
    from .token_audit import TokenAudit

display = Display()

_PRIVATE_ENVIRONMENT = ("BEYONDIDENTITY_", "HTTPS_PROXY", "https_proxy")


class ModuleAction(ActionBase):
    """The one implementation behind all action names.

    Attributes:
        module: the module of the same name, which has `SPEC` and `run`.
        listen: waits for a user's sign-in, if the module does.
    """

    module: ClassVar[Any]
    listen: ClassVar[Callable[..., Any] | None] = None
    _requires_connection = False
    _supports_async = True  # so that run() can refuse async with a result

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> ModuleResult:
        """Resolve the options, run the module locally or remotely, and censor a result that carries a secret."""
        result: ModuleResult = super().run(tmp, task_vars)
        with secret_scope():
            result.update(self._run(task_vars or {}))
        return result

    def _run(self, task_vars: dict[str, Any]) -> ModuleResult:
        arguments: dict[str, Any] = {}
        try:
            self._refuse_async()
            arguments = read_arguments(self._read_arguments())
            remember_secrets(find_secrets(arguments))
            sources = OptionSources(task_vars, self._templar.template, self._read_environment())
            pinned_realm_id = read_pinned_realm(sources.environment, sources.task_environment)
            resolved = resolve_options(
                arguments, sources, self._spec.get_ignored(arguments), self._spec.connection_options
            )
            remember_secrets(find_secrets(resolved.values))
            params = _build_validator(self._spec).validate(arguments, resolved.values)
            if not is_check_run():
                refuse_predicted_options(params)
            elif find_predicted(params):
                self._task.check_mode = True  # with check_mode: false, too: the service has no such object
            if self._is_remote():
                refuse_delegated_environment_secret(resolved)
                params["proxy"] = _select_remote_proxy(resolved, sources.task_environment)
            audit = self._open_audit(sources)
        except BeyondIdentityError as error:
            reveal = arguments.get("reveal") is True
            return self._censor(to_failed_result(error), task_vars, arguments, reveal=reveal)
        for warning in resolved.warnings:
            display.warning(warning)
        result = (
            self._run_remotely(params, task_vars, audit)
            if self._is_remote()
            else self._run_locally(params, sources, resolved, pinned_realm_id, audit)
        )
        return self._censor(result, task_vars, params, reveal=params["reveal"])

    @property
    def _spec(self) -> ModuleSpec:
        spec: ModuleSpec = self.module.SPEC
        return spec

    def _refuse_async(self) -> None:
        if self._task.async_val:
            raise OptionError(
                "async is refused: Ansible would store the result, which may contain a secret, in a file.",
                "Remove async: the modules take milliseconds.",
            )

    def _read_arguments(self) -> dict[str, Any]:
        """Return the task's arguments, without a `realm` that `module_defaults` set for a group of modules.

        The group has modules that manage no realm. For these, an argument of the task itself is an error.
        """
        arguments: dict[str, Any] = self._task.args
        defaults: list[Mapping[str, Any]] = getattr(self._task, "module_defaults", None) or []
        is_of_group = any(
            str(name).startswith("group/") and REALM_OPTION.name in (options or {})
            for default in defaults
            for name, options in default.items()
        )
        if self._spec.manages_realm or not is_of_group:
            return arguments
        return {name: value for name, value in arguments.items() if name != REALM_OPTION.name}

    def _read_environment(self) -> dict[str, str]:
        environment: dict[str, Any] = {}
        super()._compute_environment_string(environment)
        return {str(name): str(to_plain_types(value)) for name, value in environment.items()}

    def _is_remote(self) -> bool:
        """Whether the task is explicitly delegated to another host. Only then the module runs there."""
        host = self._task.delegate_to
        is_local = not host or host in constants.LOCALHOST or self._connection.transport == "local"
        return not is_local and not self._spec.controller_only

    def _open_audit(self, sources: OptionSources) -> TokenAudit | None:
        """Return where tokens are recorded; raise `AuditError` before any request if they cannot be."""
        path = read_audit_file(sources, display.warning)
        if path is None:
            return None
        from .token_audit import AuditedTask, TokenAudit

        audit = TokenAudit(
            path,
            AuditedTask(
                action=self._module_name,
                play=sources.variables.get("ansible_play_name"),
                task=self._task.get_name(),
                host=sources.variables.get("inventory_hostname"),
                delegated_to=self._task.delegate_to if self._is_remote() else None,
                check_mode=bool(self._task.check_mode),
            ),
        )
        audit.check()
        return audit

    @property
    def _module_name(self) -> str:
        return f"beyondidentity.management.{self.module.__name__.rpartition('.')[2]}"

    def _run_locally(
        self,
        params: dict[str, Any],
        sources: OptionSources,
        resolved: ResolvedOptions,
        pinned_realm_id: str | None,
        audit: TokenAudit | None,
    ) -> ModuleResult:
        attempt = count_attempt(self._task)
        task = TaskContext(
            params,
            attempt=attempt,
            sharing=find_sharing(self._task, sources.variables, attempt),
            check_mode=bool(self._task.check_mode),
            is_check_run=is_check_run(),
            is_always_checked=is_check_run() and is_always_checked(self._task),
            is_alone=is_alone(self._task, sources.variables),
            stores=open_stores(params, display.warning, _tell),
            open_sign_ins=open_sign_ins,
            listen=self.listen,
            pinned_realm_id=pinned_realm_id,
            option_sources=resolved.group_by_source(),
            environ=sources.build_environ(resolved),
            warn=display.warning,
            tell=_tell,
            on_issued=partial(record_issued_token, audit=audit),
        )
        if audit:
            task.on_revoked = audit.record_revoked
        return run_safely(task, self.module.run)

    def _run_remotely(
        self, params: dict[str, Any], task_vars: dict[str, Any], audit: TokenAudit | None
    ) -> ModuleResult:
        """Run as an ordinary module, through standard input only."""
        if not self._connection.has_pipelining:
            return to_failed_result(
                OptionError(
                    f"The connection plugin {self._connection.transport} can run a module only from a file, which would "
                    "contain the secrets.",
                    "Delegate to a host with a connection that has pipelining, such as ssh, or run the task on the "
                    "controller.",
                )
            )
        module = self._module_name
        given = {name: value for name, value in params.items() if value is not None}
        predictions = self._open_predictions(params)
        if predictions:
            given[PREDICTIONS] = predictions.export_all()
        try:
            with self._show_nothing(), self._lock_object(module, params, task_vars):
                result = self._execute_module(module_name=module, module_args=given, task_vars=task_vars)
        except LockError as error:
            return to_failed_result(error)
        own = {**params, REALM_OPTION.name: None}  # which realm the task managed does not matter to its tokens
        context, issued, revoked = TaskContext(own), result.pop("issued", None), result.pop("revoked_tokens", None)
        try:
            record_remote_tokens(context, issued, audit=audit)
            record_remote_revocations(context, revoked, audit)
        except BeyondIdentityError as error:
            return to_failed_result(error)
        predicted = result.pop("predictions", None)
        if predictions and predicted:
            add_remote_predictions(predictions, given[PREDICTIONS], predicted)
        return clean_remote_result(result, params)

    def _open_predictions(self, params: Mapping[str, Any]) -> Predictions | None:
        """Return what the run predicted, with `--check`. A remote host receives it, and returns what it predicts."""
        store = open_stores(params, display.warning, _tell).run if is_check_run() else None
        if store is None:
            return None
        from ..module_utils._management.predictions import Predictions

        return Predictions(store, is_read_only=is_always_checked(self._task))

    @contextmanager
    def _show_nothing(self) -> Iterator[None]:
        """Keep connection plugins from printing the data that they send or receive: ssh prints raw output at -vvv."""
        task, play_context = self._task, self._connection._play_context
        before = task.no_log, play_context.no_log
        task.no_log = play_context.no_log = True
        try:
            yield
        finally:
            task.no_log, play_context.no_log = before

    def _lock_object(
        self, module: str, params: dict[str, Any], task_vars: Mapping[str, Any]
    ) -> AbstractContextManager[None]:
        """Exclude the run's other hosts from creating the same object remotely at the same time.

        The processes that the connection starts do not inherit the lock: its descriptor is closed when they begin.
        """
        if "state" not in self._spec.options:
            return nullcontext()
        stores = open_stores(params, display.warning, _tell)
        task = TaskContext(params, is_alone=is_alone(self._task, task_vars), stores=stores)
        name = module.rpartition(".")[2]
        purpose = task.build_lock_purpose(
            f"work on the same {name}",
            f"several hosts can create the same {name}",
            is_unrepeatable=params["state"] == "present" and not self._task.check_mode,
        )
        return task.exclude_hosts([module, _get_subject(self._spec, params)], purpose)

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        """Always pipeline: a module's file would contain the secrets, and would stay if the run is killed."""
        return True

    def _compute_environment_string(self, raw_environment_out: dict[str, Any] | None = None) -> str:
        """Omit the variables that the module receives as options: a remote command's environment is in process lists.

        The limit to one realm is neither an option nor a secret, so a remote host receives it here.
        """
        environment = self._read_environment()
        public = {name: value for name, value in environment.items() if not name.startswith(_PRIVATE_ENVIRONMENT)}
        pinned_realm_id = read_pinned_realm(os.environ, environment)
        if pinned_realm_id is not None:
            public[PINNED_REALM_VARIABLE] = pinned_realm_id
        if raw_environment_out is not None:
            raw_environment_out.update(public)
        return str(self._connection._shell.env_prefix(**public)) if public else ""

    def _censor(
        self, result: ModuleResult, task_vars: Mapping[str, Any], arguments: dict[str, Any], *, reveal: bool
    ) -> ModuleResult:
        """Mark a result that must not be printed. All other results stay readable.

        Both marks are needed: callbacks of ansible-core 2.16 to 2.18 print loop items with the first one alone.
        """
        is_secret = not reveal and must_censor(result, task_vars, arguments)
        result["_ansible_no_log"] = is_secret
        self._task.no_log = bool(self._task.no_log) or is_secret
        return result


@cache
def _build_validator(spec: ModuleSpec) -> ArgumentValidator:
    return ArgumentValidator(spec.options, spec.connection_options, **spec.rules)


def _get_subject(spec: ModuleSpec, params: Mapping[str, Any]) -> str:
    """Return the object of a state module: the identity that an option names, or the object itself."""
    identity: str | None = params.get("identity")
    return build_lock_name(identity) if identity else params["id"] or build_lock_name(str(params[spec.finder]))


def _tell(text: str) -> None:
    """Show a message at once, while the task runs."""
    display.display(text, stderr=True)


def _select_remote_proxy(resolved: ResolvedOptions, task_environment: Mapping[str, str]) -> str | None:
    """Return the proxy for the remote host. The controller's environment names the controller's proxy."""
    proxy: str | None = resolved.values.get("proxy") if resolved.sources.get("proxy") != ENVIRONMENT else None
    return proxy or task_environment.get("HTTPS_PROXY") or task_environment.get("https_proxy")
