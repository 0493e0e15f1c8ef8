# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential, code or token is readable in the journal, the faults, the output or a file of the emulator."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from beyondidentity_emulator.app import create_app
from beyondidentity_emulator.client import Emulator, _read_environment
from beyondidentity_emulator.management.builtin_objects import create_tenant_with_defaults
from beyondidentity_emulator.model.digests import Digests
from beyondidentity_emulator.model.state import World
from beyondidentity_emulator.web.failures import format_place
from tests.unit.emulator.api import Api, build_application
from tests.unit.emulator.test_authorization_code import App
from tests.unit.emulator.test_identities import build_identity

SECONDS = 60


class Canaries:
    """The secrets of a test."""

    def __init__(self):
        self.values = set()
        self.invalid = set()

    def add(self, value):
        self.values.add(value)
        return value

    def new(self):
        """Return a secret that the emulator does not know yet."""
        return self.add(secrets.token_urlsafe(32))

    def new_invalid(self):
        """Return a value that is refused everywhere: the emulator cannot know it again at another place."""
        self.invalid.add(value := self.new())
        return value

    def find(self, text):
        """Return the secrets that occur in a text, also encoded."""
        return {value for value in self.values if any(form in text for form in _list_forms(value))}


def _list_forms(value):
    return {value, quote(value, safe=""), json.dumps(value)[1:-1], base64.b64encode(value.encode()).decode()}


@pytest.fixture
def canaries():
    return Canaries()


@pytest.fixture
def process(tmp_path):
    """Return an emulator of its own, whose standard error and folder for temporary files are in `tmp_path`."""
    command = [sys.executable, "-m", "beyondidentity_emulator", "--quiet", "--export", "json"]
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path)}
    with open(tmp_path / "stderr", "w", encoding="utf-8") as errors:
        started = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=tmp_path, env=environment
        )
    values = _read_environment(started)
    emulator = Emulator(started, values, values.pop("EMULATOR_URL"), None)
    yield emulator
    emulator.stop()


def find_in_files(process, canaries, folder):
    """Return the secrets in the files below a folder, and in those that the process has open."""
    opened = Path(f"/proc/{process.process.pid}/fd").iterdir()
    paths = [*folder.rglob("*"), *(path.resolve() for path in opened)]
    found = {path: path.read_text(errors="replace") for path in paths if path.is_file()}
    return {str(path): canaries.find(text) for path, text in found.items() if canaries.find(text)}


