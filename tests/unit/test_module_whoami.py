# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module whoami: what it says about credentials, and which requests it sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.beyondidentity.management.plugins.module_utils._oauth.token_store import TokenStores
from ansible_collections.beyondidentity.management.plugins.module_utils._predicted import build_predicted
from ansible_collections.beyondidentity.management.plugins.modules import whoami
from tests.support.sign_in_application import SignInApplication
from tests.unit.builders import make_jwt
from tests.unit.memory_store import MemoryStore
from tests.unit.module_calls import call_module, list_writes, run_failed, run_ok
from tests.unit.raw_servers import build_response, record_requests
from tests.unit.sign_in_helpers import REFRESHED, complete_sign_in, exchange, make_request

LIMITED = {"client_id": "limited", "client_secret": "limited-secret"}
HOW = "In the Admin Console, open Apps"


def seed_limited(tenant: Any, *scopes: str, **protocol: Any) -> dict[str, str]:
    """Create an application that may grant these scopes only, and return its connection options."""
    own = {**LIMITED, "allowed_scopes": list(scopes), **protocol}
    (id,) = tenant.seed(applications=1, application={"protocol_config": own})["applications"]
    return {**LIMITED, "issuer": f"{tenant.issuer.rpartition('/')[0]}/{id}"}


def list_requested_scopes(tenant: Any) -> list[str]:
    """Return the scopes of each token request."""
    return [entry["form"]["scope"] for entry in tenant.read_journal(operation="token")]


def identify(tenant: Any, **given: Any) -> dict[str, Any]:
    result = run_ok(whoami, tenant, **given)
    assert not result["changed"]
    return dict(result["whoami"])


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_application_is_read_with_a_short_token_of_its_own(tenant: Any, check_mode: bool) -> None:
    result = run_ok(whoami, tenant, check_mode=check_mode, is_check_run=check_mode)
    found = result["whoami"]
    assert found["allowed_scopes"] and found["allowed_scopes_unknown"] is None and found["scopes"] == []
    assert (found["verified"], found["api_reached"], found["credential_type"]) == (True, True, "client_credentials")
    assert found["lifetime"] == {"requested": 3600, "granted": None, "maximum": 86400}
    assert (found["issuer"], found["client_id"], found["region"]) == (tenant.issuer, tenant.client_id, None)
    assert (found["tenant_id"], found["realm_id"]) == (tenant.tenant_id, tenant.realm_id)
    assert (found["proxy"], found["ca_path"], found["ca_source"]) == (None, None, "requests")
    assert found["clock_difference"] == 0 and found["sign_ins"] == []
    token, read = tenant.read_journal()
    assert (token["form"]["scope"], token["form"]["expiration_time"]) == ("applications:read", "60")
    assert (read["operation"], result["requests"]) == ("GetApplication", 2)
    assert tenant.client_secret not in json.dumps(result)


def test_an_application_that_may_not_read_itself_has_right_credentials(tenant: Any) -> None:
    found = identify(tenant, **seed_limited(tenant, "groups:read"))
    assert found["verified"] and found["allowed_scopes"] is None and found["api_reached"] is None
    assert "cannot grant the scope applications:read" in found["allowed_scopes_unknown"]
    assert HOW in found["allowed_scopes_unknown"]
    assert list_requested_scopes(tenant) == ["applications:read"]


def test_no_token_is_requested_without_scopes(tenant: Any) -> None:
    options = seed_limited(tenant, "groups:read")
    identify(tenant, **options)
    identify(tenant, **options, scopes=[])
    identify(tenant, **options, operations=[])
    assert all(list_requested_scopes(tenant))


def test_scopes_that_the_application_may_not_grant_are_not_requested(tenant: Any) -> None:
    options = seed_limited(tenant, "groups:read", "applications:read", "realms:read")
    found = identify(tenant, **options, scopes=["groups:read", "groups:create"], operations=["ListRealms"])
    assert {item["scope"]: item["granted"] for item in found["scopes"]} == {
        "groups:create": False,
        "groups:read": True,
        "realms:read": True,
    }
    (reason,) = (item["reason"] for item in found["scopes"] if not item["granted"])
    assert "allowed scopes do not include it. Add it to the application's allowed scopes" in reason
    assert found["lifetime"] == {"requested": 3600, "granted": 3600, "maximum": 86400}
    assert found["allowed_scopes"] == ["applications:read", "groups:read", "realms:read"]
    assert list_requested_scopes(tenant) == ["applications:read", "groups:read realms:read"]


