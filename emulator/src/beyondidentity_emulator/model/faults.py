# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that tests add: the requests that they match, and their effects."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from .checked_fields import Count, Limits, RegularExpression, Seconds, Status, check_values

COUNTERS = frozenset({"id", "seen", "used"})
AUTHORIZATION = frozenset({"token", "authorize", "revoke", "introspect", "discovery", "jwks"})
"""The operations of the authorization server; all others are those of the Management API."""


@dataclass
class Fault:
    """One fault. The first group of fields selects requests, the second sets the effect; unset fields have none.

    A fault with `status`, `redirect`, `body`, `json`, `shape` or `size` replaces the operation; otherwise the
    operation runs, and its response is changed or delayed. `drop` alone prevents the operation. With `carry_out`, the
    operation runs in both cases. Examples:

    - a refusal with status 200: `status=200, shape="oauth", error="invalid_client"`, or `json={"error": "..."}`
    - a creation without a body: `method="POST", carry_out=True, status=204, shape="empty"`
    - a deletion with a text: `method="DELETE", carry_out=True, status=200, body="deleted"`
    - a creation whose response is lost: `method="POST", carry_out=True, drop="close"`
    """

    tenant: str | None = None
    """ID of the tenant."""
    method: str | None = None
    """Method of the request, for example `POST`."""
    path: RegularExpression | None = None
    """Matches a part of the path."""
    operation: str | None = None
    """Name of the operation in the journal, for example `CreateGroup` or `token`."""
    part: Literal["management", "authorization"] | None = None
    """The part of the service: the `management` API with SCIM, or the `authorization` server."""
    grant: str | None = None
    """The `grant_type` of a token request."""
    skip: Count = 0
    """How many matching requests are left alone first."""
    times: Count | None = None
    """How many requests the fault affects; null: all."""

    status: Status | None = None
    """Status of the response; 200 if only a body is set."""
    shape: Literal["management", "oauth", "html", "empty"] | None = None
    """Format of the error body: `management`, `oauth`, `html` or `empty`. Default: the endpoint's format."""
    error: str | None = None
    """The `error` of an `oauth` body."""
    message: str | None = None
    """The text of an error body."""
    body: str | None = None
    """The response's body, sent unchanged."""
    json: Any = None
    """The response's body, sent as JSON."""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to the response; replace its headers of the same name."""
    redirect: str | None = None
    """Location of a redirect (302 unless `status` says otherwise)."""
    size: Count | None = None
    """Length of a body of blanks around `{}`."""
    gzip: bool = False
    """Compress the body (with `size`: a bomb)."""
    merge: dict[str, Any] | None = None
    """Replaces keys of the operation's JSON response, also inside of objects; null removes a key (RFC 7396)."""
    expire_token: bool = False
    """The request's bearer token expires first."""
    carry_out: bool = False
    """The operation is carried out before the connection is closed (`drop`) or its successful response is replaced.
    With `status` alone, the response keeps its body."""
    drop: Literal["close", "reset"] | None = None
    """`close` the connection, or `reset` it, instead of a response."""
    shift: Literal["delete", "insert"] | None = None
    """After a page that is not the last, `delete` one of its objects, or `insert` one that belongs before the next
    page. For lists of realms, of objects of a realm and of tokens; name the `operation`, too. `total_size` counts the change from the next page on."""
    delay: Seconds = 0.0
    """Seconds before the response."""
    drip: Seconds = 0.0
    """Seconds between pieces of the response."""
    drip_part: Literal["body", "head"] = "body"
    """`body`: send the head at once; `head`: send all of the response in pieces."""
    drip_size: Annotated[int, Limits(1)] = 1
    """Bytes in a piece."""
    truncate: Count | None = None
    """Send only this many bytes of the body, fewer than Content-Length, then close."""
    copies: Count = 0
    """How often the response is sent again on the same connection, as if it belonged to the next request."""
    surplus: str = ""
    """Text that is sent after the end of the response on the same connection."""

    id: int = 0
    seen: int = 0
    used: int = 0

    def matches(self, values: Mapping[str, Any]) -> bool:
        """Return whether the fault applies to a request, given its values without digests."""
        pairs = (
            (self.tenant, values["tenant_id"]),
            (self.method, values["method"]),
            (self.operation, values["operation"]),
            (self.grant, values["grant"]),
            (self.part, "authorization" if values["operation"] in AUTHORIZATION else "management"),
        )
        if any(wanted is not None and wanted != found for wanted, found in pairs):
            return False
        return self.path is None or re.search(self.path, values["path"]) is not None

    def replaces_response(self) -> bool:
        """Return whether the fault sends a response instead of the operation's."""
        return any(
            value is not None for value in (self.status, self.shape, self.body, self.json, self.redirect, self.size)
        )


class Faults:
    """The faults, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, values: dict[str, Any]) -> Fault:
        """Add a fault; an unknown field or a value that a field does not allow is an error."""
        if values.get("drop") is True:
            values = {**values, "drop": "close"}
        check_values(Fault, values, "fields of a fault", COUNTERS)
        fault = Fault(**values, id=next(self._numbers))
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, values: Mapping[str, Any]) -> Fault | None:
        """Return the first fault that applies to a request, and count the request."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if not fault.matches(values):
                    continue
                fault.seen += 1
                if fault.seen <= fault.skip or (fault.times is not None and fault.used >= fault.times):
                    continue
                fault.used += 1
                return fault
        return None

    def list_faults(self) -> list[dict[str, Any]]:
        """Return all faults with their counts."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear(self, tenant_id: str | None = None) -> None:
        """Remove the faults of a tenant, or all."""
        with self._lock:
            self._faults = [fault for fault in self._faults if tenant_id is not None and fault.tenant != tenant_id]

    def remove(self, identifiers: set[int]) -> None:
        """Remove faults by ID."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.id not in identifiers]
