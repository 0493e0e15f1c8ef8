# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchange of authorization responses and refresh tokens, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRun, PlaybookRunner
from tests.support.plays import play
from tests.support.sign_in_application import REDIRECT, SignInApplication, parameters, sign_in

TOKEN = "beyondidentity.management.token"
WHOLE = {"authorization": "{request}", "redirect_response": "{answer}"}
PARTS = {
    "code": "{code}",
    "redirect_uri": REDIRECT,
    "code_verifier": "{code_verifier}",
    "nonce": "{nonce}",
}
AGAIN = "Sign in again"


@dataclass(frozen=True)
class Case:
    """The options of the module after a user signed in, and words of its error message; none if it succeeds.

    In braces stands what is of that sign-in.
    """

    options: dict[str, Any]
    says: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    asks: tuple[str, ...] = ("realms:read",)
    id_token: str = ""
    """The token in place of the right one."""
    sent: bool = True
    """Whether the code reaches the authorization server."""


USUAL = {"code_lifetime": 600, "answer_iss": None, "identity_scopes": None}
CASES = {
    "whole": Case(WHOLE),
    "inner": Case({**WHOLE, "authorization": "{bare}"}),
    "whole with iss": Case(WHOLE, settings={"answer_iss": "issuer"}),
    "with a code, as after listening": Case({"authorization": "{heard}"}),
    "parts": Case(PARTS),
    "parts with the answer": Case(
        {
            "redirect_response": "{answer}",
            "redirect_uri": REDIRECT,
            "oauth_state": "{state}",
            "code_verifier": PARTS["code_verifier"],
        }
    ),
    "fewer scopes than asked for": Case({**WHOLE, "scopes": ["realms:read"]}, asks=("realms:read", "realms:create")),
    "used code": Case({**PARTS, "code": "{used}"}, AGAIN),
    "wrong verifier": Case({**PARTS, "code_verifier": "w" * 43}, AGAIN),
    "no verifier": Case({name: value for name, value in PARTS.items() if name != "code_verifier"}, "code_verifier"),
    "other redirect URI": Case({**PARTS, "redirect_uri": REDIRECT + "/other"}, AGAIN),
    "expired code": Case(WHOLE, AGAIN, settings={"code_lifetime": 0}),
    "unknown code": Case({**PARTS, "code": "unknown"}, AGAIN),
    "wrong nonce": Case({**PARTS, "nonce": "another"}, "belongs to another sign-in"),
    "forged ID token": Case(WHOLE, "ID token is not valid", id_token="a.b.c"),
    "unsigned ID token": Case(
        WHOLE, "signed with none, not RS256", id_token="eyJhbGciOiJub25lIn0.e30."
    ),
    "less granted": Case(WHOLE, "did not grant realms:read", settings={"identity_scopes": ["realms:create"]}),
    "denied": Case({**WHOLE, "redirect_response": REDIRECT + "?error=access_denied&state={state}"}, "access_denied", sent=False),
    "forged state": Case({**WHOLE, "redirect_response": "{answer}x"}, "the state of another sign-in", sent=False),
    "foreign issuer": Case(WHOLE, "another issuer: https://evil.example", settings={"answer_iss": "https://evil.example"}, sent=False),
    "pasted from elsewhere": Case({**WHOLE, "redirect_response": "https://evil.example/callback?code=x"}, "does not belong to the redirect_uri", sent=False),
    "another client's": Case({**WHOLE, "client_id": "another"}, "authorization has the client_id", sent=False),
    "mixed": Case({**WHOLE, "nonce": "x"}, "authorization already has nonce", sent=False),
    "no answer": Case({"authorization": "{request}"}, "The authorization has no code yet", sent=False),
    "not an authorization": Case({**WHOLE, "authorization": {"state": "x"}}, "authorization lacks redirect_uri", sent=False),
    "no redirect URI": Case({"code": "{code}"}, "redirect_uri is missing", sent=False),
}  # fmt: skip


