# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for an application that this run has just created, until the authorization server knows its credentials."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.error_sharing import SharedErrors
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.new_application import (
    LIMIT,
    NewApplicationWait,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    ClientCredentialsTokens,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
)
from ansible_collections.beyondidentity.management.plugins.modules import application
from tests.unit.builders import get_token, make_task
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_ok

READ = "realms:read"
REFUSED: dict[str, Any] = {"operation": "token", "status": 401, "error": "invalid_client"}


class Clock:
    """A clock that only pauses advance."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


class Run:
    """A run whose tasks wait for a new application, with a clock of its own."""

    def __init__(self, tenant: Any, store: TokenStore | None, *, is_new: bool = True) -> None:
        self.tenant = tenant
        self.clock = Clock()
        self.told: list[str] = []
        self.is_new = is_new
        self.store = store

    def open_source(self, shared: TokenStore | None = None) -> ClientCredentialsTokens:
        """Return the token source of a new task. `shared` is the store for tokens, by default the run's."""
        wait = NewApplicationWait(
            lambda: self.is_new, self.store, self.told.append, pause=self.clock.pause, now=self.clock.now
        )
        server, errors = make_task(self.tenant).server, SharedErrors(self.store)
        return ClientCredentialsTokens(server, shared or self.store, new_application=wait, errors=errors)

    def get(self, *scopes: str) -> str:
        return get_token(self.open_source(), *(scopes or (READ,))).value

    def fail(self, *scopes: str) -> str:
        with pytest.raises(BeyondIdentityError) as caught:
            self.get(*scopes)
        return caught.value.message


@pytest.fixture(params=["stored", "not stored"])
def run(request: pytest.FixtureRequest, tenant: Any) -> Run:
    return Run(tenant, MemoryStore() if request.param == "stored" else None)


def count_requests(tenant: Any) -> int:
    return len(tenant.read_journal(operation="token"))


@pytest.mark.parametrize("fault", [REFUSED, {"operation": "token", "status": 401, "shape": "management"}])
def test_a_new_applications_token_request_is_repeated(fault: dict[str, Any], run: Run, tenant: Any) -> None:
    tenant.add_fault(**fault, times=3)
    assert run.get()
    assert count_requests(tenant) == 4
    assert run.clock.pauses == [0.5, 1.0, 2.0]
    assert run.told == [
        "The authorization server does not know the new application's credentials yet. Waiting up to 30 seconds."
    ]


def test_the_wait_ends_after_its_limit(run: Run, tenant: Any) -> None:
    tenant.add_fault(**REFUSED)
    message = run.fail()
    assert "HTTP 401 invalid_client" in message and "after 30 seconds the server still does not know it." in message
    assert sum(run.clock.pauses) == LIMIT and max(run.clock.pauses) == 4
    assert count_requests(tenant) == len(run.clock.pauses) + 1 and len(run.told) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 400, "error": "invalid_scope"}, {"status": 400, "error": "unauthorized_client"}, {"status": 404}],
)
def test_any_other_error_is_not_repeated(fault: dict[str, Any], run: Run, tenant: Any) -> None:
    tenant.add_fault(operation="token", **fault)
    run.fail()
    assert count_requests(tenant) == 1 and run.clock.pauses == [] and run.told == []


def test_any_other_error_ends_the_wait(run: Run, tenant: Any) -> None:
    tenant.add_fault(**REFUSED, times=1)
    tenant.add_fault(operation="token", status=400, error="invalid_scope")
    assert "invalid_scope" in run.fail()
    assert count_requests(tenant) == 2


def test_an_application_that_is_not_new_is_not_waited_for(tenant: Any) -> None:
    tenant.add_fault(**REFUSED)
    run = Run(tenant, MemoryStore(), is_new=False)
    assert "waited" not in run.fail()
    assert count_requests(tenant) == 1 and run.clock.pauses == [] and run.told == []


def test_hosts_that_need_the_same_token_share_one_poll(tenant: Any) -> None:
    run = Run(tenant, MemoryStore())
    tenant.add_fault(**REFUSED, times=3)
    assert run.store is not None
    values = run_together(8, run.store, lambda shared: get_token(run.open_source(shared), READ).value)
    assert len(set(values)) == 1 and len(run.told) == 1
    assert count_requests(tenant) == 4


