# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All pages of a long list."""

from __future__ import annotations

from tests.benchmark.alternation import alternate
from tests.benchmark.bare import BARE, Request, bare_task, uri_task
from tests.benchmark.bench import Bench
from tests.benchmark.report import Table

TITLE = "all pages of a list of identities by `api`"

DEBUG, OURS, URI = "debug", "api", "uri"
KINDS = (DEBUG, BARE, OURS, URI)
PAGE_SIZE = 200


def measure(bench: Bench) -> Table:
    """Read the list several times per round."""
    identities, times = bench.size(10_000, 500), bench.size(2, 1)
    tenant = bench.emulator.create_tenant()
    tenant.seed(identities=identities)
    url = f"{tenant.realm_url}/identities?page_size={PAGE_SIZE}"
    pages = -(-identities // PAGE_SIZE)

    def measure_round(number: int) -> dict[str, float]:
        tenant.clear_journal()
        listing = Request("GET", url, tenant.request_token("identities:read"))
        arguments = {"operation": "ListIdentities", "parameters": {"page_size": PAGE_SIZE}, "all_pages": True}
        tasks = {
            DEBUG: {"name": DEBUG, "ansible.builtin.debug": {"msg": "Hello"}},
            BARE: bare_task(bench.folder, [Request("GET", url, listing.token, all_pages=True)]),
            OURS: {"name": OURS, "beyondidentity.management.api": arguments},
            URI: uri_task(URI, listing),
        }
        ordered = [tasks[kind] for kind in alternate(KINDS, times, number)]
        run = bench.run(bench.play(tasks[DEBUG] | {"name": "warm up"}, *ordered, vars=tenant.variables))
        values = {kind: run.seconds_of(kind) / times for kind in KINDS}
        values[URI] *= pages
        listings = [entry["headers"].get("User-Agent", "") for entry in tenant.read_journal(operation="ListIdentities")]
        values["requests"] = sum("ansible-httpget" not in agent for agent in listings) / times - pages
        return values

    rounds = bench.repeat(measure_round)
    rows = [
        [
            kind,
            {DEBUG: "0", OURS: rounds.cost("requests").show(0)}.get(kind, str(pages)),
            rounds.cost(kind).show(3),
            rounds.ratio(kind, DEBUG, BARE).show(),
            f"{rounds.ratio(URI, kind).show(1)} x it",
        ]
        for kind in KINDS
    ]
    return Table(
        ["task", "requests", "s", "x floor", "uri costs"],
        rows,
        [
            f"{identities:,} identities in pages of {PAGE_SIZE}. Floor: a debug message and the same pages by bare requests.",
            "uri reads one page; its seconds are scaled to all pages.",
        ],
    )