def exchange_options(application: SignInApplication, case: Case, used: str) -> dict[str, Any]:
    """Return the module's options, after a user signed in."""
    application.tenant.change_settings(
        **{**USUAL, **{name: value for name, value in case.settings.items() if name in USUAL}}
    )
    request = application.request(*case.asks)
    answer = sign_in(request["url"])
    code = parameters(answer)["code"]
    values = {
        "{request}": {"changed": False, "authorization": request},
        "{bare}": request,
        "{heard}": {**request, "code": code},
    }
    texts = {**request, "answer": answer, "code": code, "used": used}

    def filled(value: Any) -> Any:
        if isinstance(value, str) and value in values:
            return values[value]
        return value.format(**texts) if isinstance(value, str) else value

    return {name: filled(value) for name, value in case.options.items()}


def exchange_tasks(application: SignInApplication) -> list[dict[str, Any]]:
    """Return the tasks of all cases."""
    tasks: list[dict[str, Any]] = []
    used = ""
    for name, case in CASES.items():
        options = {
            "grant_type": "authorization_code",
            "token_cache": "none",
            **exchange_options(application, case, used),
        }
        tasks.append({"name": name, TOKEN: options, "ignore_errors": True, "register": "exchanged"})
        if name == "parts":
            used = options["code"]
            tasks += [show("scopes", "exchanged.token.scopes"), show("keys", "exchanged.token.keys() | list")]
    return tasks


def show(name: str, template: str) -> dict[str, Any]:
    """Return a task that shows the value of a template."""
    return {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {template} }}}}"}}


def forge_id_tokens(tenant: Tenant) -> None:
    """Let the authorization server respond to some of the cases with another ID token."""
    sent = [case.id_token for case in CASES.values() if case.sent]
    forged = [number for number, id_token in enumerate(sent) if id_token]
    for earlier, number in enumerate(forged):  # an answer that one forges is not seen by the next
        tenant.add_fault(grant="authorization_code", skip=number - earlier, times=1, merge={"id_token": sent[number]})


@pytest.mark.parametrize("public", [False, True], ids=["confidential", "public"])
def test_codes_are_exchanged_and_wrong_responses_refused(
    run_playbook: PlaybookRunner, tenant: Tenant, public: bool
) -> None:
    """For confidential and public clients, whole or in parts."""
    application = SignInApplication.of(tenant, REDIRECT, REDIRECT + "/other", public=public)
    tasks = exchange_tasks(application)
    forge_id_tokens(tenant)
    run = run_playbook(play(*tasks), extra_vars=application.variables).succeeded()
    for name, case in CASES.items():
        result = run.task(name)
        if case.says:
            assert result.status == "ignored" and case.says in result.result["msg"], (name, result)
        else:
            assert result.done, (name, result)
    assert run.task("scopes").result["msg"] == ["openid", "realms:read"]
    assert "id_token" in run.task("keys").result["msg"]
    sent = tenant.read_journal(grant="authorization_code")
    assert len(sent) == len([case for case in CASES.values() if case.sent])
    assert all(("Authorization" in exchange["headers"]) != public for exchange in sent)


def run_after_sign_in(run_playbook: PlaybookRunner, tenant: Tenant, *tasks: dict[str, Any]) -> PlaybookRun:
    """Run tasks after a user signed in for two scopes; the refresh token is in `signed.token.refresh_token`."""
    application = SignInApplication.of(tenant)
    sign_in = {
        "name": "signed",
        TOKEN: application.options_after_sign_in("realms:read", "realms:create"),
        "register": "signed",
    }
    return run_playbook(play(sign_in, *tasks), extra_vars=application.variables).succeeded()


def refresh(name: str, register: str, source: str, **options: Any) -> dict[str, Any]:
    """Return a task that uses a refresh token."""
    options = {
        "grant_type": "refresh_token",
        "refresh_token": f"{{{{ {source}.token.refresh_token }}}}",
        **options,
    }
    return {"name": name, TOKEN: options, "register": register, "ignore_errors": True}


