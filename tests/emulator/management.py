# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Management API: its routes, and what each operation does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import Flask, Response, jsonify, request

from . import identifiers
from .bearer import Place, authorize
from .builtin import new_realm
from .catalogue import OPERATIONS, Operation
from .errors import ApiError, Violations, not_found
from .fields import choice, strict_name
from .kinds import KINDS, Kind
from .paging import PageSizes, page
from .state import Realm, Record, World, now

CLASSIFICATIONS = ("SECURE_CUSTOMER", "SECURE_WORKFORCE", "SECURE_WORFORCE")
"""The last one is how the service's own description spells the second."""
REALM_PAGES = PageSizes(default=20, maximum=200)
OTHER_PAGES = PageSizes()


@dataclass(frozen=True)
class Call:
    """A request that may be carried out: where, and with which path parameters."""

    world: World
    place: Place
    parameters: Mapping[str, str]

    @property
    def realm(self) -> Realm:
        """Return the realm that the path names."""
        if self.place.realm is None:
            raise ApiError(404)
        return self.place.realm

    def page(self, name: str, records: list[Record], sizes: PageSizes = OTHER_PAGES) -> Record:
        """Return one page of a list."""
        maximum = self.place.tenant.settings.page_size_maximum
        if maximum is not None:
            sizes = replace(sizes, maximum=maximum, default=min(sizes.default, maximum))
        return page(name, records, request.args, sizes, request.path)


Handler = Callable[[Call], "Record | None"]


def register(app: Flask, world: World) -> None:
    """Add a route for every operation of the catalogue; a missing handler is an error here, not later."""
    handlers = _handlers()
    for operation in OPERATIONS:
        path = operation.path.replace("{", "<").replace("}", ">")
        app.add_url_rule(
            path, operation.name, _view(world, operation, handlers[operation.name]), methods=[operation.method]
        )


def _view(world: World, operation: Operation, handler: Handler) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        place = authorize(world, operation, parameters["tenant_id"], parameters.get("realm_id"))
        with world.lock:
            answer = handler(Call(world, place, parameters))
        return Response(status=200) if answer is None else jsonify(answer)

    return view


def _handlers() -> dict[str, Handler]:
    handlers: dict[str, Handler] = {
        "GetTenant": lambda call: call.place.tenant.record,
        "UpdateTenant": update_tenant,
        "CreateRealm": create_realm,
        "ListRealms": lambda call: call.page(
            "realms", [realm.record for realm in call.place.tenant.realms.values()], REALM_PAGES
        ),
        "GetRealm": lambda call: call.realm.record,
        "UpdateRealm": update_realm,
        "DeleteRealm": delete_realm,
        "ListTokens": list_tokens,
        "RevokeToken": revoke_token,
    }
    for kind in KINDS:
        handlers.update(_object_handlers(kind))
    return handlers


def _object_handlers(kind: Kind) -> dict[str, Handler]:
    def find(call: Call) -> Record:
        identifier = call.parameters[f"{kind.envelope}_id"]
        record = call.realm.objects[kind.collection].get(identifier)
        if record is None:
            raise not_found(kind.singular, identifier)
        return record

    def find_own(call: Call) -> Record:
        record = find(call)
        if record.get("is_managed"):
            raise ApiError(403, "managed objects can't be modified or deleted")
        return record

    def create(call: Call) -> Record:
        record = {
            "id": identifiers.object_id(),
            "realm_id": call.realm.id,
            "tenant_id": call.place.tenant.id,
            **_built(kind.build, call, kind.envelope, None),
        }
        call.realm.objects[kind.collection][record["id"]] = record
        return record

    def update(call: Call) -> Record:
        current = find_own(call)
        record = {
            **{name: current[name] for name in ("id", "realm_id", "tenant_id")},
            **_built(kind.build, call, kind.envelope, current),
        }
        call.realm.objects[kind.collection][record["id"]] = record
        return record

    def delete(call: Call) -> None:
        record = find_own(call)
        del call.realm.objects[kind.collection][record["id"]]
        if kind.collection == "applications":
            call.place.tenant.revoke_tokens(record["id"])
        else:
            _forget_references(call.realm, f"{kind.envelope}_id", record["id"])

    def listing(call: Call) -> Record:
        return call.page(kind.collection, list(call.realm.objects[kind.collection].values()))

    return {
        f"Create{kind.singular}": create,
        f"List{kind.plural}": listing,
        f"Get{kind.singular}": find,
        f"Update{kind.singular}": update,
        f"Delete{kind.singular}": delete,
    }


