# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready-made outages: settings and faults under one name, which start and stop together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outage:
    """What a service does in an outage, in one sentence, and the settings and faults that make the emulator do it."""

    sentence: str
    settings: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()


CREATION = {"part": "management", "method": "POST", "path": "/[^/:]+$", "carry_out": True}
"""Requests to a collection, that is without a verb after a colon."""
TAKEN = {"code": "conflict", "message": "the name is taken"}

OUTAGES = {
    "clock-skew": Outage("The service's clock is one hour ahead.", settings={"clock_offset": 3600}),
    "cut-answers": Outage(
        "The connection ends in the middle of the next two responses of the Management API.",
        faults=({"part": "management", "truncate": 10, "times": 2},),
    ),
    "doubled-answers": Outage("The service sends each response twice.", faults=({"copies": 1},)),
    "early-expiry": Outage(
        "The service refuses tokens two seconds after it issued them.", settings={"early_expiry": 2}
    ),
    "empty-answers": Outage(
        "The service creates objects, but its responses have no body.",
        faults=({**CREATION, "status": 200, "shape": "empty"},),
    ),
    "first-token-refused": Outage(
        "The Management API refuses the first token that a run sends.",
        faults=({"part": "management", "expire_token": True, "times": 1},),
    ),
    "ignored-fields": Outage(
        "The service accepts changes of descriptions, but does not store them.",
        settings={"ignored_fields": ["resource_server.identifier", "group.description", "role.description"]},
    ),
    "lagging-lists": Outage(
        "Lists show creations, changes and deletions one minute late.",
        settings={"listing_delay": 60, "changed_delay": 60, "deleted_delay": 60},
    ),
    "lost-answers": Outage(
        "The service creates objects, but closes the connection without a response.",
        faults=({**CREATION, "drop": "close"},),
    ),
    "mail-failure": Outage("The service cannot send the mail of an invitation.", settings={"mail": "fail"}),
    "masked-errors": Outage(
        "Errors have the status 200, as behind some gateways.",
        settings={"masked_statuses": [400, 401, 403, 404, 409, 422], "token_error_status": 200},
    ),
    "new-application-unknown": Outage(
        "The authorization server knows a new application only after three seconds.",
        settings={"new_application_delay": 3},
    ),
    "rate-limit": Outage(
        "The service accepts five requests in three seconds.", settings={"rate_limit": 5, "rate_window": 3}
    ),
    "refused-credentials": Outage(
        "The authorization server refuses the credentials of applications.",
        faults=({"grant": "client_credentials", "status": 401, "error": "invalid_client"},),
    ),
    "restart": Outage(
        "The next two requests to the Management API fail with the status 503, then the service works again.",
        faults=({"part": "management", "status": 503, "headers": {"Retry-After": "1"}, "times": 2},),
    ),
    "service-unavailable": Outage(
        "All requests to the Management API fail with the status 503.",
        faults=({"part": "management", "status": 503, "headers": {"Retry-After": "1"}},),
    ),
    "shifting-pages": Outage(
        "A page of a list has ten objects, and an identity is inserted while a client reads the list of identities.",
        settings={"page_size_maximum": 10, "paging": "offset"},
        faults=({"operation": "ListIdentities", "shift": "insert", "times": 1},),
    ),
    "short-tokens": Outage("Tokens are valid for five seconds.", settings={"token_lifetime": 5}),
    "slow-answers": Outage("The service responds after three seconds.", faults=({"delay": 3},)),
    "taken-names": Outage(
        "Another client creates each object just before, so the service reports a conflict.",
        faults=({**CREATION, "path": "/(?!credential-binding-jobs$)[^/:]+$", "status": 409, "json": TAKEN},),
    ),
    "text-answers": Outage(
        "A proxy responds with an HTML page and the status 200 instead of the Management API.",
        faults=({"part": "management", "status": 200, "shape": "html", "message": "Sign in to the network"},),
    ),
    "trimmed-names": Outage(
        "The service stores display names without blanks at both ends, and with single blanks.",
        settings={"normalized_fields": {"display_name": ["trim", "collapse"]}},
    ),
}


@dataclass
class StartedOutage:
    """What is needed to stop an outage: the settings from before, and the IDs of its faults."""

    previous: dict[str, Any]
    faults: set[int]


def find_outage(name: Any) -> Outage:
    """Return the outage with a name; raise ValueError with all names if there is none."""
    if name not in OUTAGES:
        raise ValueError(f"unknown outage: {name}; known: {', '.join(OUTAGES)}")
    return OUTAGES[name]