@pytest.mark.parametrize("rotation", ["fixed", "rotating"])
def test_a_refresh_token_gives_new_tokens_and_no_more_scopes(
    run_playbook: PlaybookRunner, tenant: Tenant, rotation: str
) -> None:
    """The new refresh token is returned if it rotates, otherwise the same."""
    tenant.change_settings(refresh_tokens=rotation, refresh_lifetime=3600)
    run = run_after_sign_in(
        run_playbook,
        tenant,
        refresh("first", "first", "signed"),
        refresh("narrower", "narrower", "first", scopes=["realms:read"]),
        show("same", "first.token.refresh_token == signed.token.refresh_token"),
        show("scopes", "first.token.scopes"),
        show("narrow scopes", "narrower.token.scopes"),
        refresh("wider", "wider", "narrower", scopes=["realms:read", "realms:delete"]),
        refresh("old", "old", "signed"),
        show("old again", "old.cached and old.token.access_token == first.token.access_token"),
    )
    assert run.task("first").done and run.task("narrower").done
    assert run.task("same").result["msg"] in ((True, "True") if rotation == "fixed" else (False, "False"))
    assert run.task("scopes").result["msg"] == ["openid", "realms:create", "realms:read"]
    assert run.task("narrow scopes").result["msg"] == ["realms:read"]
    assert "invalid_scope" in run.task("wider").result["msg"]
    assert run.task("old again").result["msg"] in (True, "True"), "its token is stored, so it is not sent again"
    asked = [exchange["form"].get("scope") for exchange in tenant.read_journal(grant="refresh_token")]
    assert asked == [None, "realms:read", "realms:delete realms:read"]


def test_a_stored_sign_in_gets_no_more_scopes(run_playbook: PlaybookRunner, tenant: Tenant) -> None:
    """A refresh asks for no scopes. More scopes than were granted are an error without a request."""
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=3600)
    kept = {"grant_type": "authorization_code"}
    run = run_after_sign_in(
        run_playbook,
        tenant,
        {"name": "kept", TOKEN: {**kept, "scopes": ["realms:read"]}, "register": "kept"},
        {"name": "fresh", TOKEN: {**kept, "scopes": ["realms:read"], "fresh": True}, "register": "fresh"},
        {"name": "again", TOKEN: {**kept, "scopes": ["realms:create"]}, "register": "again"},
        {"name": "more", TOKEN: {**kept, "scopes": ["realms:read", "realms:delete"]}, "ignore_errors": True},
        show("which", "[kept.cached, fresh.cached, again.token.access_token == fresh.token.access_token]"),
    )
    assert run.task("which").result["msg"] in ([True, False, True], ["True", "False", "True"], "[True, False, True]")
    message = run.task("more").result["msg"]
    assert "was not granted realms:delete" in message and "beyondidentity.management.login" in message
    (refreshed,) = tenant.read_journal(grant="refresh_token")
    assert "scope" not in refreshed["form"]


def test_a_refused_refresh_token_is_removed_and_its_access_token_stays(
    run_playbook: PlaybookRunner, tenant: Tenant
) -> None:
    tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=0)
    kept = {"grant_type": "authorization_code", "scopes": ["realms:read"]}
    run = run_after_sign_in(
        run_playbook,
        tenant,
        {"name": "dead", TOKEN: {**kept, "fresh": True}, "ignore_errors": True},
        {"name": "valid", TOKEN: kept},
        {"name": "gone", TOKEN: {**kept, "fresh": True}, "ignore_errors": True},
    )
    assert "sign in again" in run.task("dead").result["msg"].lower()
    assert run.task("dead").result["sign_in_required"] is True
    assert run.task("valid").done
    assert "without a refresh token it cannot be renewed" in run.task("gone").result["msg"]
    assert len(tenant.read_journal(grant="refresh_token")) == 1