def test_each_scope_is_tested_alone_if_the_allowed_scopes_are_unknown(tenant: Any) -> None:
    configuration = {"expires_after": 600, "token_signing_algorithm": "RS256", "subject_field": "id"}
    options = seed_limited(tenant, "groups:read", token_configuration=configuration)
    found = identify(tenant, **options, scopes=["groups:create", "group:read", "groups:read"])
    reasons = {item["scope"]: item["reason"] for item in found["scopes"]}
    assert reasons["groups:read"] is None
    assert reasons["groups:create"].startswith("The service refused it (invalid_scope). Add it to")
    assert "Did you mean groups:read" in reasons["group:read"]
    assert found["lifetime"] == {"requested": 3600, "granted": 600, "maximum": None}
    assert found["api_reached"] is True, "the API knows the token, although it lacks the scope"
    assert len(list_requested_scopes(tenant)) == 5


def test_a_scope_that_the_service_leaves_out_is_not_granted(tenant: Any) -> None:
    tenant.change_settings(grant_only=["applications:read", "groups:read"])
    found = identify(tenant, scopes=["groups:read", "groups:create"])
    assert [item["granted"] for item in found["scopes"]] == [False, True]
    assert "issued the token without it" in found["scopes"][0]["reason"]


@pytest.mark.parametrize("refusal", [{"status": 403}, {"status": 400, "shape": "management"}])
def test_an_unusual_refusal_of_a_scope_is_no_refusal_of_the_credentials(tenant: Any, refusal: dict[str, Any]) -> None:
    tenant.add_fault(operation="token", **refusal)
    found = identify(tenant, scopes=["groups:read"])
    assert found["verified"] and found["allowed_scopes"] is None and not found["scopes"][0]["granted"]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ({"status": 401, "shape": "html"}, "Check that client_id, client_secret"),
        ({"status": 400, "shape": "oauth", "error": "invalid_client"}, "Check that client_id, client_secret"),
        ({"status": 400, "shape": "oauth", "error": "unauthorized_client"}, "Add it to the application"),
        ({"status": 403, "shape": "html"}, "HTTP 403"),
        ({"status": 400, "json": {"errorCode": "E1", "errorSummary": "No"}}, "HTTP 400 E1: No"),
        ({"status": 500}, "HTTP 500"),
    ],
)
def test_other_refusals_are_errors(tenant: Any, refusal: dict[str, Any], words: str) -> None:
    tenant.add_fault(operation="token", **refusal)
    assert words in run_failed(whoami, tenant, retries=0)


def test_an_error_shows_what_is_known(tenant: Any) -> None:
    result = call_module(whoami, tenant, client_secret="wrong-secret")
    assert result["failed"] and result["error"] == "invalid_client"
    known = result["whoami"]
    assert (known["application_id"], known["clock_difference"]) == (tenant.application_id, 0)
    assert "allowed_scopes" not in known and "wrong-secret" not in json.dumps(result)


def test_exchanged_credentials_do_not_show_the_secret(tenant: Any) -> None:
    """The client ID is shown only if the service accepts it."""
    result = call_module(whoami, tenant, client_id=tenant.client_secret, client_secret=tenant.client_id)
    assert "client_id and client_secret are not exchanged" in result["msg"]
    assert tenant.client_secret not in json.dumps(result)
    assert run_ok(whoami, tenant)["whoami"]["client_id"] == tenant.client_id


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"client_secret": "kept-in-a-file "}, "client_secret begins or ends with a blank. Remove the blank."),
        ({"client_secret": "'secret'"}, "client_secret is in quotation marks"),
        ({"client_id": '"id"'}, "client_id is in quotation marks"),
        ({"client_id": "{application_id}"}, "client_id is the ID of the application"),
        ({"client_id": "{tenant_id}"}, "client_id is the ID of the tenant"),
        ({"client_id": "{realm_id}"}, "client_id is the ID of the realm"),
        ({"client_secret": "{client_id}"}, "client_secret is equal to client_id"),
        ({"client_id": "nobody"}, "Check that client_id, client_secret"),
    ],
)
def test_a_refused_client_has_the_mistake_in_its_message(tenant: Any, changed: dict[str, str], words: str) -> None:
    given = {name: value.format(**vars(tenant)) for name, value in changed.items()}
    message = run_failed(whoami, tenant, **given)
    assert "invalid_client" in message and words in message
    assert ("Check that" in message) is ("Check that" in words), "one cause"


