# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identities and groups that can use an SSO configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..model.links import Links
from ..model.state import Realm, Record
from ..web.errors import Violations
from .group_members import check_objects_exist, find_objects, read_strings
from .object_type import SMALL_PAGES
from .operation_call import Call, Handler, read_document
from .sso_configs import CONFIGS, find_config, show_in_list

Change = Callable[[Links, str, Iterable[str]], None]


def build_handlers() -> dict[str, Handler]:
    """Return the handlers of the operations, by name."""
    return {
        "AddIdentitiesToSsoConfig": _build_change("identity", Links.add),
        "DeleteIdentitiesFromSsoConfig": _build_change("identity", Links.remove),
        "ListIdentitiesForSsoConfig": list_identities,
        "IdentityToSSOConfigCheck": check_identity,
        "ListSsoConfigsForIdentity": list_of_identity,
        "AddGroupsToSsoConfig": _build_change("group", Links.add),
        "DeleteGroupsFromSsoConfig": _build_change("group", Links.remove),
        "ListGroupsForSSOConfig": list_groups,
        "ListSsoConfigsForGroup": list_of_group,
        "SSOIsGroupAssigned": check_groups,
    }


def _build_change(envelope: str, change: Change) -> Handler:
    def handler(call: Call) -> None:
        config = find_config(call)
        violations = Violations()
        ids = read_strings(read_document(), f"{envelope}_ids", violations)
        violations.raise_if_any()
        check_objects_exist(call, envelope, ids)
        change(_select_links(call.realm, envelope), config["id"], ids)

    return handler


def _select_links(realm: Realm, envelope: str) -> Links:
    return realm.sso_identities if envelope == "identity" else realm.sso_groups


def list_identities(call: Call) -> Record:
    """List the identities of a configuration; those of its groups have the group's ID and name."""
    config = find_config(call)
    entries: dict[str, Record] = dict(find_objects(call, "identity", call.realm.sso_identities.items_of(config["id"])))
    for group in find_objects(call, "group", call.realm.sso_groups.items_of(config["id"])).values():
        members = find_objects(call, "identity", call.realm.group_identities.items_of(group["id"]))
        origin = {"group_id": group["id"], "group_display_name": group["display_name"]}
        entries.update({f"{group['id']}/{key}": {**identity, **origin} for key, identity in members.items()})
    return call.build_page("identities", entries, SMALL_PAGES)


def list_groups(call: Call) -> Record:
    """List the groups of a configuration, all in one page."""
    ids = call.realm.sso_groups.items_of(find_config(call)["id"])
    return {"groups": list(find_objects(call, "group", ids).values())}


def list_of_identity(call: Call) -> Record:
    """List the configurations that an identity can use. The description names the list `identities`, which is empty here."""
    identity_id = call.find("identity")["id"]
    page = _build_page(call, _find_configs(call.realm, identity_id))
    return {**page, "identities": []}


def list_of_group(call: Call) -> Record:
    """List the configurations that a group can use."""
    return _build_page(call, call.realm.sso_groups.holders_of(call.find("group")["id"]))


def check_identity(call: Call) -> Record:
    """Return whether an identity can use a configuration."""
    config, identity = find_config(call), call.find("identity")
    return {"is_assigned_to_sso_config": config["id"] in _find_configs(call.realm, identity["id"])}


def check_groups(call: Call) -> Record:
    """Return whether one of some groups can use a configuration."""
    config = find_config(call)
    violations = Violations()
    ids = read_strings(read_document(), "group_ids", violations)
    violations.raise_if_any()
    return {"is_assigned_to_sso_config": bool(set(ids).intersection(call.realm.sso_groups.items_of(config["id"])))}


def _find_configs(realm: Realm, identity_id: str) -> list[str]:
    """Return the configurations of an identity and its groups."""
    groups = realm.group_identities.holders_of(identity_id)
    found = [*realm.sso_identities.holders_of(identity_id)]
    found += [config_id for group_id in groups for config_id in realm.sso_groups.holders_of(group_id)]
    return list(dict.fromkeys(found))


def _build_page(call: Call, ids: Iterable[str]) -> Record:
    configs = call.realm.objects[CONFIGS]
    listing = call.read_listing(SMALL_PAGES)
    return listing.build_page(CONFIGS, {identifier: configs[identifier] for identifier in ids}, show_in_list)