def test_hosts_share_one_poll_that_fails(tenant: Any) -> None:
    """The poll is not repeated by each host, and its refusals are not shared as errors."""
    run = Run(tenant, MemoryStore())
    tenant.add_fault(**REFUSED)

    def get(shared: TokenStore) -> str:
        with pytest.raises(BeyondIdentityError) as caught:
            get_token(run.open_source(shared), READ)
        return caught.value.message

    assert run.store is not None
    messages = run_together(8, run.store, get)
    assert sum(run.clock.pauses) == LIMIT and len(run.told) == 1
    polled = len(run.clock.pauses) + 1
    # The host that polled has its own message. The next one sends one more request, whose error the others share.
    assert count_requests(tenant) == polled + 1 and len(set(messages)) == 2


def test_requests_with_other_scopes_use_the_time_that_is_left(tenant: Any) -> None:
    run = Run(tenant, MemoryStore())
    tenant.add_fault(**REFUSED)
    run.fail(READ)
    before = count_requests(tenant)
    run.fail("realms:create")
    assert count_requests(tenant) == before + 1 and sum(run.clock.pauses) == LIMIT and len(run.told) == 1
    tenant.clear_faults()
    assert run.get("realms:create")


def test_after_anothers_wait_a_refused_request_is_repeated_at_once(tenant: Any) -> None:
    """The other host's request was accepted meanwhile, although it was for other scopes."""
    run = Run(tenant, MemoryStore())
    tenant.add_fault(**REFUSED, times=2)
    run.get(READ)
    tenant.add_fault(**REFUSED, times=1)
    run.get("realms:create")
    assert run.clock.pauses == [0.5, 1.0] and len(run.told) == 1


def test_an_earlier_refusal_is_not_read(tenant: Any) -> None:
    """A host that waited for the lock must not take the refusal of a request from before the wait as its own."""
    run = Run(tenant, MemoryStore(), is_new=False)
    tenant.add_fault(**REFUSED, times=1)

    def get(shared: TokenStore) -> str:
        try:
            return get_token(run.open_source(shared), READ).value
        except BeyondIdentityError:
            run.is_new = True  # the run creates the application
            return "refused"

    assert run.store is not None
    values = run_together(3, run.store, get)
    assert values.count("refused") == 1 and len(set(values)) == 2


def create_application(tenant: Any, store: MemoryStore) -> dict[str, Any]:
    """Create an application with a task of this run; return the connection options that name it."""
    created = run_ok(
        application,
        tenant,
        store,
        display_name="New",
        resource_server="beyondidentity",
        allowed_scopes=[READ],
        return_secret=True,
    )
    tenant.clear_journal()
    return {name: created[name] for name in ("issuer", "client_id", "client_secret")}


@pytest.mark.parametrize(("age", "is_waited_for"), [(0.0, True), (59.0, True), (61.0, False)])
def test_a_task_waits_for_an_application_that_the_run_created_a_moment_ago(
    age: float, is_waited_for: bool, tenant: Any, pauses: list[float]
) -> None:
    store, told = MemoryStore(), []
    task = make_task(tenant, store, **create_application(tenant, store))
    task.tell = told.append
    pauses.append(age)  # sets the memory's clock forward
    tenant.add_fault(**REFUSED, times=1)
    if is_waited_for:
        assert get_token(task.token_source, READ).value
    else:
        with pytest.raises(ResponseError, match="invalid_client"):
            get_token(task.token_source, READ)
    assert len(told) == is_waited_for and count_requests(tenant) == 1 + is_waited_for


def test_an_application_of_another_run_is_not_waited_for(tenant: Any) -> None:
    task = make_task(tenant, MemoryStore(), **create_application(tenant, MemoryStore()))
    tenant.add_fault(**REFUSED, times=1)
    with pytest.raises(ResponseError, match="invalid_client"):
        get_token(task.token_source, READ)
    assert count_requests(tenant) == 1


def test_another_application_than_the_new_one_is_not_waited_for(tenant: Any) -> None:
    store = MemoryStore()
    create_application(tenant, store)
    with pytest.raises(ResponseError, match="invalid_client"):
        get_token(make_task(tenant, store, client_secret="wrong").token_source, READ)
    assert count_requests(tenant) == 1