def test_the_managed_realm_must_be_the_pinned_one(tenant: Any) -> None:
    message = run_failed(whoami, tenant, pinned_realm_id="0123456789abcdef")
    assert "limits this run to the realm 0123456789abcdef, but the managed realm is" in message
    assert "Set realm_id to 0123456789abcdef" in message and tenant.read_journal() == []
    assert identify(tenant, pinned_realm_id="0123456789abcdef", realm_id="0123456789abcdef")["allowed_scopes"]


def test_the_managed_realm_can_have_a_name(tenant: Any) -> None:
    (id,) = tenant.seed(realms=1, realm_name="Customers")["realms"]
    assert identify(tenant, realm="Customers")["realm_id"] == id


@pytest.mark.parametrize(
    ("operation", "response", "words"),
    [
        ("GetApplication", {"status": 401}, "belongs to another region or service than issuer. Check api_url."),
        ("GetApplication", {"status": 404}, "Check the IDs, and api_url"),
        ("GetApplication", {"body": "<html>", "headers": {"Content-Type": "text/html"}}, "Check issuer and api_url"),
        ("GetApplication", {"json": {"name": "other"}}, "Check api_url"),
        ("GetTenant", {"status": 401}, "belongs to another region or service than issuer. Check api_url."),
        ("GetTenant", {"status": 404}, "Check the IDs, and api_url"),
        ("GetTenant", {"body": "<html>", "headers": {"Content-Type": "text/html"}}, "Check issuer and api_url"),
    ],
)
def test_an_api_that_does_not_know_the_token_is_an_error(
    tenant: Any, operation: str, response: dict[str, Any], words: str
) -> None:
    tenant.add_fault(operation=operation, **response)
    allowed = ["groups:read", "applications:read"][: 1 + (operation == "GetApplication")]
    assert words in run_failed(whoami, tenant, **seed_limited(tenant, *allowed), scopes=["groups:read"])


