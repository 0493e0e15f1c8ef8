# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long locks may be held: other hosts must not give up on a process that works as slowly as its options allow."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._http.deadline import _GRACE
from ansible_collections.beyondidentity.management.plugins.module_utils._http.settings import HttpSettings
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth import new_application
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.new_application import (
    NewApplicationWait,
)
from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_sources import (
    ClientCredentialsTokens,
)
from ansible_collections.beyondidentity.management.plugins.modules import realm, token
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import get_token, make_task
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import run_ok
from tests.unit.sign_in_helpers import REFRESHED, sign_in_user

QUICK: dict[str, Any] = {"timeout": 1, "retries": 0}
EXCHANGE = HttpSettings(**QUICK).longest_exchange


@pytest.mark.parametrize(
    "settings",
    [HttpSettings(), HttpSettings(timeout=1, retries=0), HttpSettings(timeout=1, retries=50, retry_max_wait=0)],
)
def test_an_exchange_may_take_all_attempts_with_their_waits_and_delays(settings: HttpSettings) -> None:
    attempts = (settings.retries + 1) * (settings.timeout + _GRACE)
    assert settings.longest_exchange >= attempts + settings.retries * settings.retry_max_wait + 1


@pytest.mark.parametrize(("is_new", "duration"), [(False, EXCHANGE), (True, 2 * EXCHANGE + new_application.LIMIT)])
def test_a_token_request_waits_for_a_new_application_only(is_new: bool, duration: float, tenant: Any) -> None:
    store = MemoryStore()
    server = make_task(tenant, **QUICK).server
    wait = NewApplicationWait(lambda: is_new, store)
    get_token(ClientCredentialsTokens(server, store, new_application=wait), "realms:read")
    [purpose] = store.purposes
    assert purpose.duration == duration and not purpose.must_wait


def test_a_cached_token_needs_no_lock(tenant: Any) -> None:
    store = MemoryStore()
    for _n in range(3):
        get_token(make_task(tenant, store).token_source, "realms:read")
    assert len(store.purposes) == 1


def test_work_on_an_object_may_take_many_requests(tenant: Any) -> None:
    """Such as one for each of many members, or the wait for an application."""
    store = MemoryStore()
    run_ok(realm, tenant, store, display_name="Customers", **QUICK)
    purpose = store.purposes[0]
    assert purpose.work == "work on the same realm" and purpose.must_wait
    assert purpose.duration >= 600 + 5 * EXCHANGE


def test_the_use_of_a_given_refresh_token_may_take_two_requests(tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="rotating", **REFRESHED)
    app = SignInApplication.of(tenant)
    given = sign_in_user(app, ["realms:read"]).refresh_token
    store = MemoryStore()
    run_ok(token, app, store, grant_type="refresh_token", refresh_token=given, scopes=["realms:read"], **QUICK)
    purpose = next(purpose for purpose in store.purposes if purpose.work == "the use of a refresh token")
    assert purpose.duration == 2 * EXCHANGE and purpose.must_wait
