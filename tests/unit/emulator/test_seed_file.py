# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seed file: what it creates, and how mistakes in it are reported."""

from __future__ import annotations

import os
import time

import pytest
import requests
import yaml

from beyondidentity_emulator.control.seed_document import MAXIMUM_BYTES
from beyondidentity_emulator.control.seed_file import load_seed
from beyondidentity_emulator.model.start_error import StartError
from beyondidentity_emulator.model.state import World
from tests.unit.emulator.api import Api
from tests.unit.emulator.command import SECONDS, refuse, start_emulator
from tests.unit.emulator.test_state_file import find_first

CANARY = "hunter2-in-a-file"
FULL = """
tenants:
  - id: "0001000000000001"
    display_name: Example
    settings:
      refresh_tokens: rotating
      rate_window: 3
    built_in_application:
      id: built-in
      client_id: administrator
      client_secret: {env: ADMIN_SECRET}
    realms:
      - admin: true
        id: admins
        display_name: Administrators
      - id: customers
        display_name: Customers
        classification: SECURE_WORKFORCE
        resource_servers:
          - {id: pets, display_name: Pets, identifier: "https://pets.example", scopes: [pets:read, pets:write]}
        authenticator_configs:
          - {id: web, display_name: Web, config: {type: hosted_web, authentication_methods: [], trusted_origins: []}}
        applications:
          - id: reader
            display_name: Reader
            client_id: reader-client
            client_secret: {env: READER_SECRET}
            resource_server: https://pets.example
            allowed_scopes: [pets:read]
            token_expires_after: 60
            token_format: referential
          - id: shop
            display_name: Shop
            protocol: oidc
            confidentiality: public
            pkce: s256
            grant_types: [authorization_code]
            redirect_uris: [http://127.0.0.1:8000/callback]
            resource_server: Pets
            authenticator_config: Web
            token_subject_field: username
          - id: exported
            display_name: Exported
            allowed_scopes: [groups:read]
            export: true
        identities:
          - {id: pat, display_name: Pat, username: pat@example.com, primary_email_address: pat@example.com, passkey: true}
          - {username: sam, external_id: "7", status: suspended, traits: {given_name: Sam}}
        groups:
          - {id: cats, display_name: Cats, description: Who has cats, members: [pat@example.com, sam]}
          - {display_name: Dogs}
        roles:
          - id: keeper
            display_name: Keeper
            resource_server: Pets
            scopes: [pets:read, pets:write]
            identities: [pat]
            groups: [Cats]
  - display_name: Second
"""
ENVIRONMENT = {"ADMIN_SECRET": "an-admin-secret", "READER_SECRET": "a-reader-secret"}


class Dumper(yaml.SafeDumper):
    """Writes no aliases."""

    def ignore_aliases(self, data):
        return True


def dump(document):
    return yaml.dump(document, Dumper=Dumper)


def write(folder, text, mode=0o600):
    path = folder / "seed.yml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def load(folder, text, mode=0o600, **environment):
    """Return the error for a seed file."""
    with pytest.raises(StartError) as refusal:
        load_seed(World(), write(folder, text, mode), {**ENVIRONMENT, **environment})
    message = str(refusal.value)
    assert message.startswith(f"{folder}/seed.yml: ") and message.endswith(".") and message.isprintable()
    assert CANARY not in message
    return message.removeprefix(f"{folder}/seed.yml: ")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    path = write(tmp_path_factory.mktemp("seed"), FULL, 0o644)
    before = dict(os.environ)
    os.environ.update(ENVIRONMENT)
    try:
        with start_emulator("--seed", path) as emulator:
            yield emulator
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def admin(seeded):
    """Return a client with the token of the first tenant's built-in application."""
    tenant = find_first(seeded)
    tenant.realm_id, tenant.client_id, tenant.client_secret = "admins", "administrator", ENVIRONMENT["ADMIN_SECRET"]
    tenant.issuer = f"{seeded.url}/v1/tenants/0001000000000001/realms/admins/applications/built-in"
    return Api.of(tenant)


def test_tenant_realms_and_settings(admin, seeded):
    tenant = admin.get("")
    assert (tenant["id"], tenant["display_name"]) == ("0001000000000001", "Example")
    realms = admin.get("/realms")["realms"]
    assert {(realm["id"], realm["display_name"], realm["classification"]) for realm in realms} == {
        ("admins", "Administrators", "SECURE_CUSTOMER"),
        ("customers", "Customers", "SECURE_WORKFORCE"),
    }
    settings = seeded.call_control("PATCH", "tenants/0001000000000001/settings", json={})
    assert (settings["refresh_tokens"], settings["rate_window"]) == ("rotating", 3)