def _built(build: Callable[..., Record], call: Call, envelope: str, current: Record | None) -> Record:
    violations = Violations(envelope)
    record = build(call.realm, body(envelope), current, violations)
    violations.raise_if_any()
    return record


def body(envelope: str) -> Record:
    """Return the object in a request's JSON body."""
    document = request.get_json(silent=True)
    if not isinstance(document, dict):
        raise ApiError(400, "invalid request")
    violations = Violations()
    if not isinstance(document.get(envelope), dict):
        violations.add(envelope, "is required")
    violations.raise_if_any()
    return document[envelope]


def _forget_references(realm: Realm, name: str, identifier: str) -> None:
    for record in list(realm.objects["applications"].values()):
        if record.get(name) == identifier:
            changed = {key: value for key, value in record.items() if key != name}
            if name == "resource_server_id":
                changed["protocol_config"] = {**record["protocol_config"], "allowed_scopes": []}
            realm.objects["applications"][record["id"]] = changed


def update_tenant(call: Call) -> Record:
    """Rename the tenant."""
    violations = Violations("tenant")
    tenant = call.place.tenant
    name = strict_name(body("tenant"), tenant.record, violations)
    violations.raise_if_any()
    tenant.record = {**tenant.record, "display_name": name, "update_time": now()}
    return tenant.record


def create_realm(call: Call) -> Record:
    """Create a realm."""
    violations = Violations("realm")
    given = body("realm")
    name = strict_name(given, None, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, CLASSIFICATIONS[0], violations)
    violations.raise_if_any()
    return new_realm(call.place.tenant, name, classification).record


def update_realm(call: Call) -> Record:
    """Change a realm's name or classification."""
    violations = Violations("realm")
    given = body("realm")
    record = call.realm.record
    name = strict_name(given, record, violations)
    classification = choice(given, "classification", CLASSIFICATIONS, record["classification"], violations)
    violations.raise_if_any()
    call.realm.record = {**record, "display_name": name, "classification": classification, "update_time": now()}
    return call.realm.record


def delete_realm(call: Call) -> None:
    """Delete a realm without identities, groups and roles; its applications' tokens die with it."""
    tenant, realm = call.place.tenant, call.realm
    if realm.id == tenant.admin_realm_id or realm.is_in_use():
        raise ApiError(409, "realm has children")
    for application_id in realm.objects["applications"]:
        tenant.revoke_tokens(application_id)
    del tenant.realms[realm.id]


def list_tokens(call: Call) -> Record:
    """List the good tokens that an application issued, perhaps only a principal's."""
    application_id = _application_id(call)
    tokens = [
        token
        for token in call.place.tenant.live_tokens(application_id)
        if request.args.get("principal_type", token.principal_type) == token.principal_type
        and request.args.get("principal_id", token.principal_id) == token.principal_id
    ]
    return call.page("tokens", [token.listed() for token in tokens])


def revoke_token(call: Call) -> None:
    """Revoke a token by its id."""
    application_id = _application_id(call)
    token = call.place.tenant.tokens.get(call.parameters["token_id"])
    if token is None or token.application_id != application_id or not token.is_active():
        raise not_found("Token", call.parameters["token_id"])
    token.revoked = True


def _application_id(call: Call) -> str:
    identifier = call.parameters["application_id"]
    if identifier not in call.realm.objects["applications"]:
        raise not_found("Application", identifier)
    return identifier
