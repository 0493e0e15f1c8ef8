# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many applications in a large realm: created, unchanged and changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from beyondidentity_emulator.client import Tenant
from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, Request, bare_task, uri_loop
from tests.benchmark.bench import LOOP_DEBUG, Bench
from tests.benchmark.report import Goal, Rounds, Table

TITLE = "applications in a large realm"

CREATED, UNCHANGED, CHANGED = "created", "unchanged", "one scope changed"
PHASES = (CREATED, UNCHANGED, CHANGED)
DEBUG, OURS, URI = "debug", "application", "uri"
KINDS = (DEBUG, BARE, OURS, URI)
LISTING, WRITES, OTHERS = "listing", "writes", "others"
NAME = "Measured {n}"
BEFORE, AFTER = ["realms:read"], ["groups:read", "realms:read"]
PAGE_SIZE = 100
SCOPES = ("applications:read", "applications:create", "applications:update")


@dataclass(frozen=True)
class Place:
    """A tenant for one phase and one kind of task, and what its tasks do there."""

    tenant: Tenant
    phase: str
    ids: list[str]
    """The applications that exist, in the order of their numbers."""
    token: str

    @classmethod
    def create(cls, bench: Bench, phase: str, count: int, realm: int) -> Place:
        """Return a realm with `realm` applications, of which `count` are those of the task unless it creates them."""
        tenant = bench.emulator.create_tenant()
        own = 0 if phase == CREATED else count
        tenant.seed(applications=realm - own)
        ids = tenant.seed(applications=own, name=NAME)["applications"]
        token = tenant.request_token(*SCOPES)
        tenant.clear_journal()
        return cls(tenant, phase, ids, token)

    def requests(self, count: int) -> list[Request]:
        """Return the requests that write, or read, each application once."""
        return [self._request(number) for number in range(1, count + 1)]

    def _request(self, number: int) -> Request:
        url = f"{self.tenant.realm_url}/applications"
        if self.phase == UNCHANGED:
            return Request("GET", f"{url}/{self.ids[number - 1]}", self.token)
        protocol = {
            "type": "oauth2",
            "confidentiality": "confidential",
            "pkce": "disabled",
            "grant_type": ["client_credentials"],
            "allowed_scopes": BEFORE if self.phase == CREATED else AFTER,
            "redirect_uris": [],
            "token_configuration": {
                "expires_after": 86400,
                "token_signing_algorithm": "RS256",
                "subject_field": "id",
            },
            "token_format": "self_contained",
        }
        if self.phase == CHANGED:
            return Request(
                "PATCH",
                f"{url}/{self.ids[number - 1]}",
                self.token,
                json={"application": {"protocol_config": protocol}},
            )
        fields = {
            "display_name": NAME.replace("{n}", str(number)),
            "resource_server_id": self.tenant.resource_server_id,
            "protocol_config": protocol,
        }
        return Request("POST", url, self.token, json={"application": fields})

    def listing(self) -> Request:
        """Return the request for all pages of the list."""
        url = f"{self.tenant.realm_url}/applications?page_size={PAGE_SIZE}"
        return Request("GET", url, self.token, all_pages=True)


def measure(bench: Bench) -> Table:
    """Measure each phase once per round."""
    count, realm, by_uri = bench.size(500, 5), bench.size(1000, 250), bench.size(20, 1)

    def measure_round(number: int) -> dict[tuple[str, str], float]:
        values: dict[tuple[str, str], float] = {}
        for phase in PHASES:
            places = {kind: Place.create(bench, phase, count, realm) for kind in KINDS}
            tasks = [_warm_up(places[URI])]
            tasks += [_build_task(bench, places[kind], kind, count, by_uri) for kind in alternate(KINDS, 1, number)]
            run = bench.run(bench.play(*tasks))
            values |= {(phase, kind): run.seconds_of(kind) for kind in KINDS}
            values[phase, URI] *= count / by_uri
            values |= {(phase, name): sent for name, sent in _count_requests(places[OURS].tenant).items()}
        return values

    rounds = bench.repeat(measure_round)
    return Table(
        ["applications", "task", "s", "ms each", "x floor", "share of uri", "listing requests", "writes", "others"],
        [row for phase in PHASES for row in _build_rows(rounds, phase, count)],
        [
            f"{count} applications in a realm that has {realm:,} and the built-in one when the task starts.",
            "Floor: a debug message for each application, and all pages of the list and all writes by bare requests.",
            f"uri sends one request for each application, the fewest that work: POST, GET or PATCH, with a token and IDs that"
            f" are given. It has {by_uri} applications; its seconds are scaled up.",
            "The requests of the module application, as the server counted them, without the token request.",
        ],
        list(_compare(rounds, -(-(realm + 1) // PAGE_SIZE))),
    )


def _warm_up(place: Place) -> dict[str, Any]:
    """Return a task that loads the module, without using any of the measured applications."""
    find = {"id": place.tenant.application_id}
    return {"name": "warm up", "beyondidentity.management.application_info": find, "vars": place.tenant.variables}


def _build_task(bench: Bench, place: Place, kind: str, count: int, by_uri: int) -> dict[str, Any]:
    loop = {"loop": f"{{{{ range(1, {count + 1}) | list }}}}"}
    if kind == DEBUG:
        return {"name": DEBUG, **LOOP_DEBUG, **loop}
    if kind == BARE:
        writes = [] if place.phase == UNCHANGED else place.requests(count)
        return bare_task(bench.folder, [place.listing(), *writes])
    if kind == URI:
        return uri_loop(URI, place.requests(by_uri))
    application = {
        "display_name": NAME.replace("{n}", "{{ item }}"),
        "resource_server": place.tenant.resource_server_id,
        "allowed_scopes": AFTER if place.phase == CHANGED else BEFORE,
    }
    return {"name": OURS, "beyondidentity.management.application": application, "vars": place.tenant.variables, **loop}


def _count_requests(tenant: Tenant) -> dict[str, float]:
    sent = [entry for entry in tenant.read_journal() if entry["operation"] != "token"]
    listing = sum(entry["operation"] == "ListApplications" for entry in sent)
    writes = sum(entry["method"] in ("POST", "PATCH") for entry in sent)
    return {LISTING: float(listing), WRITES: float(writes), OTHERS: float(len(sent) - listing - writes)}


def _build_rows(rounds: Rounds, phase: str, count: int) -> Iterator[list[str]]:
    for kind in KINDS:
        own = (phase, kind)
        counts = [rounds.cost((phase, name)).show(0) if kind == OURS else "" for name in (LISTING, WRITES, OTHERS)]
        yield [
            phase,
            kind,
            rounds.cost(own).show(2),
            rounds.cost(own).show(2, 1000 / count),
            rounds.ratio(own, (phase, DEBUG), (phase, BARE)).show(),
            rounds.ratio(own, (phase, URI)).show(4),
            *counts,
        ]


def _compare(rounds: Rounds, pages: int) -> Iterator[Goal]:
    for phase in PHASES:
        yield Goal(f"Applications {phase}, share of uri", rounds.ratio((phase, OURS), (phase, URI)), 0.05, digits=4)
    for phase in PHASES:
        yield Goal(f"Listing requests, {phase}", rounds.cost((phase, LISTING)), pages, digits=0)