def test_applications_can_be_used(admin, seeded):
    applications = {one["id"]: one for one in admin.get("/realms/customers/applications")["applications"]}
    assert set(applications) == {"reader", "shop", "exported"}
    response = requests.post(
        f"{seeded.url}/v1/tenants/0001000000000001/realms/customers/applications/reader/token",
        data={"grant_type": "client_credentials", "scope": "pets:read"},
        auth=("reader-client", "a-reader-secret"),
        timeout=SECONDS,
    ).json()
    assert (response["scope"], response["expires_in"]) == ("pets:read", 60)
    assert response["access_token"].count(".") == 4, "the format is referential"
    shop = applications["shop"]
    assert shop["protocol_config"]["token_configuration"]["subject_field"] == "username"
    assert (shop["resource_server_id"], shop["authenticator_config_id"]) == ("pets", "web")
    assert "client_secret" not in shop["protocol_config"]


def test_exported_application_is_that_of_the_seed(seeded):
    tenant = find_first(seeded)
    assert tenant.application_id == "exported" and tenant.realm_id == "customers"
    assert tenant.request_token("groups:read")


def test_people_groups_and_roles(admin):
    realm = "/realms/customers"
    pat = admin.get(f"{realm}/identities/pat")
    assert (pat["traits"]["username"], pat["enrollment_status"]) == ("pat@example.com", "ENROLLED")
    [sam] = [one for one in admin.get(f"{realm}/identities")["identities"] if one["id"] != "pat"]
    assert (sam["display_name"], sam["status"], sam["traits"]["given_name"]) == ("sam", "suspended", "Sam")
    members = admin.get(f"{realm}/groups/cats:listMembers")["identities"]
    assert {one["id"] for one in members} == {"pat", sam["id"]}
    role = f"{realm}/resource-servers/pets/roles/keeper"
    assert set(admin.get(f"{role}:listScopes")["scopes"]) == {"pets:read", "pets:write"}
    found = admin.get(f"{role}:listMembers")
    assert ([one["id"] for one in found["groups"]], [one["id"] for one in found["identities"]]) == (["cats"], ["pat"])


def test_seeded_objects_are_not_new(tmp_path):
    delays = {"listing_delay": 600, "get_delay": 600, "new_application_delay": 600}
    realm = {"admin": True, "groups": [{"id": "g", "display_name": "G"}]}
    text = dump({"tenants": [{"settings": delays, "realms": [realm]}]})
    with start_emulator("--seed", write(tmp_path, text)) as emulator:
        tenant = find_first(emulator)
        assert [one["id"] for one in Api.of(tenant).get("groups")["groups"]] == ["g"]
        assert Api.of(tenant).get("groups/g")["display_name"] == "G"


def test_state_continues_instead_of_the_seed(tmp_path):
    seed = write(
        tmp_path,
        "tenants: [{id: '0001', realms: [{admin: true, applications: [{id: a, display_name: A, export: true}]}]}]",
    )
    with start_emulator("--seed", seed, "--state", tmp_path / "state") as emulator:
        secret = find_first(emulator).client_secret
    seed.write_text("damaged: {", encoding="utf-8")
    with start_emulator("--seed", seed, "--state", tmp_path / "state") as emulator:
        assert find_first(emulator).application_id == "a"
        assert find_first(emulator).client_secret == secret


def in_realm(text):
    """Return a document with these objects in the second realm."""
    return {"tenants": [{"realms": [{"admin": True}, {"display_name": "Two", **text}]}]}


def in_application(**fields):
    return in_realm({"applications": [{"display_name": "A", **fields}]})


