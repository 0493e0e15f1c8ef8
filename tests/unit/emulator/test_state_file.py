# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state file: what survives a restart, and what the file must not have."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import time
from dataclasses import fields

import jwt
import pytest
import requests

from beyondidentity_emulator.authorization.keys import SigningKey
from beyondidentity_emulator.cli.state_file import StateFile, load_state
from beyondidentity_emulator.client import EmulatorError, Tenant
from beyondidentity_emulator.management.builtin_objects import create_tenant_with_defaults
from beyondidentity_emulator.model.snapshot import OMITTED, dump_world, load_world
from beyondidentity_emulator.model.start_error import StartError
from beyondidentity_emulator.model.state import Realm, World
from beyondidentity_emulator.model.state import Tenant as TenantState
from tests.unit.emulator.api import Api, build_application
from tests.unit.emulator.command import SECONDS, refuse, start_emulator


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.json"


def find_first(emulator):
    """Return the first tenant, as the exported variables describe it."""
    values = emulator.environment
    parts = values["BEYONDIDENTITY_ISSUER"].split("/")
    return Tenant(
        emulator=emulator,
        tenant_id=parts[5],
        realm_id=parts[7],
        application_id=parts[9],
        issuer=values["BEYONDIDENTITY_ISSUER"],
        api_url=values["BEYONDIDENTITY_API_URL"],
        client_id=values["BEYONDIDENTITY_CLIENT_ID"],
        client_secret=values["BEYONDIDENTITY_CLIENT_SECRET"],
        resource_server_id="",
    )


def read_state(path):
    return json.loads(path.read_text(encoding="utf-8"))["state"]


def wait_until(check):
    deadline = time.monotonic() + SECONDS
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def read_all(api):
    """Return the objects that lists show."""
    paths = ("/realms", "applications", "identities", "groups", "resource-servers", "authenticator-configs")
    return {path: sorted(api.all(path, path.strip("/").replace("-", "_")), key=lambda one: one["id"]) for path in paths}


def fill(tenant):
    """Create objects of many types; return the ID of the role."""
    api = Api.of(tenant)
    application = api.post("applications", build_application())
    identity = api.post(
        "identities", {"identity": {"display_name": "Pat", "traits": {"type": "traits_v0", "username": "p"}}}
    )
    group = api.post("groups", {"group": {"display_name": "Cats", "description": "Cats"}})
    api.post(f"groups/{group['id']}:addMembers", {"identity_ids": [identity["id"]]})
    server = api.get("resource-servers")["resource_servers"][0]
    role = api.post(f"resource-servers/{server['id']}/roles", {"role": {"display_name": "Reader"}})
    api.post(f"resource-servers/{server['id']}/roles/{role['id']}:addMembers", {"group_ids": [group["id"]]})
    api.post(f"resource-servers/{server['id']}/roles/{role['id']}:addScopes", {"scopes": ["realms:read"]})
    return application, group, f"resource-servers/{server['id']}/roles/{role['id']}"


def test_objects_links_settings_and_key_survive_a_restart(path):
    with start_emulator("--state", path) as emulator:
        tenant = find_first(emulator)
        other = emulator.create_tenant(token_lifetime=77)
        application, group, role = fill(tenant)
        before = read_all(Api.of(tenant))
        tenant.change_settings(refresh_tokens="rotating", refresh_lifetime=60)
        value = tenant.request_token("realms:read")
    with start_emulator("--state", path) as emulator:
        again = find_first(emulator)
        assert (again.tenant_id, again.client_id, again.client_secret) == (
            tenant.tenant_id,
            tenant.client_id,
            tenant.client_secret,
        )
        api = Api.of(again)
        assert read_all(api) == before
        assert [
            entry["username"]
            for entry in (i["traits"] for i in api.get(f"groups/{group['id']}:listMembers")["identities"])
        ] == ["p"]
        assert [found["id"] for found in api.get(f"{role}:listMembers")["groups"]] == [group["id"]]
        assert api.get(f"{role}:listScopes")["scopes"] == ["realms:read"]
        assert again.change_settings()["refresh_tokens"] == "rotating"
        path_of_other = f"tenants/{other.tenant_id}/settings"
        assert emulator.call_control("PATCH", path_of_other, json={})["token_lifetime"] == 77
        keys = requests.get(f"{again.issuer}/.well-known/jwks.json", timeout=SECONDS).json()["keys"]
        key = jwt.PyJWK(keys[0]).key
        assert jwt.decode(value, key, algorithms=["RS256"], audience="beyondidentity")["scope"] == "realms:read"
        refused = requests.get(f"{again.url}/realms", headers={"Authorization": f"Bearer {value}"}, timeout=SECONDS)
        assert refused.status_code == 401, "tokens end with the process"
        assert application["protocol_config"]["client_secret"] in path.read_text(encoding="utf-8")


