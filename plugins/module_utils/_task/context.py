# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a module or lookup: its parameters, check mode, stores and clients."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from .._connection_options import CONNECTION_OPTIONS
from .._errors import LockError, SignInRequiredError
from .._http.session import HttpSession
from .._http.settings import HttpSettings, compute_longest_exchange, select_environment
from .._ids import is_service_id
from .._management.operation_scopes import suggest_scopes
from .._management.resource_types import APPLICATION
from .._management.run_memory import RunMemory
from .._oauth.authorization_server import AuthorizationServer
from .._oauth.connection import Connection, ConnectionOptions, build_connection
from .._oauth.error_sharing import SharedErrors
from .._oauth.new_application import NEW, NewApplicationWait
from .._oauth.task_errors import Attempt, TaskErrors
from .._oauth.token import Token
from .._oauth.token_replacement import TokenReplacements
from .._oauth.token_sources import (
    ClientCredentialsTokens,
    IssuedToken,
    PredictedTokens,
    StaticToken,
    TokenRequest,
    TokenSource,
)
from .._oauth.token_store import ONE_HOST_ADVICE, LockPurpose, TokenStores
from .._predicted import is_predicted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from .._management.client import ManagementClient
    from .._management.listing_memory import ListingMemory
    from .._management.predictions import Predictions

_TIME_OPTIONS = ("timeout", "retries", "retry_max_wait")
_OBJECT_REQUESTS = 5  # the number of slow requests that work on one object may need
_OBJECT_WORK = 600.0  # seconds for many quick requests, such as one for each member, and for waits

ModuleResult = dict[str, Any]
OnRevoked = Callable[["TaskContext", "str | None", "str | None"], None]
Options = TypeVar("Options", bound="DataclassInstance")


