# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token request waits until the authorization server accepts an application that this run has just created."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import ResponseError
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import new_application
from ansible_collections.beyondidentity.management.plugins.modules import application
from tests.unit.builders import get_token, make_task
from tests.unit.concurrent_calls import run_together
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_ok


class Clock:
    """A clock that only sleeping moves. `on_sleep` is called before each sleep."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.sleeps: list[float] = []
        self.on_sleep: Callable[[], Any] = lambda: None

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.on_sleep()
        self.sleeps.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that waits use."""
    made = Clock()
    monkeypatch.setattr(new_application, "time", SimpleNamespace(sleep=made.sleep, monotonic=made.monotonic))
    return made


def create_application(tenant: Any, store: MemoryStore) -> dict[str, Any]:
    """Create an application that the authorization server does not accept yet; return its connection options."""
    tenant.settings(new_application_delay=600)
    created = run_ok(
        application,
        tenant,
        store,
        display_name="New",
        resource_server="beyondidentity",
        allowed_scopes=["realms:read"],
        return_secret=True,
    )
    tenant.clear_journal()
    return {name: created[name] for name in ("issuer", "client_id", "client_secret")}


def count_requests(tenant: Any) -> int:
    return len(tenant.journal(grant="client_credentials"))


def test_a_token_is_requested_until_the_server_accepts_the_application(tenant: Any, clock: Clock) -> None:
    store, told = MemoryStore(), []
    credentials = create_application(tenant, store)
    clock.on_sleep = lambda: tenant.settings(new_application_delay=0 if len(clock.sleeps) == 2 else 600)
    task = make_task(tenant, store, **credentials)
    task.tell = told.append
    assert get_token(task.token_source, "realms:read").value
    assert count_requests(tenant) == 4
    assert told == ["Waiting until the authorization server accepts the new application."]


def test_the_wait_ends_after_30_seconds(tenant: Any, clock: Clock) -> None:
    store = MemoryStore()
    credentials = create_application(tenant, store)
    with pytest.raises(ResponseError, match="invalid_client"):
        get_token(make_task(tenant, store, **credentials).token_source, "realms:read")
    assert sum(clock.sleeps) == 30


def test_an_application_of_another_run_is_not_waited_for(tenant: Any, clock: Clock) -> None:
    credentials = create_application(tenant, MemoryStore())
    with pytest.raises(ResponseError, match="invalid_client"):
        get_token(make_task(tenant, MemoryStore(), **credentials).token_source, "realms:read")
    assert clock.sleeps == [] and count_requests(tenant) == 1


def test_a_wrong_secret_of_an_older_application_is_not_waited_for(tenant: Any, clock: Clock) -> None:
    store = MemoryStore()
    create_application(tenant, store)
    with pytest.raises(ResponseError, match="invalid_client"):
        get_token(make_task(tenant, store, client_secret="wrong").token_source, "realms:read")
    assert clock.sleeps == []


def test_one_poll_serves_all_hosts(tenant: Any, clock: Clock) -> None:
    store = MemoryStore()
    credentials = create_application(tenant, store)
    clock.on_sleep = lambda: tenant.settings(new_application_delay=0)
    tokens = run_together(
        5, store, lambda shared: get_token(make_task(tenant, shared, **credentials).token_source, "realms:read").value
    )
    assert len(set(tokens)) == 1 and count_requests(tenant) == 2 and len(clock.sleeps) == 1


def test_an_error_of_a_new_application_is_not_shared(tenant: Any, clock: Clock) -> None:
    store = MemoryStore()
    credentials = create_application(tenant, store)
    with pytest.raises(ResponseError):
        get_token(make_task(tenant, store, **credentials).token_source, "realms:read")
    assert not any("error" in str(key) for key in store.keys if "token" in str(key))
