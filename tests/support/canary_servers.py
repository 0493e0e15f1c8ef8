# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that record, echo or swallow secrets, and the variables and environment that lead to them."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from ansible.parsing.vault import VaultLib, VaultSecret

from tests.support.canary import Canaries
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to, json_response, refuse_request
from tests.support.sign_in_application import SignInApplication, parameters

# What makes encodings differ: form encoding, JSON, shells, base64.
_ODD = "+/=&%: \"'\\<#"


@dataclass(frozen=True)
class CanaryServers:
    """The secrets, servers and variables of the canary plays."""

    canaries: Canaries
    recording_proxy: Recorder  # between the collection and the emulator
    variables: dict[str, Any]
    environment: dict[str, str]
    arguments: tuple[str, ...]


@contextmanager
def start_canary_servers(tenant: Any, folder: Path) -> Iterator[CanaryServers]:
    """Start the servers; `folder` is for the user's own files."""
    canaries = Canaries()
    released = threading.Event()

    def swallow(seen: RecordedRequest) -> Response:
        released.wait(60)
        return refuse_request(seen)

    with ExitStack() as stack:
        recording_proxy = stack.enter_context(Recorder(forward_to(tenant.emulator.url), canaries.listen))
        echo = stack.enter_context(Recorder(_echo, canaries.listen))
        silent = stack.enter_context(Recorder(swallow, canaries.listen))
        proxy = stack.enter_context(Recorder(refuse_request))
        stack.callback(released.set)
        sources = {
            name: _credentials(tenant, recording_proxy, canaries, name)
            for name in ("variable", "environment", "task_environment")
        }
        verifier = canaries.add_token("given code_verifier", secrets.token_urlsafe(48))
        variables = {
            **sources,
            **_sign_ins(tenant, recording_proxy, canaries),
            "wrong": canaries.add("wrong client_secret", _secret()),
            "verifier": verifier,
            "proxy": _proxy(proxy, canaries, "given"),
            "echo": echo.url,
            "silent": silent.url,
            "not_tls": recording_proxy.url.replace("http:", "https:"),
            "vars_file": str(_vaulted(folder, sources["variable"]["client_secret"])),
        }
        environment = {f"BEYONDIDENTITY_{name.upper()}": value for name, value in sources["environment"].items()}
        environment["HTTPS_PROXY"] = _proxy(proxy, canaries, "environment")
        yield CanaryServers(
            canaries,
            recording_proxy,
            {"canary": variables},
            environment,
            ("--vault-password-file", str(folder / "vault-password")),
        )


def _secret() -> str:
    return f"{secrets.token_urlsafe(12)}{_ODD}{secrets.token_urlsafe(12)}"


def _credentials(tenant: Any, recording_proxy: Recorder, canaries: Canaries, source: str) -> dict[str, str]:
    """Return the credentials of an application that can grant all scopes of the canary plays."""
    secret = canaries.add(
        f"client_secret from {source}", _secret(), "environment" if source == "environment" else "given"
    )
    scopes = [
        f"{kind}:{action}"
        for kind in (
            "realms",
            "applications",
            "resource-servers",
            "authenticator-configs",
            "roles",
            "identities",
            "groups",
        )
        for action in ("read", "create", "update", "delete")
    ]
    scopes += ["tenants:read", "tokens:read", "tokens:delete", "credentials:read", "credentials:revoke"]
    scopes += [f"credential-binding-jobs:{action}" for action in ("read", "create", "revoke")]
    client = f"client-{secrets.token_hex(8)}"
    protocol = {"client_id": client, "client_secret": secret, "allowed_scopes": scopes}
    (identifier,) = tenant.seed(applications=1, name=f"Canary {source}", application={"protocol_config": protocol})[
        "applications"
    ]
    issuer = f"{recording_proxy.url}{tenant.issuer.removeprefix(tenant.emulator.url).rpartition('/')[0]}/{identifier}"
    return {"issuer": issuer, "api_url": recording_proxy.url, "client_id": client, "client_secret": secret}


def _sign_ins(tenant: Any, recording_proxy: Recorder, canaries: Canaries) -> dict[str, Any]:
    """Return an application that users sign in to, and the responses of some sign-ins."""
    tenant.change_settings(
        public_url=recording_proxy.url, code_lifetime=600, refresh_tokens="rotating", refresh_lifetime=3600
    )
    application = SignInApplication.of(tenant)
    canaries.add("client_secret of the application that users sign in to", application.client_secret or "")
    issuer = application.issuer.replace(tenant.emulator.url, recording_proxy.url)
    responses = []
    for _user in range(4):
        response = application.options_after_sign_in("realms:read", "applications:read", "tokens:delete")
        response["authorization"]["issuer"] = issuer
        code = parameters(response["redirect_response"])["code"]
        canaries.add_token("code", code)
        canaries.add_token("code_verifier of a sign-in", response["authorization"]["code_verifier"])
        responses.append({**response, "code": code})
    connection = {"client_id": application.client_id, "client_secret": application.client_secret}
    return {
        "sign_in_application": {"issuer": issuer, "api_url": recording_proxy.url, **connection},
        "sign_ins": responses,
    }


def _proxy(proxy: Recorder, canaries: Canaries, group: str) -> str:
    password = canaries.add(f"proxy password ({group})", secrets.token_urlsafe(24), group)
    canaries.add(f"proxy credentials ({group})", f"user:{password}", group)
    return f"http://user:{password}@127.0.0.1:{proxy.port}"


def _vaulted(folder: Path, secret: str) -> Path:
    password = folder / "vault-password"
    password.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    vault = VaultLib(secrets=[("default", VaultSecret(password.read_bytes()))])
    lines = vault.encrypt(secret).decode().splitlines()
    path = folder / "vaulted.yml"
    path.write_text("vaulted_client_secret: !vault |\n" + "".join(f"  {line}\n" for line in lines), encoding="utf-8")
    return path


def _echo(seen: RecordedRequest) -> Response:
    """Respond with an error that repeats the request; the path says how."""
    sent = f"{seen.authorization} {seen.body.decode()}"
    kind = next(name for name in ("all", "cut", "decoded", "management", "shapes") if f"/{name}" in seen.path)
    if kind == "cut":
        sent = "." * 420 + sent
    elif kind == "decoded":
        basic = seen.authorization.partition(" ")[2]
        sent = f"{unquote_plus(base64.b64decode(basic).decode() if basic else '')} {unquote_plus(seen.body.decode())}"
    if kind == "management":
        return json_response(
            403,
            {
                "code": "forbidden",
                "message": f"said {sent}",
                "details": [{"resource_type": "said", "id": sent, "description": sent}],
            },
        )(seen)
    if kind == "shapes":
        return json_response(
            400,
            {
                "errorCode": "E1",
                "errorSummary": f"said {sent}",
                "errors": [{"field": sent, "message": f"said {sent}"}, f"said {sent}", {sent: [f"said {sent}"]}],
                "title": f"said {sent}",
                "fault": {"faultstring": f"said {sent}", "detail": {"errorcode": sent}},
                "invalid-params": [{"name": sent, "reason": f"said {sent}"}],
                "detail": [{"loc": ["body", sent], "msg": f"said {sent}"}],
                "trace": sent,
            },
        )(seen)
    return json_response(400, {"error": "invalid_request", "error_description": f"said {sent}"})(seen)


def digest(value: str) -> str:
    """Return the SHA-256, as the filter `hash('sha256')` does."""
    return hashlib.sha256(value.encode()).hexdigest()
