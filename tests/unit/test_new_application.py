# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait for an application that this run has just created, until the authorization server knows its credentials."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import BeyondIdentityError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.new_application import (
    LIMIT,
    NewApplicationWait,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    ClientCredentialsTokens,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from tests.unit.builders import get_token, make_task, tenant_options
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore

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


class CreatedApplications:
    """Stands in for the run's memory: knows how long ago applications were created."""

    def __init__(self, **ages: float) -> None:
        self.ages = ages

    def was_created_recently(self, noun: str, id: str, seconds: float) -> bool:
        return noun == "application" and self.ages.get(id, seconds) < seconds


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
        return ClientCredentialsTokens(make_task(self.tenant).server, shared or self.store, new_application=wait)

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
    return len(tenant.journal(operation="token"))


@pytest.mark.parametrize("fault", [REFUSED, {"operation": "token", "status": 401, "shape": "management"}])
def test_a_new_applications_token_request_is_repeated(fault: dict[str, Any], run: Run, tenant: Any) -> None:
    tenant.fault(**fault, times=3)
    assert run.get()
    assert count_requests(tenant) == 4
    assert run.clock.pauses == [0.5, 1.0, 2.0]
    assert run.told == [
        "The authorization server does not know the new application's credentials yet. Waiting up to 30 seconds."
    ]


def test_the_wait_ends_after_its_limit(run: Run, tenant: Any) -> None:
    tenant.fault(**REFUSED)
    message = run.fail()
    assert "HTTP 401 invalid_client" in message and "waited 30 seconds. Run again." in message
    assert sum(run.clock.pauses) == LIMIT and max(run.clock.pauses) == 4
    assert count_requests(tenant) == len(run.clock.pauses) + 1 and len(run.told) == 1


@pytest.mark.parametrize(
    "fault",
    [{"status": 400, "error": "invalid_scope"}, {"status": 400, "error": "unauthorized_client"}, {"status": 404}],
)
def test_any_other_error_is_not_repeated(fault: dict[str, Any], run: Run, tenant: Any) -> None:
    tenant.fault(operation="token", **fault)
    run.fail()
    assert count_requests(tenant) == 1 and run.clock.pauses == [] and run.told == []


def test_any_other_error_ends_the_wait(run: Run, tenant: Any) -> None:
    tenant.fault(**REFUSED, times=1)
    tenant.fault(operation="token", status=400, error="invalid_scope")
    assert "invalid_scope" in run.fail()
    assert count_requests(tenant) == 2


def test_an_application_that_is_not_new_is_not_waited_for(tenant: Any) -> None:
    tenant.fault(**REFUSED)
    run = Run(tenant, MemoryStore(), is_new=False)
    assert "waited" not in run.fail()
    assert count_requests(tenant) == 1 and run.clock.pauses == [] and run.told == []


def test_hosts_that_need_the_same_token_share_one_poll(tenant: Any) -> None:
    run = Run(tenant, MemoryStore())
    tenant.fault(**REFUSED, times=3)
    assert run.store is not None
    values = run_together(8, run.store, lambda shared: get_token(run.open_source(shared), READ).value)
    assert len(set(values)) == 1 and len(run.told) == 1
    assert count_requests(tenant) == 4


def test_hosts_share_one_poll_that_fails(tenant: Any) -> None:
    """The poll is not repeated by each host, and its refusals are not shared as errors."""
    run = Run(tenant, MemoryStore())
    tenant.fault(**REFUSED)

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
    tenant.fault(**REFUSED)
    run.fail(READ)
    before = count_requests(tenant)
    run.fail("realms:create")
    assert count_requests(tenant) == before + 1 and sum(run.clock.pauses) == LIMIT and len(run.told) == 1
    tenant.clear_faults()
    assert run.get("realms:create")


def test_after_anothers_wait_a_refused_request_is_repeated_at_once(tenant: Any) -> None:
    """The other host's request was accepted meanwhile, although it was for other scopes."""
    run = Run(tenant, MemoryStore())
    tenant.fault(**REFUSED, times=2)
    run.get(READ)
    tenant.fault(**REFUSED, times=1)
    run.get("realms:create")
    assert run.clock.pauses == [0.5, 1.0] and len(run.told) == 1


def test_an_earlier_refusal_is_not_read(tenant: Any) -> None:
    """A host that waited for the lock must not take the refusal of a request from before the wait as its own."""
    run = Run(tenant, MemoryStore(), is_new=False)
    tenant.fault(**REFUSED, times=1)

    def get(shared: TokenStore) -> str:
        try:
            return get_token(run.open_source(shared), READ).value
        except BeyondIdentityError:
            run.is_new = True  # the run creates the application
            return "refused"

    assert run.store is not None
    values = run_together(3, run.store, get)
    assert values.count("refused") == 1 and len(set(values)) == 2


@pytest.mark.parametrize(
    ("memory", "is_new"),
    [(None, False), ({"other": 1.0}, False), ({"own": 1.0}, True), ({"own": 59.9}, True), ({"own": 60.0}, False)],
)
def test_the_runs_memory_tells_whether_an_application_is_new(
    memory: dict[str, float] | None, is_new: bool, tenant: Any
) -> None:
    task = TaskContext(tenant_options(tenant), stores=TokenStores(MemoryStore()), environ={})
    assert task.run_memory is None
    if memory is not None:
        ages = {tenant.application_id if name == "own" else name: age for name, age in memory.items()}
        task.run_memory = CreatedApplications(**ages)
    assert task.is_new_application() is is_new


def test_a_task_waits_for_an_application_that_the_run_created(tenant: Any) -> None:
    told: list[str] = []
    task = TaskContext(tenant_options(tenant), stores=TokenStores(MemoryStore()), environ={}, tell=told.append)
    task.run_memory = CreatedApplications(**{tenant.application_id: 1.0})
    tenant.fault(**REFUSED, times=1)
    assert get_token(task.token_source, READ).value
    assert count_requests(tenant) == 2 and len(told) == 1


def test_without_the_application_no_application_is_new(tenant: Any) -> None:
    task = TaskContext({**tenant_options(tenant), "issuer": None}, environ={})
    task.run_memory = CreatedApplications(**{tenant.application_id: 1.0})
    assert not task.is_new_application()