class TaskContext:
    """Everything that one call of a module needs.

    Ansible compiles each file of a collection in each run. So code that a play for a token does not need is imported where
    it is used. The modules that need the client load it when they are loaded, once for all workers.

    The types of `open_sign_ins` and `listen` are wide on purpose: each delegated module carries the files that this
    file imports, and few modules use these two.

    Args:
        params: the validated parameters.
        attempt: which attempt at a task the call is; `None` for a lookup.
        sharing: the same for calls that share listings; `None` for a call that shares none.
        is_check_run: whether the run has `--check`. Then its tasks share what they predict.
        is_always_checked: whether the call only predicts in a run without `--check`, too. Then no other call knows of it.
        is_alone: whether no other host runs the task at the same time.
        stores: where tokens are stored. A delegated module has no store.
        open_sign_ins: opens the stored sign-ins, for `grant_type: authorization_code`.
        listen: waits for a user's sign-in (`_oauth.authorization_request.Listen`); only the controller can.
        pinned_realm_id: the only realm that the call may manage; `None` for any realm.
        option_sources: the names of the connection options that each source sets; empty for a delegated module.
        environ: the environment variables, which HTTP requests depend on; by default those of the process.
        warn: shows a warning.
        tell: shows progress at once, while the task runs.
        on_issued: is called with each token that the call is issued.
        on_revoked: is called with the ID of each token that the call revokes, and with the ID of its application; `None` for
            an ID that is unknown.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        attempt: Attempt | None = None,
        sharing: Attempt | None = None,
        check_mode: bool = False,
        is_check_run: bool = False,
        is_always_checked: bool = False,
        is_alone: bool = True,
        stores: TokenStores | None = None,
        open_sign_ins: Callable[[TaskContext], TokenSource] | None = None,
        listen: Callable[..., Any] | None = None,
        pinned_realm_id: str | None = None,
        option_sources: Mapping[str, list[str]] | None = None,
        environ: Mapping[str, str] | None = None,
        warn: Callable[[str], None] = lambda message: None,
        tell: Callable[[str], None] = lambda message: None,
        on_issued: Callable[[TaskContext, Token], None] = lambda task, token: None,
        on_revoked: OnRevoked = lambda task, token_id, application_id: None,
    ) -> None:
        self.params = params
        self.attempt = attempt
        self.sharing = sharing
        self.check_mode = check_mode
        self.is_check_run = is_check_run
        self.is_always_checked = is_always_checked
        self.is_predicted = False
        self.is_alone = is_alone
        self.stores = stores or TokenStores()
        self.open_sign_ins = open_sign_ins
        self.listen = listen
        self.pinned_realm_id = pinned_realm_id
        self.option_sources = option_sources or {}
        self.environ = os.environ if environ is None else environ
        self.warn = warn
        self.tell = tell
        self.on_issued = on_issued
        self.on_revoked = on_revoked

    @property
    def has_predicted_credentials(self) -> bool:
        """Whether an earlier task predicted the credentials, so they must not be sent."""
        connection = self.connection
        if connection.access_token:
            return is_predicted(connection.access_token)
        names = (connection.client_id, connection.client_secret, connection.application_id, connection.auth_realm_id)
        return any(map(is_predicted, names))

    def mark_as_predicted(self) -> None:
        """Say in the result that it is, at least in part, a prediction."""
        self.is_predicted = True

    def read(self, options: type[Options]) -> Options:
        """Return the parameters that a dataclass has fields for, as an instance of that dataclass."""
        return options(**{item.name: self.params[item.name] for item in fields(options)})

    @cached_property
    def connection(self) -> Connection:
        """The application that the task authenticates as, and the tenant and realm that it manages."""
        options = self.read(ConnectionOptions)
        connection = build_connection(options)
        realm: str | None = self.params.get("realm")  # an option of the modules that manage objects in a realm
        if realm is None:
            return connection
        from .._management.managed_realm import refuse_other_name

        realm_id = realm if is_service_id(realm) else self._find_realm_id(realm)
        refuse_other_name(realm, realm_id, options.realm_id)
        return replace(connection, realm_id=realm_id)

    def derive(self, **changed: Any) -> TaskContext:
        """Return a call of the same task with other parameters, for a request that needs a token of its own.

        No realm limits it: the caller decides which realm it addresses.
        """
        task = TaskContext(
            {**self.params, **changed},
            attempt=self.attempt,
            check_mode=self.check_mode,
            is_check_run=self.is_check_run,
            is_always_checked=self.is_always_checked,
            is_alone=self.is_alone,
            stores=self.stores,
            open_sign_ins=self.open_sign_ins,
            environ=self.environ,
            warn=self.warn,
            tell=self.tell,
            on_issued=self.on_issued,
            on_revoked=self.on_revoked,
        )
        task.session = self.session
        if self.check_mode or self.is_check_run:
            task.predictions = self.predictions
        return task

    def _find_realm_id(self, name: str) -> str:
        """Look a realm up, with a token of its own: the task's token has no scope for it."""
        from .._management.managed_realm import LOOKUP_OPERATIONS, find_realm_id

        task = self.derive(realm=None)
        purpose = task.build_lock_purpose("a lookup of the same realm", "")
        return find_realm_id(
            name,
            task.build_client(*LOOKUP_OPERATIONS),
            lambda: task.lock("realm name", name, purpose=purpose, is_in_realm=False),
        )

    @cached_property
    def session(self) -> HttpSession:
        """The session that sends the call's HTTP requests, created at first use."""
        settings = self.read(HttpSettings)
        if not settings.validate_certs:
            self.warn(
                "validate_certs is false: certificates are not checked, so an attacker on the network can read all secrets. "
                "To trust a CA of your own, remove validate_certs and set ca_path."
            )
        return HttpSession(settings, self.environ)

    @cached_property
    def server(self) -> AuthorizationServer:
        """The authorization server, with the application's credentials."""
        return AuthorizationServer(
            self.connection,
            self.session,
            on_issued=lambda token: self.on_issued(self, token),
            on_revoked=lambda token_id: self.on_revoked(self, token_id, self.connection.application_id),
            suggest_scopes=suggest_scopes,
            task_errors=TaskErrors(self.stores.run, self.attempt, self._get_application_write_time),
        )

    @cached_property
    def token_source(self) -> TokenSource:
        """Where access tokens come from."""
        if self.has_predicted_credentials:
            return self._predicted_tokens
        if self.connection.access_token:
            return StaticToken(self.connection)
        if self.connection.grant_type != "authorization_code":
            return ClientCredentialsTokens(
                self.server,
                self.stores.select(self.params["token_cache"]),
                self.replacements,
                NewApplicationWait(self._is_new_application, self.stores.run, self.tell),
                self.errors,
            )
        if self.open_sign_ins is None:
            raise SignInRequiredError("No sign-in is stored on the host that the task is delegated to.")
        return self.open_sign_ins(self)

    @cached_property
    def replacements(self) -> TokenReplacements:
        """The refused tokens that the run knows, with any `token_cache`."""
        return TokenReplacements(self.stores.run)

    @cached_property
    def errors(self) -> SharedErrors:
        """The errors that the run's hosts share, whatever `token_cache` is."""
        return SharedErrors(self.stores.run)

    def build_client(self, *operations: str, scopes: list[str] | None = None) -> ManagementClient:
        """Return a Management API client for these operations; in check mode, its token allows only the reading operations."""
        from .._management.client import ManagementClient

        arguments: dict[str, Any] = {
            "scopes": scopes or (),
            "memory": self.memory,
            "pinned_realm_id": self.pinned_realm_id,
            "listings": self.listings,
            "on_revoked": lambda token_id, application_id: self.on_revoked(self, token_id, application_id),
        }
        if not self.check_mode and not self.is_check_run:
            return ManagementClient(self.token_source, self.session, operations, **arguments)

        from .._management.predicting_client import PredictingClient, ReplacingClient

        arguments["predictions"] = self.predictions
        if not self.check_mode:
            return ReplacingClient(self.token_source, self.session, operations, **arguments)
        return PredictingClient(
            self.token_source,
            self.session,
            operations,
            has_credentials=not self.has_predicted_credentials,
            on_prediction=self.mark_as_predicted,
            **arguments,
        )

    @cached_property
    def predictions(self) -> Predictions:
        """The predicted writes of the run so far. A task with `check_mode: true` predicts for itself."""
        from .._management.predictions import Predictions

        return Predictions(self.stores.run if self.is_check_run else None, is_read_only=self.is_always_checked)

    def needs_predicted_token(self, refresh_token: str | None) -> bool:
        """Whether a token cannot be requested with a refresh token, because it or the client is predicted."""
        return is_predicted(refresh_token) or self.has_predicted_credentials

    def predict_token(self, request: TokenRequest) -> IssuedToken:
        """Return the token that the service would issue."""
        return self._predicted_tokens.get(request)

    @cached_property
    def _predicted_tokens(self) -> PredictedTokens:
        return PredictedTokens(self.connection, self._remember_predicted_token)

    def _remember_predicted_token(self, token: Token) -> None:
        from .._management.predicted_operations import TOKENS, get_prediction_place

        self.mark_as_predicted()
        with self.predictions.edit(get_prediction_place(self.connection, TOKENS)) as prediction:
            item = {"id": token.id, "application_id": self.connection.application_id, "scopes": list(token.scopes)}
            prediction.create(str(token.id), item)

    def _is_new_application(self) -> bool:
        """Whether this run created the authenticating application just now."""
        application_id = self.connection.application_id
        return bool(application_id) and self.memory.was_created_recently(APPLICATION.noun, str(application_id), NEW)

    def _get_application_write_time(self) -> float | None:
        """Return when this run wrote to the authenticating application: its credentials can be valid since that time."""
        return self.memory.get_write_time(APPLICATION.noun, str(self.connection.application_id))

    @cached_property
    def memory(self) -> RunMemory:
        """The writes of the run in the managed realm."""
        return RunMemory(self.stores.run, self.connection, is_read_only=self.check_mode)

    @cached_property
    def listings(self) -> ListingMemory:
        """The listings that the call shares with other hosts and items of its task."""
        from .._management.listing_memory import LIFETIME, ListingMemory

        options = {option.name: self.params[option.name] for option in CONNECTION_OPTIONS}
        error_key = [options, select_environment(self.environ)]
        return ListingMemory(self.stores.run, self.sharing, error_key, LIFETIME)

    def build_lock_purpose(self, work: str, risk: str, *, is_unrepeatable: bool = False) -> LockPurpose:
        """Return the purpose of a lock on an object.

        Args:
            work: the work, as a noun.
            risk: what can happen if several hosts do the work at once.
            is_unrepeatable: whether the risk is a damage, such as a second object. Then the task fails rather than take it.
        """
        return LockPurpose(
            work,
            _OBJECT_WORK + _OBJECT_REQUESTS * compute_longest_exchange(*(self.params[name] for name in _TIME_OPTIONS)),
            "" if self.is_alone else risk,
            must_wait=is_unrepeatable,
            must_lock=is_unrepeatable and not self.is_alone,
        )

    def exclude_hosts(self, key: Any, purpose: LockPurpose) -> AbstractContextManager[None]:
        """Exclude the run's other hosts from work on the same key; raise `LockError` if the purpose demands it."""
        if self.stores.run is not None:
            return self.stores.run.lock(key, purpose)
        if purpose.must_lock:
            raise LockError(
                f"Cannot exclude other hosts from {purpose.work}: the Python library cryptography is missing. Without locks, "
                f"{purpose.risk}.",
                f"Install cryptography. {ONE_HOST_ADVICE}",
            )
        return nullcontext()

    @contextmanager
    def lock(self, *subject: str, purpose: LockPurpose, is_in_realm: bool = True) -> Iterator[None]:
        """Exclude the run's other hosts from work on the same object. Hosts that waited with the same parameters share an error.

        Args:
            is_in_realm: whether the object belongs to the managed realm. Otherwise it belongs to the tenant.
        """
        connection = self.connection
        key = [
            "object",
            connection.api_url,
            connection.tenant_id,
            connection.realm_id if is_in_realm else None,
            *subject,
        ]
        error_key = [*key, dict(self.params), self.check_mode, select_environment(self.environ)]
        seen = self.errors.count(error_key)
        with self.exclude_hosts(key, purpose), self.errors.share(error_key, seen):
            yield

    @property
    def requests(self) -> int:
        """How many HTTP requests the call has sent so far."""
        return self.session.requests if "session" in vars(self) else 0