def use_grants(tenant, canaries):
    """Use both grants with PKCE, refresh, introspection and revocation, with both authentication methods."""
    for method in ("client_secret_basic", "client_secret_post"):
        verifier = canaries.new()
        challenge = _build_challenge(verifier)
        app = App.of(tenant, token_endpoint_auth_method=method)
        client = {"client_id": app.protocol["client_id"], "client_secret": canaries.add(app.protocol["client_secret"])}

        def send(path, app=app, method=method, **form):
            credentials = {name: app.protocol[name] for name in ("client_id", "client_secret")}
            own = {} if method == "client_secret_basic" else credentials
            auth = tuple(credentials.values()) if method == "client_secret_basic" else None
            return requests.post(f"{app.issuer}/{path}", data={**own, **form}, auth=auth, timeout=SECONDS)

        code = canaries.add(app.code(code_challenge=challenge))
        form = {"redirect_uri": app.protocol["redirect_uris"][0], "code": code, "code_verifier": verifier}
        tokens = send("token", grant_type="authorization_code", **form).json()
        for name in ("access_token", "refresh_token", "id_token"):
            canaries.add(tokens[name])
        refreshed = send("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
        canaries.add(refreshed["access_token"])
        requests.get(
            f"{app.issuer}/authorize", params={"id_token_hint": tokens["id_token"]}, allow_redirects=False, timeout=9
        )
        for token in (tokens["access_token"], tokens["refresh_token"], canaries.new_invalid()):
            for path in ("introspect", "revoke"):
                send(path, token=token)
            base = tenant.realm_url
            requests.post(f"{base}/introspect", data={"token": token, **client}, timeout=SECONDS)
    plain = canaries.new()
    app = App.of(tenant, pkce="plain", confidentiality="public", token_endpoint_auth_method="none")
    for method in ("plain", None):
        app.authorize(code_challenge=plain, code_challenge_method=method)


def _build_challenge(verifier):
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def use_management(tenant, api, canaries):
    """Create applications, an invitation and configurations with secrets."""
    canaries.add(api.post("applications", build_application())["protocol_config"]["client_secret"])
    canaries.add(tenant.seed(tokens=1)["token_values"][0])
    seeded = {"application": {"protocol_config": {"client_secret": canaries.new()}}}
    tenant.seed(applications=1, **seeded)
    identity = api.post("identities", build_identity())
    config = api.get("authenticator-configs")["authenticator_configs"][0]["id"]
    job = {"job": {"delivery_method": "RETURN", "authenticator_config_id": config}}
    link = api.post(f"identities/{identity['id']}/credential-binding-jobs", job)["credential_binding_link"]
    canaries.add(parse_qs(urlsplit(link).query)["token"][0])
    tenant.bind_passkey(link)
    requests.get(f"{link}x", timeout=SECONDS)
    payload = {"type": "oidc", "okta_token": canaries.new(), "more": [{"clientSecret": [canaries.new(), 7]}]}
    api.checked = False
    tenant.add_fault(operation="CreateSsoConfig", times=1, json={"id": "s", "display_name": "Okta"})
    api.call("POST", "sso-configs", json={"sso_config": {"display_name": "Okta", "payload": payload}})


def use_wrong_places(tenant, api, canaries):
    """Send known secrets at every place of a request, and unknown ones under their names."""
    headers = {"Authorization": f"Bearer {api.token}"}
    for value in canaries.values - canaries.invalid:
        requests.get(f"{tenant.url}/{value}x", headers={"X-Debug": f"a{value}b", **headers}, timeout=SECONDS)
        requests.get(f"{tenant.api_url}/v1/tenants/{value}", params={"q": value, value: "x"}, timeout=SECONDS)
        requests.post(f"{tenant.issuer}/token", data={"grant_type": value, value: "x", "y": [value]}, timeout=SECONDS)
        requests.post(f"{tenant.url}/realms", json={"realm": {value: [value, {"a": value}]}}, timeout=SECONDS)
        requests.request(value[:40], f"{tenant.url}/realms", headers={"Cookie": f"a={value}"}, timeout=SECONDS)
    for body in (f'{{"client_secret": "{canaries.new()}"', canaries.new(), f"client_secret={canaries.new()};"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            requests.post(
                f"{tenant.issuer}/token", data=body, headers={"Content-Type": kind, **headers}, timeout=SECONDS
            )
    names = ("client_secret", "code", "access_token", "password", "code_verifier", "client_assertion")
    for name in names:
        secret = canaries.new()
        nested = f"https://pets.example/?{name}={secret}"
        requests.get(f"{tenant.url}/realms", params={name: secret, "to": nested}, timeout=SECONDS)
        requests.post(f"{tenant.url}/realms", json=[{name: {"value": [secret]}}, nested], timeout=SECONDS)
        requests.get(f"{tenant.url}/realms", headers={"Referer": nested}, timeout=SECONDS)
        requests.post(f"{tenant.issuer}/token", files={name: (None, secret)}, timeout=SECONDS)
    deep = "[" * 300 + json.dumps(canaries.new()) + "]" * 300
    requests.post(f"{tenant.url}/realms", data=deep, headers={"Content-Type": "application/json"}, timeout=SECONDS)
    wrong = canaries.new()
    for value in (
        wrong,
        f"Bearer {wrong}",
        f"Bearer  {wrong} {wrong}",
        f"Basic {wrong}",
        f"Unknown {wrong}",
        "Basic " + base64.b64encode(f"id:{wrong}".encode()).decode(),
    ):
        for name in ("Authorization", "Proxy-Authorization", "X-Auth-Token"):
            requests.get(f"{tenant.url}/realms", headers={name: value, "X-Copy": value}, timeout=SECONDS)


def test_a_whole_life_leaves_no_secret(process, tmp_path, canaries):
    tenant = process.create_tenant(refresh_tokens="fixed", refresh_lifetime=3600)
    canaries.add(tenant.client_secret)
    canaries.add(process.environment["BEYONDIDENTITY_CLIENT_SECRET"])
    api = Api.of(tenant)
    canaries.add(api.token)
    use_grants(tenant, canaries)
    use_management(tenant, api, canaries)
    use_wrong_places(tenant, api, canaries)
    tenant.add_fault(operation="token", times=0, json={"access_token": canaries.new(), "error": api.token})
    requests.post(f"{process.url}/_emulator/tenants/{tenant.tenant_id}/seed", json={"tokens": api.token}, timeout=SECONDS)  # fmt: skip

    journal = process.session.get(f"{process.url}/_emulator/journal", timeout=SECONDS).text
    faults = process.session.get(f"{process.url}/_emulator/faults", timeout=SECONDS).text
    assert len(canaries.values) > 30 and journal.count("sha256:") > 300
    assert canaries.find(journal) == set()
    assert canaries.find(faults) == set()
    assert find_in_files(process, canaries, tmp_path) == {}


def test_the_client_id_and_digests_can_be_compared(tenant):
    tenant.request_token("realms:read")
    [entry] = tenant.read_journal()
    digest = tenant.digest(tenant.client_secret)
    assert entry["headers"]["Authorization"] == f"Basic {tenant.client_id}:{digest}"
    assert digest == tenant.digest(tenant.client_secret) != tenant.digest("another")


def test_a_digest_is_another_one_in_another_process():
    assert Digests().digest("secret") != Digests().digest("secret")


@pytest.mark.parametrize("document", [{}, {"value": 1}, {"value": None}])
def test_only_texts_have_digests(emulator, document):
    response = requests.post(f"{emulator.url}/_emulator/digest", json=document, timeout=SECONDS)
    assert response.status_code == 400


def test_faults_match_the_real_path_and_tenant(tenant):
    token = tenant.request_token("realms:read")
    tenant.add_fault(path=token, status=418)
    url = f"{tenant.url}/{token}"
    assert requests.get(url, timeout=SECONDS).status_code == 418
    assert tenant.read_journal()[-1]["path"] == f"/v1/tenants/{tenant.tenant_id}/{tenant.digest(token)}"


def test_parameters_that_are_no_credentials_stay_readable(tenant):
    query = {"state": "s" * 20, "nonce": "n" * 20, "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    requests.get(f"{tenant.issuer}/authorize", params=query, allow_redirects=False, timeout=SECONDS)
    assert tenant.read_journal()[-1]["query"] == query


def test_an_unexpected_error_is_printed_without_its_message(canaries, caplog):
    world = World()
    app = create_app(world)
    tenant = create_tenant_with_defaults(world)
    secret = canaries.new()

    @app.get("/fails/<text>")
    def fail(text):
        raise KeyError(text)

    client = app.test_client()
    response = client.get(f"/fails/{secret}", environ_overrides={"emulator.underscored": {}})
    output = caplog.text
    assert response.status_code == 500 and tenant.id
    assert "KeyError" in output and __file__ in output and canaries.find(output) == set()


def test_an_unexpected_error_shows_its_place_and_no_values(canaries):
    secret = canaries.new()
    text = ""
    try:
        raise ValueError(f"refused: {secret}")
    except ValueError as error:
        text = format_place(error)
    assert "ValueError" in text and Path(__file__).name in text
    assert secret not in text
