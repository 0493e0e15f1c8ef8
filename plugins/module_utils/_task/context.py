# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a module or lookup: its parameters, check mode, stores and clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import SignInRequiredError
from .._http.session import HttpSession
from .._http.settings import HttpSettings
from .._management.client import ManagementClient
from .._management.operation_scopes import suggest_scopes
from .._management.resource_types import APPLICATION
from .._management.run_memory import RunMemory
from .._oauth.authorization_server import AuthorizationServer
from .._oauth.connection import Connection, ConnectionOptions, build_connection
from .._oauth.error_sharing import share_errors
from .._oauth.new_application import NEW, NewApplicationWait
from .._oauth.token import Token
from .._oauth.token_replacement import TokenReplacements
from .._oauth.token_sources import ClientCredentialsTokens, StaticToken, TokenSource
from .._oauth.token_store import TokenStores

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ModuleResult = dict[str, Any]
Options = TypeVar("Options", bound="DataclassInstance")


class TaskContext:
    """All that one call of a module needs.

    The types of `open_sign_ins` and `listen` are wide on purpose: each module that is delegated carries the files that
    this one imports, and few modules use these two.

    Args:
        params: the validated parameters.
        stores: where tokens are stored. A delegated module has no store.
        open_sign_ins: opens the stored sign-ins, for `grant_type: authorization_code`.
        listen: waits for a user's sign-in (`_oauth.authorization_request.Listen`); only the controller can.
        environ: the environment variables that HTTP requests depend on; by default those of the process.
        warn: shows a warning.
        tell: shows progress at once, while the task runs.
        on_issued: is called with each token that the call is issued.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        check_mode: bool = False,
        stores: TokenStores | None = None,
        open_sign_ins: Callable[[TaskContext], TokenSource] | None = None,
        listen: Callable[..., Any] | None = None,
        environ: Mapping[str, str] | None = None,
        warn: Callable[[str], None] = lambda message: None,
        tell: Callable[[str], None] = lambda message: None,
        on_issued: Callable[[TaskContext, Token], None] = lambda task, token: None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.stores = stores or TokenStores()
        self.open_sign_ins = open_sign_ins
        self.listen = listen
        self.environ = environ
        self.warn = warn
        self.tell = tell
        self.on_issued = on_issued

    def read(self, options: type[Options]) -> Options:
        """Return the parameters that a dataclass has fields for, as an instance of that dataclass."""
        return options(**{item.name: self.params[item.name] for item in fields(options)})

    @cached_property
    def connection(self) -> Connection:
        """The application that the task authenticates as, and the tenant and realm that it manages."""
        return build_connection(self.read(ConnectionOptions))

    @cached_property
    def session(self) -> HttpSession:
        """The session that sends the call's HTTP requests, created at first use."""
        settings = self.read(HttpSettings)
        if not settings.validate_certs:
            self.warn(
                "validate_certs is false: certificates are not checked, so an attacker on the network can read all secrets."
            )
        return HttpSession(settings, self.environ)

    @cached_property
    def server(self) -> AuthorizationServer:
        """The authorization server, with the application's credentials."""
        return AuthorizationServer(
            self.connection,
            self.session,
            on_issued=lambda token: self.on_issued(self, token),
            suggest_scopes=suggest_scopes,
        )

    @cached_property
    def token_source(self) -> TokenSource:
        """Where access tokens come from."""
        if self.connection.access_token:
            return StaticToken(self.connection)
        if self.connection.grant_type != "authorization_code":
            return ClientCredentialsTokens(
                self.server,
                self.stores.select(self.params["token_cache"]),
                self.replacements,
                NewApplicationWait(self._is_new_application, self.stores.run, self.tell),
            )
        if self.open_sign_ins is None:
            raise SignInRequiredError("No sign-in is stored on the host that the task is delegated to.")
        return self.open_sign_ins(self)

    @cached_property
    def replacements(self) -> TokenReplacements:
        """What the run knows of refused tokens, whatever `token_cache` is."""
        return TokenReplacements(self.stores.run)

    def build_client(self, *operations: str, scopes: list[str] | None = None) -> ManagementClient:
        """Return a Management API client for these operations; in check mode, its token allows the reading ones only."""
        return ManagementClient(
            self.token_source,
            self.session,
            operations,
            reading_only=self.check_mode,
            scopes=scopes or (),
            memory=self.memory,
        )

    def _is_new_application(self) -> bool:
        """Whether this run created the authenticating application just now."""
        application_id = self.connection.application_id
        return bool(application_id) and self.memory.was_created_recently(APPLICATION.noun, str(application_id), NEW)

    @cached_property
    def memory(self) -> RunMemory:
        """What the run wrote in the managed realm."""
        return RunMemory(self.stores.run, self.connection)

    @contextmanager
    def lock(self, *subject: str) -> Iterator[None]:
        """Exclude the run's other hosts from work on the same object.

        Hosts that waited with the same parameters share an error. Without a store for the run, nothing is excluded.
        """
        if self.stores.run is None:
            yield
            return
        connection, began = self.connection, time.time()
        key = ["object", connection.api_url, connection.tenant_id, connection.realm_id, *subject]
        request_key = [*key, dict(self.params), self.check_mode]
        with self.stores.run.lock(key), share_errors(self.stores.run, request_key, began):
            yield

    @property
    def requests(self) -> int:
        """How many HTTP requests the call has sent so far."""
        return self.session.requests if "session" in vars(self) else 0
