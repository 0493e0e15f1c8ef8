# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call's parameters, check mode and surroundings; and how to run it, as a module or in process."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .authorization import Authorization
from .connection import Connection, connection
from .errors import BeyondIdentityError
from .issued import Token
from .management import Management
from .masking import failure, secret_values
from .oauth import AuthorizationServer
from .options import CONNECTION, Option, connection_spec
from .sign_in import SignIns
from .tokens import GivenToken, MintedTokens, Stores, TokenSource, shared_failure
from .transport import Transport, Wire

Result = dict[str, Any]
# the redirect URI, what makes the request for it, seconds to wait, open a browser? -> the request with its code
Listen = Callable[[str, Callable[[str], Authorization], int, bool], Authorization]


@dataclass(frozen=True)
class Spec:
    """A module's options beside the connection options, and what ``AnsibleModule`` takes beside them.

    ``ignored`` names connection options that mean nothing to the module unless they are its arguments, or, with
    ``ignored_with``, to a call with that argument; a ``controller_only`` module talks to nobody, and runs on the controller even where it is delegated.
    """

    options: dict[str, dict[str, Any]]
    rules: dict[str, Any] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    ignored_with: tuple[str, Any] | None = None
    controller_only: bool = False

    @cached_property
    def connection(self) -> tuple[Option, ...]:
        """The connection options, with the choices that the module adds to them."""
        choices = {name: tuple(option.get("choices", ())) for name, option in self.options.items()}
        return tuple(replace(item, choices=choices.get(item.name, item.choices)) for item in CONNECTION)

    def ignored_by(self, arguments: Mapping[str, Any]) -> frozenset[str]:
        """The connection options that mean nothing to a call with these arguments."""
        if self.ignored_with and arguments.get(self.ignored_with[0]) != self.ignored_with[1]:
            return frozenset()
        return self.ignored

    def arguments(self) -> dict[str, Any]:
        """As ``AnsibleModule`` takes it."""
        return {"argument_spec": {**connection_spec(), **self.options}, "supports_check_mode": True, **self.rules}


class Task:
    """One call of a module."""

    def __init__(
        self,
        params: Mapping[str, Any],
        *,
        check_mode: bool = False,
        stores: Stores | None = None,
        listen: Listen | None = None,
        environ: Mapping[str, str] | None = None,
        warn: Callable[[str], None] = lambda message: None,
        tell: Callable[[str], None] = lambda message: None,
        minted: Callable[[Task, Token], None] = lambda task, token: None,
    ) -> None:
        self.params = params
        self.check_mode = check_mode
        self.stores = stores or Stores()
        self.listen = listen
        self.environ = environ
        self.warn = warn
        self.tell = tell  # while the task still runs
        self.minted = minted

    @cached_property
    def connection(self) -> Connection:
        """Who authenticates where."""
        return connection(self.params)

    @cached_property
    def transport(self) -> Transport:
        """What sends."""
        if not self.params["validate_certs"]:
            self.warn(
                "validate_certs is false: nothing proves that the server is Beyond Identity's, and whoever is on the way can read the secrets."
            )
        return Transport(wire(self.params), self.environ)

    @cached_property
    def server(self) -> AuthorizationServer:
        """The authorization server, with the application's credentials."""
        return AuthorizationServer(self.connection, self.transport, lambda token: self.minted(self, token))

    @cached_property
    def tokens(self) -> TokenSource:
        """Where tokens come from."""
        if self.connection.access_token:
            return GivenToken(self.connection)
        if self.connection.grant_type == "authorization_code":
            return self.sign_ins
        return MintedTokens(self.server, self.stores.nearest(self.params["token_cache"]))

    @cached_property
    def sign_ins(self) -> SignIns:
        """What people's sign-ins left."""
        return SignIns(self.server, self.stores.sign_ins(self.params["token_cache"]))

    def management(self, *operations: str, scopes: list[str] | None = None) -> Management:
        """The Management API, with a token for these operations; in check mode for the reading ones among them."""
        return Management(self.tokens, self.transport, list(operations), reading_only=self.check_mode, scopes=scopes)

    @contextmanager
    def lock(self, *subject: str) -> Iterator[None]:
        """Keep other hosts of this run from changing the same thing at the same time; those that want the same share an error."""
        if self.stores.run is None:
            yield
            return
        connection, began = self.connection, time.time()
        key = ["object", connection.api_url, connection.tenant_id, connection.realm_id, *subject]
        wish = [*key, dict(self.params), self.check_mode]
        with self.stores.run.lock(key), shared_failure(self.stores.run, wish, began, self.secrets):
            yield

    @property
    def requests(self) -> int:
        """How many HTTP requests the call made so far."""
        return self.__dict__["transport"].requests if "transport" in self.__dict__ else 0

    def secrets(self) -> set[str]:
        """All secrets that the call knows, so that no message holds one."""
        sent = self.__dict__["transport"].secrets if "transport" in self.__dict__ else set()
        return {*secret_values(dict(self.params)), *sent}


def wire(params: Mapping[str, Any]) -> Wire:
    """The connection options that concern the wire."""
    return Wire(**{item.name: params[item.name] for item in fields(Wire)})


def perform(task: Task, run: Callable[[Task], Result]) -> Result:
    """Run a module's function; whatever goes wrong becomes a failed result with one clear message."""
    try:
        return {"changed": False, **run(task), "requests": task.requests}
    except BeyondIdentityError as error:
        return failure(error, task.secrets())
    except Exception as error:  # a traceback may hold a secret, its place does not
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{PurePath(frame.filename).name}:{frame.lineno}"
        return failure(
            BeyondIdentityError(
                f"Unexpected {type(error).__name__} at {place}.", "This is a bug in the collection: please report it."
            ),
            task.secrets(),
        )


def run_module(spec: Spec, run: Callable[[Task], Result]) -> None:
    """Run as an ordinary module: where a task is delegated to a remote host."""
    module = AnsibleModule(**spec.arguments())
    made: list[dict[str, Any]] = []
    task = Task(
        module.params,
        check_mode=module.check_mode,
        warn=module.warn,
        minted=lambda task, token: made.append(token.to_dict()),
    )
    result = {**perform(task, run), "minted": made}  # for the controller, which takes it out
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
