# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of one realm in a seed file, created by the functions of the API."""

from __future__ import annotations

from typing import ClassVar

from ..management.bearer import Target
from ..management.builtin_objects import find_managed_object
from ..management.credentials import add_credential, build_credential
from ..management.directory_fields import TRAITS
from ..management.object_types import BY_ENVELOPE
from ..management.objects import create_object
from ..management.operation_call import Call
from ..model.state import Realm, Record, Tenant, World
from .seed_section import Section

API_NAMES = {
    "protocol_config.grant_type": "grant_types",
    "protocol_config.token_configuration.expires_after": "token_expires_after",
    "protocol_config.token_configuration.subject_field": "token_subject_field",
    "resource_server_id": "resource_server",
    "authenticator_config_id": "authenticator_config",
}
"""The fields whose names in the API and in a seed file differ."""
PROTOCOLS = ("oauth2", "oidc")
"""The protocols whose fields an application in a seed file can have."""
TRAIT_FIELDS = ("username", "primary_email_address", "secondary_email_address", "external_id")

Taken = set[tuple[str, str]]


class RealmSeed:
    """Creates the objects of one realm, in the order in which they refer to each other."""

    COLLECTIONS: ClassVar = (
        *("resource_servers", "authenticator_configs", "applications"),
        *("identities", "groups", "roles"),
    )

    def __init__(self, world: World, tenant: Tenant, realm: Realm, taken: Taken) -> None:
        self.world = world
        self.tenant = tenant
        self.realm = realm
        self.taken = taken

    def create(self, section: Section) -> list[tuple[Section, str]]:
        """Create the objects; return the applications to export, with their IDs."""
        for item in section.sections("resource_servers"):
            item.check_names("id", "display_name", "identifier", "scopes")
            given: Record = {"identifier": item.required_text("identifier"), "scopes": item.texts("scopes")}
            self._create(item, "resource_server", {"display_name": item.required_text("display_name"), **given})
        for item in section.sections("authenticator_configs"):
            item.check_names("id", "display_name", "config")
            given = {"display_name": item.required_text("display_name"), "config": item.mapping("config")}
            self._create(item, "authenticator_config", given)
        applications = [(item, self._create_application(item)) for item in section.sections("applications")]
        for item in section.sections("identities"):
            self._create_identity(item)
        for item in section.sections("groups"):
            self._create_group(item)
        for item in section.sections("roles"):
            self._create_role(item)
        return [(item, identifier) for item, identifier in applications if item.flag("export")]

    def _create(self, section: Section, envelope: str, given: Record, **parents: str) -> Record:
        call = Call(self.world, Target(self.tenant, self.realm), parents)
        identifier = take_id(section, envelope, self.taken)
        record: Record = section.call_api(
            lambda: create_object(call, BY_ENVELOPE[envelope], given, identifier), API_NAMES
        )
        return record

    def _create_application(self, section: Section) -> str:
        section.check_names(
            *("id", "display_name", "client_id", "client_secret", "export", "resource_server", "authenticator_config"),
            *("protocol", "confidentiality", "grant_types", "allowed_scopes", "redirect_uris", "pkce"),
            *("token_format", "token_expires_after", "token_subject_field"),
        )
        protocol_type = section.text("protocol") or PROTOCOLS[0]
        if protocol_type not in PROTOCOLS:
            raise section.error("protocol", f"must be one of {', '.join(PROTOCOLS)}")
        fields = {name: section.text(name) for name in ("confidentiality", "pkce", "token_format")}
        configuration: Record = {"expires_after": section.seconds("token_expires_after", 86400)}
        if section.text("token_subject_field") is not None:
            configuration["subject_field"] = section.text("token_subject_field")
        given: Record = {
            "display_name": section.required_text("display_name"),
            "resource_server_id": self._find_server(section),
            "protocol_config": {
                "type": protocol_type,
                "grant_type": section.texts("grant_types", ("client_credentials",)),
                "allowed_scopes": section.texts("allowed_scopes"),
                "redirect_uris": section.texts("redirect_uris"),
                "token_configuration": configuration,
                **{name: value for name, value in fields.items() if value is not None},
            },
        }
        if "authenticator_config" in section.values:
            given["authenticator_config_id"] = self._find(section, "authenticator_config", "authenticator_configs")
        credentials = read_credentials(section, self.taken)
        record = self._create(section, "application", given)
        protocol = record["protocol_config"]
        if "client_secret" in credentials and "client_secret" not in protocol:
            raise section.error("client_secret", "a public application has no secret; remove it")
        if section.flag("export") and "client_credentials" not in protocol["grant_type"]:
            raise section.error("export", "the application needs the grant type client_credentials; add it")
        record["protocol_config"] = {**protocol, **credentials}
        return str(record["id"])

    def _create_identity(self, section: Section) -> None:
        section.check_names("id", "display_name", *TRAIT_FIELDS, "traits", "status", "passkey")
        username = section.required_text("username")
        traits = {name: section.text(name) for name in TRAIT_FIELDS if name in section.values}
        given: Record = {
            "display_name": section.text("display_name") or username,
            "traits": {"type": TRAITS, **section.mapping("traits"), **traits},
        }
        if section.text("status") is not None:
            given["status"] = section.text("status")
        record = self._create(section, "identity", given)
        if section.flag("passkey"):
            add_credential(self.realm, build_credential(self.realm, self.tenant.id, record["id"]))

    def _create_group(self, section: Section) -> None:
        section.check_names("id", "display_name", "description", "members")
        record = self._create(section, "group", _read_description(section))
        self.realm.group_identities.add(record["id"], self._find_all(section, "members", "identities"))

    def _create_role(self, section: Section) -> None:
        section.check_names("id", "display_name", "description", "resource_server", "scopes", "identities", "groups")
        server_id = self._find_server(section)
        record = self._create(section, "role", _read_description(section), resource_server_id=server_id)
        known = self.realm.objects["resource_servers"][server_id]["scopes"]
        scopes = section.texts("scopes")
        for number, scope in enumerate(scopes):
            if scope not in known:
                raise section.error(f"scopes[{number}]", "the resource server does not have this scope; correct it")
        self.realm.role_scopes.add(record["id"], scopes)
        self.realm.role_identities.add(record["id"], self._find_all(section, "identities", "identities"))
        self.realm.role_groups.add(record["id"], self._find_all(section, "groups", "groups"))

    def _find_server(self, section: Section) -> str:
        """Return the ID of a resource server, which its identifier or its name can stand for."""
        if "resource_server" not in section.values:
            return str(find_managed_object(self.realm, "resource_servers")["id"])
        return self._find(section, "resource_server", "resource_servers")

    def _find(self, section: Section, name: str, collection: str) -> str:
        return section.find(name, section.required_text(name), self.realm.objects[collection], _list_names)

    def _find_all(self, section: Section, name: str, collection: str) -> list[str]:
        records = self.realm.objects[collection]
        return [
            section.find(f"{name}[{number}]", wanted, records, _list_names)
            for number, wanted in enumerate(section.texts(name))
        ]


