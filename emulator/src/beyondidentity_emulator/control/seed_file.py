# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A seed file: the tenants and objects that the emulator starts with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..management import conflicts
from ..management.builtin_objects import (
    create_realm_with_defaults,
    create_tenant_with_defaults,
    find_managed_object,
)
from ..management.fields import choice, strict_name
from ..management.tenant_and_realms import CLASSIFICATIONS
from ..model.recent_changes import RecentChanges
from ..model.settings import Settings
from ..model.state import Realm, Tenant, World
from ..web.errors import Violations
from .seed_document import read_document
from .seed_objects import RealmSeed, read_credentials, take_id
from .seed_section import Section


def load_seed(world: World, path: Path, environment: Mapping[str, str]) -> None:
    """Create the tenants of a seed file in an empty world."""
    root = Section.of_document(read_document(path), environment)
    root.check_names("tenants")
    tenants = root.sections("tenants")
    if not tenants:
        raise root.error("tenants", "is missing or empty; add a tenant")
    seed = _Seed(world, set())
    for number, section in enumerate(tenants):
        seed.create_tenant(section, is_first=number == 0)


class _Seed:
    """One seed file; `taken` has the IDs by kind."""

    def __init__(self, world: World, taken: set[tuple[str, str]]) -> None:
        self.world = world
        self.taken = taken

    def create_tenant(self, section: Section, is_first: bool) -> None:
        """Create a tenant with its realms."""
        section.check_names("id", "display_name", "settings", "built_in_application", "realms")
        realms = section.sections("realms")
        admins = [realm for realm in realms if realm.flag("admin")]
        if len(admins) > 1:
            raise admins[1].error("admin", "a tenant has only one admin realm; remove it here")
        tenant = create_tenant_with_defaults(
            self.world,
            self._read_settings(section),
            take_id(section, "tenant", self.taken),
            take_id(admins[0], "realm", self.taken) if admins else None,
        )
        name = section.text("display_name")
        if name is not None:
            tenant.record = {**tenant.record, "display_name": _check_name(section, name, "tenant")}
        self._set_built_in_application(section.section("built_in_application"), tenant)
        for realm in realms:
            self._create_realm(realm, tenant, is_first)
        tenant.changes = RecentChanges()  # seeded objects are not new

    def _create_realm(self, section: Section, tenant: Tenant, is_first: bool) -> None:
        section.check_names("id", "display_name", "classification", "admin", *RealmSeed.COLLECTIONS)
        is_admin = section.flag("admin")
        name = section.text("display_name") if is_admin else section.required_text("display_name")
        violations = Violations("realm")
        classification = choice(section.values, "classification", CLASSIFICATIONS, CLASSIFICATIONS[0], violations)  # type: ignore[arg-type]
        section.call_api(violations.raise_if_any, {})
        if is_admin:
            realm = tenant.realms[tenant.admin_realm_id]
            name = realm.record["display_name"] if name is None else _check_name(section, name, "realm")
            realm.record = {**realm.record, "display_name": name, "classification": classification}
        else:
            realm = self._add_realm(section, tenant, str(name), classification)
        for application, identifier in RealmSeed(self.world, tenant, realm, self.taken).create(section):
            self._export(application, identifier, realm, is_first)

    def _add_realm(self, section: Section, tenant: Tenant, name: str, classification: str) -> Realm:
        checked = _check_name(section, name, "realm")
        section.call_api(lambda: conflicts.check_realm_name(tenant, checked), {})
        return create_realm_with_defaults(tenant, checked, classification, take_id(section, "realm", self.taken))

    def _export(self, application: Section, identifier: str, realm: Realm, is_first: bool) -> None:
        if not is_first:
            raise application.error(
                "export", "only an application of the first tenant can be exported; move the tenant up"
            )
        if self.world.exported:
            raise application.error("export", "another application is exported, too; remove it from one of them")
        self.world.exported = {"realm_id": realm.id, "application_id": identifier}

    def _set_built_in_application(self, section: Section, tenant: Tenant) -> None:
        section.check_names("id", "client_id", "client_secret")
        applications = tenant.realms[tenant.admin_realm_id].objects["applications"]
        record = find_managed_object(tenant.realms[tenant.admin_realm_id], "applications")
        identifier = take_id(section, "application", self.taken) or record["id"]
        credentials = read_credentials(section, self.taken)
        del applications[record["id"]]
        protocol = {**record["protocol_config"], **credentials}
        applications[identifier] = {**record, "id": identifier, "protocol_config": protocol}

    def _read_settings(self, section: Section) -> Settings:
        settings = self.world.build_settings()
        try:
            settings.update(section.mapping("settings"))
        except ValueError as error:
            raise section.error("settings", str(error)) from None
        return settings


def _check_name(section: Section, name: str, envelope: str) -> str:
    violations = Violations(envelope)
    strict_name({"display_name": name}, None, violations)
    section.call_api(violations.raise_if_any, {})
    return name