def test_invitation_can_be_used_after_a_restart(path):
    port = find_port()
    with start_emulator("--state", path, port=port) as emulator:
        tenant = find_first(emulator)
        ids = tenant.seed(identities=1)
        api = Api.of(tenant)
        config = api.get("authenticator-configs")["authenticator_configs"][0]["id"]
        job = {"delivery_method": "RETURN", "authenticator_config_id": config}
        created = api.post(f"identities/{ids['identities'][0]}/credential-binding-jobs", {"job": job})
        link = created["credential_binding_link"]
        assert requests.get(link + "x", timeout=SECONDS).status_code == 404
    assert link.rpartition("token=")[2] not in path.read_text(encoding="utf-8")
    with start_emulator("--state", path, port=port) as emulator:
        find_first(emulator).bind_passkey(link)


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_file_has_no_tokens_and_codes(path):
    with start_emulator("--state", path) as emulator:
        tenant = emulator.create_tenant(refresh_tokens="fixed", refresh_lifetime=600)
        values = [tenant.request_token("realms:read")]
        seeded = tenant.seed(tokens=2, token_format="referential")["token_values"]
        config = Api.of(tenant).get("authenticator-configs")["authenticator_configs"][0]["id"]
        uri = "http://127.0.0.1/callback"
        protocol = {"type": "oidc", "grant_type": ["authorization_code"], "redirect_uris": [uri], "pkce": "s256"}
        body = build_application(protocol=protocol)
        body["application"]["authenticator_config_id"] = config
        application = Api.of(tenant).post("applications", body)
        protocol = application["protocol_config"]
        issuer = f"{tenant.realm_url}/applications/{application['id']}"
        query = {
            **{"response_type": "code", "client_id": protocol["client_id"], "redirect_uri": uri, "scope": "openid"},
            **{"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"},
        }
        sent = requests.get(f"{issuer}/authorize", params=query, allow_redirects=False, timeout=SECONDS)
        code = re.search("code=([^&]+)", sent.headers["Location"])[1]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri}
        form["code_verifier"] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        credentials = (protocol["client_id"], protocol["client_secret"])
        answer = requests.post(f"{issuer}/token", data=form, auth=credentials, timeout=SECONDS).json()
        values += [answer["access_token"], answer["refresh_token"], answer["id_token"], code, *seeded]
    text = path.read_text(encoding="utf-8")
    assert len(values) == 7
    for value in values:
        assert value not in text and value[-11:] not in text


def test_changes_are_saved_while_the_emulator_runs(path):
    """SIGKILL leaves a usable file."""
    emulator = start_emulator("--state", path)
    tenant = find_first(emulator)
    Api.of(tenant).post("/realms", {"realm": {"display_name": "Pets"}})
    wait_until(lambda: "Pets" in path.read_text(encoding="utf-8"))
    emulator.process.kill()
    emulator.stop()
    assert sorted(os.listdir(path.parent)) == ["state.json", "state.json.lock"]
    with start_emulator("--state", path) as emulator:
        names = [realm["display_name"] for realm in Api.of(find_first(emulator)).get("/realms")["realms"]]
        assert "Pets" in names
    assert os.listdir(path.parent) == ["state.json"]