def take_id(section: Section, kind: str, taken: Taken) -> str | None:
    """Return a section's ID; refuse one that another object of the kind has."""
    identifier = section.identifier()
    if identifier is not None:
        _take(section, "id", (kind, identifier), taken)
    return identifier


def read_credentials(section: Section, taken: Taken) -> dict[str, str]:
    """Return the client ID and client secret of a section, if it has them."""
    credentials = {
        name: section.credential(name, is_secret=name == "client_secret") for name in ("client_id", "client_secret")
    }
    given = {name: value for name, value in credentials.items() if value is not None}
    if "client_id" in given:
        _take(section, "client_id", ("client", given["client_id"]), taken)
    return given


def _take(section: Section, name: str, key: tuple[str, str], taken: Taken) -> None:
    if key in taken:
        raise section.error(name, "is a duplicate; give each object its own")
    taken.add(key)


def _read_description(section: Section) -> Record:
    description = section.text("description")
    given = {"display_name": section.required_text("display_name")}
    return {**given, "description": description} if description is not None else given


def _list_names(record: Record) -> set[str]:
    """Return the names that can stand for an object: an identity has a username, a resource server an identifier."""
    if "traits" in record:
        return {record["traits"]["username"]}
    return {record[name] for name in ("identifier", "display_name") if name in record}