def test_a_clock_that_is_wrong_is_a_warning(tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(clock_offset=-300)
    assert identify(tenant, warn=warnings.append)["clock_difference"] in range(298, 302)
    (warning,) = warnings
    assert "seconds ahead of the clock of the service" in warning and "NTP" in warning
    tenant.change_settings(clock_offset=300)
    run_failed(whoami, tenant, client_secret="wrong-secret", warn=warnings.append)
    assert "seconds behind the clock" in warnings[1], "also if the credentials are refused"


def test_a_small_difference_of_the_clocks_is_no_warning(tenant: Any, warnings: list[str]) -> None:
    tenant.change_settings(clock_offset=-50)
    assert identify(tenant, warn=warnings.append)["clock_difference"] in range(48, 52) and warnings == []


def test_a_server_without_a_clock_is_no_error() -> None:
    refusal = build_response({"error": "invalid_client"}, status="401 Unauthorized")
    with record_requests(refusal) as (url, _recorder):
        given = {"issuer": f"{url}/v1/tenants/t/realms/r/applications/a", "client_id": "c", "client_secret": "s3cret"}
        tenant = type("Tenant", (), {"variables": {}})
        result = call_module(whoami, tenant, **given, api_url=url)
    assert result["whoami"]["clock_difference"] is None


def test_a_given_token_is_introspected_and_tried(tenant: Any) -> None:
    value = tenant.request_token("groups:read", "tokens:introspect")
    given = {"client_id": None, "client_secret": None, "access_token": value}
    found = identify(tenant, **given, scopes=["groups:read", "groups:create"])
    assert (found["credential_type"], found["verified"], found["api_reached"]) == ("access_token", True, None)
    assert [item["granted"] for item in found["scopes"]] == [False, True]
    assert found["lifetime"]["requested"] is None and found["expires_at"].endswith("Z")
    assert found["principal_id"] == tenant.application_id
    assert list_requested_scopes(tenant)[1:] == [], "none but that of the test"


def test_a_given_token_alone_names_its_application(tenant: Any) -> None:
    given = {"issuer": None, "client_id": None, "client_secret": None, "auth_url": tenant.api_url}
    found = identify(tenant, **given, access_token=tenant.request_token("applications:read"))
    assert (found["issuer"], found["api_reached"]) == (tenant.issuer, True)
    assert found["allowed_scopes"] and found["client_id"] is None


def test_a_referential_token_without_a_right_to_introspect_is_of_unknown_use(tenant: Any) -> None:
    options = seed_limited(tenant, "groups:read", token_format="referential")
    value = tenant.emulator.session.post(
        f"{options['issuer']}/token",
        data={"grant_type": "client_credentials", "scope": "groups:read"},
        auth=(LIMITED["client_id"], LIMITED["client_secret"]),
    ).json()["access_token"]
    given = {"issuer": options["issuer"], "client_id": None, "client_secret": None, "access_token": value}
    found = identify(tenant, **given, scopes=["groups:read"])
    assert not found["verified"] and found["api_reached"] is None
    assert found["scopes"][0]["granted"] is None and "referential" in found["scopes"][0]["reason"]
    assert identify(tenant, **{**given, **options}, scopes=["groups:read"])["scopes"][0]["granted"] is True


def test_tokens_that_are_not_valid_are_errors(tenant: Any) -> None:
    value = tenant.request_token("groups:read")
    given = {"client_id": None, "client_secret": None}
    expired = make_jwt({"iss": tenant.issuer, "exp": 1_000_000_000})
    assert "expired at 2001-09-09" in run_failed(whoami, tenant, **given, access_token=expired)
    tenant.revoke_tokens()
    message = run_failed(whoami, tenant, access_token=value)
    assert "access_token is not active: it is revoked or expired" in message and "Set a valid token" in message
    assert value not in message
    wrong = run_failed(whoami, tenant, access_token=value, client_secret="wrong-secret")
    assert "Check that client_id, client_secret" in wrong
    tenant.change_settings(revoked_token_status=401)
    assert "HTTP 401" in run_failed(whoami, tenant, **given, access_token=value)


def test_a_revoked_token_that_may_read_the_tenant_is_an_error(tenant: Any) -> None:
    """The API's 403 is not about the scope then."""
    value = tenant.request_token("tenants:read")
    tenant.revoke_tokens()
    message = run_failed(whoami, tenant, client_id=None, client_secret=None, access_token=value)
    assert "HTTP 403" in message and "expired, revoked" in message


@pytest.mark.parametrize("public", [True, False])
def test_a_stored_sign_in_is_checked_and_listed(tenant: Any, public: bool) -> None:
    app, store = SignInApplication.of(tenant, public=public), MemoryStore()
    request = make_request(app, ["realms:read", "applications:read"])
    exchange(app, {"authorization": complete_sign_in(request)[0].to_dict()}, store)
    result = run_ok(whoami, app, store, grant_type="authorization_code", scopes=["realms:read", "realms:create"])
    found = result["whoami"]
    assert (found["credential_type"], found["verified"]) == ("authorization_code", True)
    assert {item["scope"]: item["granted"] for item in found["scopes"]} == {"realms:read": True, "realms:create": False}
    assert "Sign in again" in found["scopes"][0]["reason"]
    (sign_in,) = found["sign_ins"]
    assert sign_in["id"] and sign_in["expires_at"] == found["expires_at"] and not sign_in["refreshable"]
    assert "realms:create" in found["allowed_scopes"]
    assert set(list_writes(tenant)) == {"introspect"}
    assert "@" not in json.dumps(result) and '"pat"' not in json.dumps(result), "neither address nor username"


def test_a_stored_sign_in_keeps_its_lifetime_if_it_is_refreshed(tenant: Any) -> None:
    tenant.change_settings(refresh_tokens="rotating", token_answer={"expires_in": None}, **REFRESHED)
    app, store = SignInApplication.of(tenant), MemoryStore()
    exchange(app, {"authorization": complete_sign_in(make_request(app, ["realms:read"]))[0].to_dict()}, store)
    tenant.change_settings(token_answer={})
    tenant.clear_journal()
    found = run_ok(whoami, app, store, grant_type="authorization_code")["whoami"]
    (refresh,) = tenant.read_journal(grant="refresh_token")
    assert refresh["form"]["expiration_time"] == "3600" and found["sign_ins"][0]["refreshable"]
    assert found["allowed_scopes"] is None and "applications:read" in found["allowed_scopes_unknown"]


def test_a_sign_in_that_is_missing_or_revoked_is_an_error(tenant: Any) -> None:
    app, store = SignInApplication.of(tenant), MemoryStore()
    missing = call_module(whoami, app, store, grant_type="authorization_code")
    assert missing["sign_in_required"] and "No sign-in is stored for the application" in missing["msg"]
    exchange(app, {"authorization": complete_sign_in(make_request(app))[0].to_dict()}, store)
    tenant.revoke_tokens()
    revoked = call_module(whoami, app, store, grant_type="authorization_code")
    assert revoked["sign_in_required"] and "stored sign-in is not active" in revoked["msg"]
    assert len(revoked["whoami"]["sign_ins"]) == 1, "the module removes nothing"


def test_without_a_store_no_sign_in_can_be_used(tenant: Any) -> None:
    app = SignInApplication.of(tenant)
    message = run_failed(whoami, app, TokenStores(), grant_type="authorization_code")
    assert "the task is delegated to another host" in message


@pytest.mark.parametrize("scopes", [None, ["realms:read"]])
def test_predicted_credentials_are_not_sent(tenant: Any, scopes: list[str] | None) -> None:
    predicted = {name: build_predicted(name, "x") for name in ("client_id", "client_secret")}
    result = run_ok(whoami, tenant, check_mode=True, is_check_run=True, **predicted, scopes=scopes)
    assert result["predicted"] and not result["whoami"]["verified"]
    assert [item["granted"] for item in result["whoami"]["scopes"]] == [None for _scope in scopes or ()]
    assert tenant.read_journal() == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"issuer": None},
            ("issuer is missing", "open Apps in the Admin Console", "External Protocol", "client_secret"),
        ),
        ({"client_id": None}, ("client_id is missing", "External Protocol")),
        ({"client_secret": None}, ("client_secret is missing", "External Protocol")),
        ({"api_url": None}, ("api_url is missing", "in none of Beyond Identity's regions")),
        ({"issuer": None, "tenant_id": "t"}, ("auth_realm_id is missing", "Or set issuer")),
        ({"client_auth_method": "none"}, ("for public applications", "set client_auth_method to client_secret_basic")),
        (
            {"issuer": "https://console-us.beyondidentity.com/apps/1"},
            ("is a page of the Admin Console", "copy the URL of the token endpoint"),
        ),
        (
            {"issuer": "https://api-eu.beyondidentity.com/v1/tenants/t/realms/r/applications/a"},
            ("is the Management API, not the authorization server", "https://auth-eu.beyondidentity.com"),
        ),
        (
            {"api_url": "https://auth-us.beyondidentity.com"},
            ("is the authorization server, not the Management API", "https://api-us.beyondidentity.com"),
        ),
    ],
)
def test_settings_that_are_missing_or_wrong_are_named_before_any_request(
    tenant: Any, given: dict[str, Any], words: tuple[str, ...]
) -> None:
    message = run_failed(whoami, tenant, **given)
    assert [word for word in words if word not in message] == []
    assert tenant.read_journal() == []


def test_the_proxy_and_the_authorities_are_shown_without_a_password(tenant: Any, tls_emulator: Any) -> None:
    issuer = "https://auth-us.beyondidentity.com/v1/tenants/t/realms/r/applications/a"
    environ = {"HTTPS_PROXY": "http://user:s3cret@127.0.0.1:9", "REQUESTS_CA_BUNDLE": tls_emulator.ca_path}
    result = call_module(whoami, tenant, issuer=issuer, api_url=None, environ=environ, retries=0)
    known = result["whoami"]
    assert (known["proxy"], known["region"]) == ("http://127.0.0.1:9", "us")
    assert (known["ca_path"], known["ca_source"]) == (tls_emulator.ca_path, "REQUESTS_CA_BUNDLE")
    assert "s3cret" not in json.dumps(result) and "through the proxy http://127.0.0.1:9" in result["msg"]
    direct = call_module(
        whoami,
        tenant,
        issuer=issuer,
        api_url=None,
        environ={"NO_PROXY": "*", **environ},
        validate_certs=False,
        timeout=1,
        retries=0,
    )
    assert (direct["whoami"]["proxy"], direct["whoami"]["ca_source"]) == (None, "validate_certs")
