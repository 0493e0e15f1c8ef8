# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that concurrent callers share: with whom, for how long, and of which class."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    NotFoundError,
    OptionError,
    ResponseError,
    SignInRequiredError,
    StateError,
    TransportError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._management.resource_creation import (
    NameTakenError,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._masking import remember_secrets, secret_scope
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import token_sources
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.error_sharing import SharedErrors
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import (
    TokenStore,
    TokenStores,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._task.context import TaskContext
from ansible_collections.beyondidentity.management.plugins.plugin_utils.encrypted_store import EncryptedStore
from tests.unit.builders import WORK, get_token, make_token_source, tenant_options
from tests.unit.concurrent_calls import OvertakenStore, run_together
from tests.unit.memory_store import MemoryStore

READ = "realms:read"


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path, warnings: list[str]) -> TokenStore:
    """Return the run's store."""
    return MemoryStore() if request.param == "memory" else EncryptedStore(tmp_path / "store", b"run", warnings.append)


def make_task(tenant: Any, stores: TokenStores, environ: dict[str, str] | None = None, **given: Any) -> TaskContext:
    """Return the context of a new task in a run with these stores."""
    return TaskContext(tenant_options(tenant, **given), stores=stores, environ=environ or {})


def fail(source: Any) -> BeyondIdentityError:
    """Return the error of a token request."""
    with pytest.raises(BeyondIdentityError) as caught:
        get_token(source, READ)
    return caught.value


def count_requests(tenant: Any) -> int:
    return len(tenant.read_journal(operation="token"))


def test_concurrent_callers_share_an_error(store: TokenStore, tenant: Any) -> None:
    tenant.add_fault(operation="token", status=400, error="invalid_scope")
    messages = {error.message for error in run_together(6, store, lambda run: fail(make_token_source(tenant, run)))}
    assert len(messages) == 1 and "invalid_scope" in messages.pop()
    assert count_requests(tenant) == 1


def test_a_later_caller_does_not_get_an_earlier_error(store: TokenStore, tenant: Any) -> None:
    tenant.add_fault(operation="token", status=400, times=1)
    fail(make_token_source(tenant, store))
    assert get_token(make_token_source(tenant, store), READ).token.scopes == (READ,)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_clock_that_is_set_does_not_repeat_an_earlier_error(
    step: int, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore()
    tenant.add_fault(operation="token", status=400, times=1)
    fail(make_token_source(tenant, store))
    monkeypatch.setattr(token_sources, "time", SimpleNamespace(time=lambda: time.time() + step))
    assert get_token(make_token_source(tenant, store), READ).token.scopes == (READ,)


# What differs between two hosts that wait for the same lock. `PATH` stands for a file with authorities.
OTHERS: list[dict[str, Any]] = [
    {"timeout": 5},
    {"retries": 1},
    {"retry_max_wait": 5},
    {"validate_certs": False},
    {"ca_path": "PATH"},
    {"proxy": "http://proxy.example:3128"},
    {"client_auth_method": "client_secret_post"},
    {"environ": {"HTTPS_PROXY": "http://proxy.example:3128"}},
    {"environ": {"NO_PROXY": "*"}},
    {"environ": {"REQUESTS_CA_BUNDLE": "PATH"}},
]
SAME: list[dict[str, Any]] = [{}, {"environ": {"HOME": "/other"}}]


def use_real_path(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: use_real_path(value) if isinstance(value, dict) else certifi.where() if value == "PATH" else value
        for name, value in given.items()
    }


@pytest.mark.parametrize("given", OTHERS + SAME, ids=str)
def test_an_error_is_shared_only_if_all_that_can_cause_it_is_equal(given: dict[str, Any], tenant: Any) -> None:
    run = MemoryStore()
    tenant.add_fault(operation="token", status=400, error="invalid_scope", times=1)
    first = make_task(tenant, TokenStores(run))
    shared = OvertakenStore(run, lambda: fail(first.token_source))
    second = make_task(tenant, TokenStores(shared), **use_real_path(given))
    if given in SAME:
        assert "invalid_scope" in fail(second.token_source).message
    else:
        assert get_token(second.token_source, READ).value
    assert count_requests(tenant) == (1 if given in SAME else 2)


@pytest.mark.parametrize("given", [*OTHERS, {"check_mode": True}, *SAME], ids=str)
def test_an_error_about_an_object_is_shared_in_the_same_way(given: dict[str, Any], tenant: Any) -> None:
    run = MemoryStore()

    def open_task(store: Any, check_mode: bool = False, **given: Any) -> TaskContext:
        task = make_task(tenant, TokenStores(store), **use_real_path(given))
        task.check_mode = check_mode
        return task

    def fail_in_lock() -> None:
        with pytest.raises(StateError), open_task(run).lock("realm", "Customers", purpose=WORK):
            raise StateError("The first host failed.", changed=True, ids=["1"])

    entered = []
    with (
        suppress_shared() as caught,
        open_task(OvertakenStore(run, fail_in_lock), **given).lock("realm", "Customers", purpose=WORK),
    ):
        entered.append(True)
    assert entered == ([] if given in SAME else [True])
    if given in SAME:
        (error,) = caught
        assert error.__class__ is StateError and error.details == {"ids": ["1"]}, "the second host changed nothing"


class suppress_shared:  # noqa: N801
    """Collect an error instead of raising it."""

    def __enter__(self) -> list[BaseException]:
        self.caught: list[BaseException] = []
        return self.caught

    def __exit__(self, _class: Any, error: BaseException | None, _traceback: Any) -> bool:
        self.caught.extend([error] if error else [])
        return isinstance(error, BeyondIdentityError)


def test_an_error_about_an_object_is_not_shared_with_a_later_call(tenant: Any) -> None:
    stores, entered = TokenStores(MemoryStore()), []
    with pytest.raises(StateError), make_task(tenant, stores).lock("realm", "Customers", purpose=WORK):
        raise StateError("The first host failed.")
    with make_task(tenant, stores).lock("realm", "Customers", purpose=WORK):
        entered.append(True)
    assert entered


def test_an_error_that_was_shared_is_not_recorded_again(tenant: Any) -> None:
    """A host that asks again meanwhile must not take an error from before its question."""
    store = MemoryStore()
    errors = SharedErrors(store)
    key: list[Any] = ["outer"]
    with pytest.raises(StateError), errors.share(["inner"], 0):
        raise StateError("An error.")
    with pytest.raises(StateError), errors.share(key, errors.count(key)), errors.share(["inner"], 0):
        pytest.fail("The shared error must come first.")
    assert errors.count(key) == 0


def test_errors_stay_in_the_run_if_tokens_outlive_it(tenant: Any) -> None:
    run, user = MemoryStore(), MemoryStore()
    tenant.add_fault(operation="token", status=400, error="invalid_scope", times=1)
    how = {"token_cache": "user"}

    def fail_first(run: MemoryStore) -> Callable[[], Any]:
        return lambda: fail(make_task(tenant, TokenStores(run, user), **how).token_source)

    waiting = make_task(tenant, TokenStores(run, OvertakenStore(user, fail_first(run))), **how)
    assert "invalid_scope" in fail(waiting.token_source).message and user.entries == {}
    tenant.add_fault(operation="token", status=400, error="invalid_scope", times=1)
    other_run = make_task(tenant, TokenStores(MemoryStore(), OvertakenStore(user, fail_first(run))), **how)
    assert get_token(other_run.token_source, READ).value


ERRORS = [
    BeyondIdentityError("m", "h"),
    OptionError("m"),
    StateError("m", ids=["1"]),
    NotFoundError("m"),
    TransportError("m", sent=False, permanent=True),
    TransportError("m"),
    MalformedResponseError("m"),
    ResponseError("m", status=401, code="invalid_client"),
    SignInRequiredError("m"),
]


def take(error: BeyondIdentityError, store: MemoryStore) -> BeyondIdentityError:
    """Return an error as another caller gets it."""
    with pytest.raises(BeyondIdentityError), SharedErrors(store).share(["key"], 0):
        raise error
    with pytest.raises(BeyondIdentityError) as caught, SharedErrors(store).share(["key"], 0):
        pytest.fail("The shared error must come first.")
    return caught.value


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_keeps_its_class_and_attributes(error: BeyondIdentityError) -> None:
    taken = take(error, MemoryStore())
    assert type(taken) is type(error) and str(taken) == str(error)
    assert vars(taken) == {**vars(error), "is_repeated": True}


def test_an_error_of_another_class_counts_as_its_nearest_base() -> None:
    store = MemoryStore()
    taken = take(NameTakenError({"id": "1", "client_secret": "s3cret"}), store)
    assert taken.__class__ is StateError and taken.message == "The name is taken."
    assert "s3cret" not in str(store.entries)


def test_a_shared_error_has_no_secret_that_the_server_echoed() -> None:
    store = MemoryStore()
    with secret_scope():
        remember_secrets(["s3cret"])
        taken = take(BeyondIdentityError("The server refused s3cret.", detail="s3cret"), store)
    assert taken.message == "The server refused ********."
    assert "s3cret" not in str(taken.details) + str(store.entries)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_shared_error_has_no_client_secret(method: str, tenant: Any) -> None:
    store = MemoryStore()
    tenant.add_fault(operation="token", status=400, error="x", message=f"no {tenant.client_secret}")
    with secret_scope():
        fail(make_token_source(tenant, store, client_auth_method=method))
    assert store.entries and tenant.client_secret not in str(store.entries.values())