APPLICATION = "tenants[0].realms[1].applications[0]"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "the document: must be a mapping"),
        ([], "the document: must be a mapping"),
        ({}, "tenants: is missing or empty; add a tenant"),
        ({"tenants": []}, "tenants: is missing or empty"),
        ({"tenants": {}}, "tenants: must be a list"),
        ({"tenants": [CANARY]}, "tenants[0]: must be a mapping"),
        ({"tenants": [{}], "users": []}, "users: unknown field; use tenants"),
        ({"tenants": [{CANARY + " \n": 1}]}, "tenants[0].a field: unknown field; use id, display_name"),
        ({"tenants": [{"id": 1}]}, "tenants[0].id: must be a text; put it in quotes"),
        ({"tenants": [{"id": "a/b"}]}, "tenants[0].id: must have 1 to 64 letters"),
        ({"tenants": [{"id": ".."}]}, "tenants[0].id: must have 1 to 64 letters"),
        ({"tenants": [{"id": "-"}]}, "tenants[0].id: must have 1 to 64 letters"),
        ({"tenants": [{"id": ""}]}, "tenants[0].id: is empty"),
        ({"tenants": [{"id": "x"}, {"id": "x"}]}, "tenants[1].id: is a duplicate"),
        ({"tenants": [{"display_name": "<x>"}]}, "tenants[0].display_name: contains a character that is not allowed"),
        ({"tenants": [{"settings": {"x": 1}}]}, "tenants[0].settings: unknown settings: x; known: "),
        (
            {"tenants": [{"settings": {"rate_limit": "x"}}]},
            "tenants[0].settings: ",
        ),
        ({"tenants": [{"settings": {"mail": "x"}}]}, "tenants[0].settings: "),
        ({"tenants": [{"realms": [{}]}]}, "tenants[0].realms[0].display_name: is missing; add it"),
        (
            {"tenants": [{"realms": [{"admin": True}] * 2}]},
            "tenants[0].realms[1].admin: a tenant has only one admin realm",
        ),
        ({"tenants": [{"realms": [{"admin": "yes"}]}]}, "tenants[0].realms[0].admin: must be true or false"),
        (in_realm({"classification": "x"}), "tenants[0].realms[1].classification: must be one of SECURE_CUSTOMER"),
        (
            {"tenants": [{"realms": [{"display_name": "B"}, {"display_name": "B"}]}]},
            "tenants[0].realms[1]: realm already exists",
        ),
        (
            in_application(client_secret=["x"]),
            f"{APPLICATION}.client_secret: must be a text in quotes, or {{env: NAME}}",
        ),
        (
            in_application(client_secret={"environment": CANARY}),
            f"{APPLICATION}.client_secret: must be a text in quotes",
        ),
        (
            in_application(client_secret={"env": "MISSING"}),
            f"{APPLICATION}.client_secret.env: the environment variable MISSING is not set",
        ),
        (
            in_application(client_secret={"env": CANARY}),
            f"{APPLICATION}.client_secret.env: the environment variable is not set; set it",
        ),
        (in_application(client_secret=f"{CANARY} \n"), f"{APPLICATION}.client_secret: must have 1 to 512 printable"),
        (in_application(client_secret=f"{CANARY}\u00e9"), f"{APPLICATION}.client_secret: must have 1 to 512 printable"),
        (in_application(secret=CANARY), f"{APPLICATION}.secret: unknown field; use id, display_name, client_id"),
        (in_application(protocol="saml"), f"{APPLICATION}.protocol: must be one of oauth2, oidc"),
        (in_application(grant_types=["password"]), f"{APPLICATION}.grant_types: must name one or more of"),
        (in_application(grant_types="x"), f"{APPLICATION}.grant_types: must be a list of texts"),
        (
            in_application(allowed_scopes=["x:y"]),
            f"{APPLICATION}.allowed_scopes: not among the resource server's scopes",
        ),
        (in_application(allowed_scopes=["x", "x"]), f"{APPLICATION}.allowed_scopes[1]: is a duplicate"),
        (in_application(confidentiality="public"), f"{APPLICATION}.confidentiality: must be confidential"),
        (
            in_application(token_expires_after="1h"),
            f"{APPLICATION}.token_expires_after: must be a whole number of seconds",
        ),
        (in_application(token_subject_field="x"), f"{APPLICATION}.token_subject_field: must be one of id, email"),
        (in_application(resource_server="x"), f"{APPLICATION}.resource_server: no object of this realm has this name"),
        (in_application(authenticator_config="x"), f"{APPLICATION}.authenticator_config: no object of this realm"),
        (
            in_application(
                confidentiality="public",
                pkce="s256",
                grant_types=["authorization_code"],
                redirect_uris=["x:y"],
                client_secret=CANARY,
            ),
            f"{APPLICATION}.client_secret: a public application has no secret",
        ),
        (
            in_application(grant_types=["authorization_code"], redirect_uris=["x:y"], export=True),
            f"{APPLICATION}.export: the application needs the grant type client_credentials",
        ),
        (
            in_realm(
                {"applications": [{"display_name": "A", "client_id": "c"}, {"display_name": "B", "client_id": "c"}]}
            ),
            "tenants[0].realms[1].applications[1].client_id: is a duplicate",
        ),
        (
            in_realm({"applications": [{"display_name": "A", "export": True}, {"display_name": "B", "export": True}]}),
            "tenants[0].realms[1].applications[1].export: another application is exported, too",
        ),
        (
            {"tenants": [{}, {"realms": [{"admin": True, "applications": [{"display_name": "A", "export": True}]}]}]},
            "tenants[1].realms[0].applications[0].export: only an application of the first tenant",
        ),
        (in_realm({"identities": [{}]}), "tenants[0].realms[1].identities[0].username: is missing; add it"),
        (
            in_realm({"identities": [{"username": "x", "status": "x"}]}),
            "tenants[0].realms[1].identities[0].status: must be one of",
        ),
        (
            in_realm({"identities": [{"username": "x"}, {"username": "X"}]}),
            "tenants[0].realms[1].identities[1]: username already exists",
        ),
        (
            in_realm({"identities": [{"username": "x", "traits": {"title": 1}}]}),
            "tenants[0].realms[1].identities[0].title: must be a string",
        ),
        (
            in_realm({"groups": [{"display_name": "G", "members": ["x"]}]}),
            "tenants[0].realms[1].groups[0].members[0]: no object",
        ),
        (in_realm({"groups": [{"display_name": "G"}] * 2}), "tenants[0].realms[1].groups[1]: group already exists"),
        (
            in_realm({"roles": [{"display_name": "R", "scopes": ["x"]}]}),
            "tenants[0].realms[1].roles[0].scopes[0]: the resource server does",
        ),
        (
            in_realm({"resource_servers": [{"display_name": "S"}]}),
            "tenants[0].realms[1].resource_servers[0].identifier: is missing",
        ),
        (
            in_realm({"resource_servers": [{"display_name": "S", "identifier": "beyondidentity"}]}),
            "tenants[0].realms[1].resource_servers[0].identifier: is reserved",
        ),
        (
            in_realm({"authenticator_configs": [{"display_name": "S", "config": {"type": "x"}}]}),
            "tenants[0].realms[1].authenticator_configs[0].type: must be one of",
        ),
        (
            in_realm(
                {
                    "resource_servers": [
                        {"display_name": "S", "identifier": "a"},
                        {"display_name": "S", "identifier": "b"},
                    ],
                    "roles": [{"display_name": "R", "resource_server": "S"}],
                }
            ),
            "tenants[0].realms[1].roles[0].resource_server: several objects of this realm have this name; use the ID",
        ),
        (
            in_realm({"authenticator_configs": [{"display_name": "S", "config": {"type": ["x"]}}]}),
            "tenants[0].realms[1].authenticator_configs[0]",
        ),
    ],
)
def test_mistake_is_named_with_its_place(tmp_path, document, message):
    assert load(tmp_path, dump(document)).startswith(message)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_literal_secret_must_be_private(tmp_path, mode):
    text = dump(in_application(client_secret=CANARY))
    message = load(tmp_path, text, mode)
    assert message.startswith(
        f"{APPLICATION}.client_secret: other users can read this secret; run `chmod 600 {tmp_path}"
    )
    world = World()
    load_seed(world, write(tmp_path, text, 0o600), {})
    assert CANARY in str(world)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"tenants: [{{x: {CANARY}", "line 1, column"),
        (f"tenants:\n- a: {CANARY}\n b: c", "line 3, column 2: not valid YAML. Check the indentation"),
        (f"a: *{CANARY}", "line 1, column 4: an alias (*name) is not allowed"),
        (f"a: !{CANARY} x", "line 1, column 4: not valid YAML"),
        (f"a: !!python/object/apply:os.system ['{CANARY}']", "line 1, column 4: not valid YAML"),
        (f"tenants: []\ntenants: [{CANARY}]", "line 2, column 1: a repeated key"),
        (f"? [{CANARY}]\n: x", "line 1, column 3: a repeated key, a merge key (<<) or a key that is not a text"),
        (f"a: &a {{b: {CANARY}}}\nc: {{<<: *a}}", "line 2"),
        (f"a: '{CANARY}\x07'", "the file is not text in UTF-8"),
        (f"a: 2026-99-99\nb: {CANARY}", "the file is not text in UTF-8, or has a value that JSON cannot express"),
        (f"a: {CANARY}\n---\nb: c", "line 2, column 1: not valid YAML"),
        *(
            (f"a: {value} # {CANARY}", "the file is not text")
            for value in ("2026-01-01", ".nan", "!!binary eA==", '"\\ud800"')
        ),
        ("[" * 5000, "the document is nested too deeply"),
        ("a: " + "9" * 5000, "the file is not text in UTF-8, or has a value that JSON cannot express"),
    ],
)
def test_invalid_yaml_is_located_without_quoting_it(tmp_path, text, message):
    assert load(tmp_path, text).startswith(message)


def test_aliases_cannot_expand_a_small_file(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.process_time()
    assert "an alias (*name) is not allowed" in load(tmp_path, "\n".join(lines))
    assert time.process_time() - started < SECONDS


def test_large_and_endless_files_are_refused(tmp_path):
    with pytest.raises(StartError, match="is larger than 256 KiB"):
        load_seed(World(), write(tmp_path, "#" * (MAXIMUM_BYTES + 1)), {})
    assert "is larger than 256 KiB. Create many objects" in refuse("--seed", "/dev/zero")


def test_unreadable_file_is_refused(tmp_path):
    assert "No such file or directory. Check the path" in refuse("--seed", tmp_path / "missing.yml")
    assert "Is a directory. Check the path" in refuse("--seed", tmp_path)


def test_path_with_a_line_break_keeps_the_message_on_one_line(tmp_path):
    assert "No such file" in refuse("--seed", f"{tmp_path}/a\nb\x1b[2J")
