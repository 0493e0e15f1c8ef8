# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that is less tidy than the emulator: a server that forwards requests to the emulator and changes responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.support.recorder import RecordedRequest, Recorder, RequestHandler, Response, forward_to

Forward = Callable[[RecordedRequest], Response]
Rule = Callable[[RecordedRequest, Forward], Response]


@contextmanager
def run_untidy_service(tenant: Any, rule: Rule) -> Iterator[str]:
    """Run a service whose responses are those of the rule; yield its URL, for the option api_url."""
    forward: RequestHandler = forward_to(tenant.api_url)
    with Recorder(lambda seen: rule(seen, forward)) as recorder:
        yield recorder.url


def change_json(response: Response, change: Callable[[dict[str, Any]], Any]) -> Response:
    """Return a response whose JSON object `change` changed in place."""
    status, headers, content = response
    document = json.loads(content)
    change(document)
    return status, headers, json.dumps(document).encode()


def change_request(seen: RecordedRequest, change: Callable[[dict[str, Any]], Any]) -> RecordedRequest:
    """Return a request whose JSON object `change` changed in place, so the service does not see what was sent."""
    document = json.loads(seen.body)
    change(document)
    return replace(seen, body=json.dumps(document).encode())


def is_listing(seen: RecordedRequest, collection: str) -> bool:
    """Whether a request lists a collection."""
    return seen.method == "GET" and seen.path.partition("?")[0].endswith(f"/{collection}")


class LaggingListing:
    """Shows the state at the time of the first listing, in all listings. Requests by ID show the present state."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self.shown: Response | None = None

    def __call__(self, seen: RecordedRequest, forward: Forward) -> Response:
        """Serve a request."""
        if not is_listing(seen, self.collection):
            return forward(seen)
        self.shown = self.shown or forward(seen)
        return self.shown


class MissingById:
    """Responds 404 to the first requests for single objects."""

    def __init__(self, rule: Rule, collection: str, times: int) -> None:
        self.rule, self.collection, self.times = rule, collection, times

    def __call__(self, seen: RecordedRequest, forward: Forward) -> Response:
        """Serve a request."""
        if seen.method == "GET" and f"/{self.collection}/" in seen.path and self.times > 0:
            self.times -= 1
            return 404, {"Content-Type": "application/json"}, b'{"code": "not_found", "message": "not found"}'
        return self.rule(seen, forward)