def test_file_is_complete_whenever_it_is_read(path):
    with start_emulator("--state", path) as emulator:
        tenant = find_first(emulator)
        for _round in range(15):
            tenant.seed(realms=5)
            read_state(path)
            time.sleep(0.05)
        emulator.process.kill()
    assert read_state(path)


def test_unchanged_state_is_not_written_again(path):
    world = World()
    create_tenant_with_defaults(world)
    file = StateFile(path, world, SigningKey())
    file.save()
    before = path.stat()
    file.save()
    assert os.path.samestat(before, path.stat())
    create_tenant_with_defaults(world)
    file.save()
    assert not os.path.samestat(before, path.stat())


def test_file_is_private(path):
    previous = os.umask(0)
    try:
        with start_emulator("--state", path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(previous)
    path.chmod(0o640)
    assert f"Run `chmod 600 {path}`." in refuse("--state", path)


def test_one_emulator_uses_a_file(path):
    with start_emulator("--state", path):
        assert "Another emulator uses" in refuse("--state", path)
    with start_emulator("--state", path):
        pass


def test_link_is_refused(path, tmp_path):
    path.symlink_to(tmp_path / "target")
    assert "not a regular file" in refuse("--state", path)
    assert os.listdir(tmp_path) == ["state.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _text: "", "is not a state file"),
        (lambda _text: "notes of a user", "is not a state file"),
        (lambda _text: '{"format": "other"}', "is not a state file"),
        (lambda _text: "[1]", "is not a state file"),
        (lambda _text: "[" * 100_000, "is not a state file"),
        (lambda _text: "\udcff", "is not a state file"),
        (lambda text: text[: len(text) // 2], "damaged or was edited. Restore a copy"),
        (lambda text: text.replace("Emulated", "Modified"), "damaged or was edited"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "has the version 2 of the state format"),
        (lambda text: text.replace('"version": 1', '"version": "x\\n"'), "has the version 'x"),
    ],
)
def test_foreign_and_damaged_files_are_refused_and_kept(path, change, message):
    world = World()
    create_tenant_with_defaults(world)
    StateFile(path, world, SigningKey()).save()
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    content = path.read_bytes()
    with pytest.raises(StartError, match=re.escape(message)):
        load_state(path, World())
    assert path.read_bytes() == content


def test_failed_start_writes_no_state(path, tmp_path):
    refuse("--state", path, "--seed", tmp_path / "missing.yml")
    assert os.listdir(tmp_path) == []


def test_unwritable_file_is_reported_once_and_at_the_end(path, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    emulator = start_emulator("--state", folder / "state.json")
    tenant = find_first(emulator)
    os.rename(folder, tmp_path / "moved")
    Api.of(tenant).post("/realms", {"realm": {"display_name": "Pets"}})
    assert emulator.stop() == 2


def test_reset_is_saved(path):
    with start_emulator("--state", path) as emulator:
        emulator.create_tenant()
        emulator.reset()
    assert len(read_state(path)["tenants"]) == 1


def test_snapshot_has_each_field():
    """A field of a tenant or realm is part of the state, or it is omitted on purpose."""
    world = World()
    tenant = create_tenant_with_defaults(world)
    document = json.loads(json.dumps(dump_world(world)))
    [dumped] = document["tenants"]
    assert set(dumped) == {item.name for item in fields(TenantState)} - OMITTED
    [realm] = dumped["realms"].values()
    assert set(realm) == {item.name for item in fields(Realm)} - OMITTED
    again = World()
    load_world(again, document)
    assert json.loads(json.dumps(dump_world(again))) == document
    assert again.tenants[tenant.id].realms.keys() == tenant.realms.keys()


def test_start_fails_for_the_client_if_the_file_is_refused(path):
    path.write_text("x", encoding="utf-8")
    with pytest.raises(EmulatorError, match="with code 2"):
        start_emulator("--state", path)
