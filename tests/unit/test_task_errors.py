# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refused client credentials: who takes a refusal that the run knows, and who asks again."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    ResponseError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import task_errors
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.task_errors import (
    LOOKUP_LIMIT,
    TASK_LIMIT,
    Attempt,
    TaskErrors,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.module_utils._task.sign_ins import open_sign_ins
from ansible_collections.beyondidentity.management.plugins.modules import api, application, token
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import get_token, tenant_options
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_failed, run_ok
from tests.unit.sign_in_helpers import REFRESHED, list_sign_ins

READ = "realms:read"
KEY = ["credentials"]
LOOKUP = None
FIRST, SECOND = Attempt("task-1", 1), Attempt("task-1", 2)
OTHER_TASK = Attempt("task-2", 1)


@pytest.fixture(autouse=True)
def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test be a process that knows no refusal yet."""
    begin_process(monkeypatch)


def begin_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_errors, "_known_by_process", task_errors._KnownErrors())


class Run:
    """A run with a clock of its own, whose server refuses the credentials."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.seconds = 1000.0
        self.written: float | None = None
        self.requests = 0

    def ask(self, attempt: Attempt | None, key: Any = None, error: BeyondIdentityError | None = None) -> bool:
        """Return whether a caller sent a request, which failed."""
        before = self.requests
        refusals = TaskErrors(self.store, attempt, lambda: self.written, now=lambda: self.seconds)
        with pytest.raises(BeyondIdentityError), refusals.share(KEY if key is None else key):
            self.requests += 1
            raise error or ResponseError("refused", status=401, code="invalid_client")
        return self.requests > before


@pytest.fixture
def run() -> Run:
    return Run()


@pytest.mark.parametrize(
    ("first", "second", "age", "is_taken"),
    [
        (FIRST, FIRST, 0, True),  # another host or item
        (FIRST, FIRST, TASK_LIMIT - 0.1, True),
        (FIRST, FIRST, TASK_LIMIT, False),
        (FIRST, SECOND, 0, False),  # `until`
        (SECOND, FIRST, 0, True),  # another host, while the first one repeats the task
        (FIRST, OTHER_TASK, 0, False),
        (FIRST, LOOKUP, LOOKUP_LIMIT - 0.1, True),
        (FIRST, LOOKUP, LOOKUP_LIMIT, False),
        (LOOKUP, LOOKUP, LOOKUP_LIMIT - 0.1, True),
        (LOOKUP, FIRST, 0, False),
        (FIRST, FIRST, -1, False),
        (FIRST, LOOKUP, -1, False),
    ],
)
def test_a_refusal_counts_for_the_same_task_and_attempt(
    first: Attempt | None,
    second: Attempt | None,
    age: float,
    is_taken: bool,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run.ask(first)
    run.seconds += age
    begin_process(monkeypatch)  # Ansible starts one for each host and task
    assert run.ask(second) is not is_taken


def test_each_repetition_asks_once_whatever_other_hosts_do(run: Run) -> None:
    for attempt in (FIRST, FIRST, SECOND, FIRST, SECOND, Attempt("task-1", 3), SECOND):
        run.ask(attempt)
    assert run.requests == 3


def test_a_lookup_asks_again_in_a_process_that_knows_the_refusal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.ask(LOOKUP)
    assert run.ask(LOOKUP), "the process itself was refused"
    begin_process(monkeypatch)
    assert not run.ask(LOOKUP)
    assert run.ask(LOOKUP)


def test_processes_that_know_an_old_refusal_share_the_next_one(run: Run) -> None:
    """A worker knows what the main process knew when it started the worker."""
    run.ask(LOOKUP)
    old = task_errors._known_by_process._counts.copy()
    assert run.ask(LOOKUP)
    task_errors._known_by_process._counts = old
    assert not run.ask(LOOKUP)


@pytest.mark.parametrize(
    "error",
    [
        ResponseError("m", status=400, code="invalid_scope"),
        ResponseError("m", status=400, code="invalid_grant"),
        ResponseError("m", status=403),
        ResponseError("m", status=429),
        ResponseError("m", status=503),
        BeyondIdentityError("m"),
    ],
    ids=repr,
)
def test_no_other_error_is_recorded(error: BeyondIdentityError, run: Run) -> None:
    assert run.ask(FIRST, error=error) and run.ask(FIRST, error=error)
    assert run.store.entries == {}


@pytest.mark.parametrize("error", [{"status": 401}, {"status": 400, "code": "invalid_client"}])
def test_both_forms_of_a_refusal_are_recorded(error: dict[str, Any], run: Run) -> None:
    assert run.ask(FIRST, error=ResponseError("m", **error)) and not run.ask(FIRST)


def test_a_refusal_counts_for_its_key_only(run: Run) -> None:
    assert run.ask(FIRST) and run.ask(FIRST, ["other credentials"])


def test_a_write_to_the_application_drops_an_earlier_refusal(run: Run) -> None:
    run.ask(FIRST)
    run.written = run.seconds
    assert run.ask(FIRST)
    run.written = run.seconds - 1
    assert not run.ask(FIRST)


@pytest.mark.parametrize("entry", [{}, {"monotonic": None}, {"monotonic": "999"}, {"count": "x"}])
def test_a_damaged_record_does_not_count(entry: dict[str, Any], run: Run) -> None:
    run.store.put(KEY, entry)
    assert run.ask(FIRST)


def test_without_a_store_nothing_is_known() -> None:
    for _time in range(2):
        with TaskErrors(None, FIRST).share(KEY):
            pass


def open_task(tenant: Any, stores: TokenStores, attempt: Attempt | None = FIRST, **given: Any) -> TaskContext:
    """Return the context of one attempt at a task."""
    return TaskContext(
        tenant_options(tenant, **given), attempt=attempt, stores=stores, open_sign_ins=open_sign_ins, environ={}
    )


def fail(task: TaskContext, *scopes: str) -> ResponseError:
    with pytest.raises(ResponseError) as caught:
        get_token(task.token_source, *(scopes or (READ,)))
    return caught.value


def count_requests(tenant: Any) -> int:
    return len(tenant.read_journal(operation="token"))


WRONG = {"client_secret": "wr0ng-secret"}


@pytest.mark.parametrize("token_cache", ["run", "user", "none"])
def test_hosts_and_items_of_a_task_send_a_wrong_secret_once(token_cache: str, tenant: Any) -> None:
    run, user = MemoryStore(), MemoryStore()
    errors = [fail(open_task(tenant, TokenStores(run, user), token_cache=token_cache, **WRONG)) for _item in range(40)]
    assert {(error.message, error.status, error.code) for error in errors} == {
        (errors[0].message, 401, "invalid_client")
    }
    assert "Check that client_id, client_secret" in errors[0].message
    assert count_requests(tenant) == 1 and user.entries == {}
    fail(open_task(tenant, TokenStores(run, user), SECOND, token_cache=token_cache, **WRONG))
    assert count_requests(tenant) == 2


def test_a_refused_secret_is_refused_for_all_scopes(tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    fail(open_task(tenant, stores, **WRONG))
    fail(open_task(tenant, stores, **WRONG), "realms:create")
    assert count_requests(tenant) == 1


@pytest.mark.parametrize(
    "given", [{"timeout": 5}, {"client_auth_method": "client_secret_post"}, {"client_id": "wr0ng"}]
)
def test_a_host_with_other_options_asks(given: dict[str, Any], tenant: Any) -> None:
    stores = TokenStores(MemoryStore())
    fail(open_task(tenant, stores, **WRONG))
    fail(open_task(tenant, stores, **{**WRONG, **given}))
    assert count_requests(tenant) == 2


def make_application(tenant: Any) -> dict[str, Any]:
    """Create an application in an earlier run; return the connection options that name it."""
    created = run_ok(
        application,
        tenant,
        display_name="Other",
        resource_server="beyondidentity",
        allowed_scopes=[READ],
        return_secret=True,
    )
    return {name: created[name] for name in ("issuer", "client_id", "client_secret")}


WRITES = {
    "module application": (application, {"display_name": "Other", "token_expires_after": 100}),
    "module api": (api, {"operation": "UpdateApplication", "body": {"application": {"display_name": "New name"}}}),
    "removal": (application, {"display_name": "Other", "state": "absent"}),
}


@pytest.mark.parametrize("write", [*WRITES, "no change", "check mode"])
def test_a_write_of_the_run_to_the_application_drops_the_refusal(write: str, tenant: Any) -> None:
    store, other = MemoryStore(), make_application(tenant)
    fail(open_wrong(tenant, store, other))
    module, given = WRITES.get(write, WRITES["module application"])
    if module is api:
        given = {**given, "parameters": {"application_id": other["issuer"].rpartition("/")[2]}}
    if write == "no change":
        given = {"display_name": "Other"}
    run_ok(module, tenant, store, write == "check mode", **given)
    before = count_requests(tenant)
    fail(open_wrong(tenant, store, other))
    assert count_requests(tenant) == before + (write in WRITES)


def open_wrong(tenant: Any, store: MemoryStore, other: dict[str, Any]) -> TaskContext:
    return open_task(tenant, TokenStores(store), **{**other, **WRONG})


def test_a_refused_secret_refreshes_no_sign_in_and_spends_no_code(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    app, store = SignInApplication.of(tenant), MemoryStore()
    run_ok(token, app, store, **app.options_after_sign_in(READ))
    options = app.options_after_sign_in(READ)
    tenant.add_fault(operation="token", status=401, error="invalid_client", times=1)
    stores = TokenStores(store)
    by_sign_in = {"grant_type": "authorization_code"}

    def refresh(attempt: Attempt) -> None:
        with pytest.raises(ResponseError, match="invalid_client"):
            get_token(open_task(app, stores, attempt, **by_sign_in).token_source, READ, fresh=True)

    refresh(FIRST)
    before = count_requests(tenant)
    refresh(FIRST)
    begin_process(monkeypatch)
    assert "invalid_client" in run_failed(token, app, store, **options)
    assert count_requests(tenant) == before
    assert len(list_sign_ins(app, store)) == 1
    get_token(open_task(app, stores, SECOND, **by_sign_in).token_source, READ, fresh=True)


def test_the_wait_for_a_new_application_neither_reads_nor_writes_refusals(tenant: Any) -> None:
    store = MemoryStore()
    created = run_ok(
        application,
        tenant,
        store,
        display_name="New",
        resource_server="beyondidentity",
        allowed_scopes=[READ],
        return_secret=True,
    )
    other = {name: created[name] for name in ("issuer", "client_id", "client_secret")}
    task = open_task(tenant, TokenStores(store), **other)
    key = ["refused credentials", *task.server.error_key]
    refusal = TaskErrors(store, FIRST)
    with pytest.raises(ResponseError), refusal.share(key):
        raise ResponseError("refused", status=401, code="invalid_client")
    recorded = store.get(key)
    tenant.add_fault(operation="token", status=401, error="invalid_client", times=1)
    assert get_token(task.token_source, READ).value
    assert store.get(key) == recorded
