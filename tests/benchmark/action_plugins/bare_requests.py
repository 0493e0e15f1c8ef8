# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send HTTP requests by the library requests, over a kept connection, and record how long they take.

This is an action plugin, so it runs where our modules run, between the tasks that it is compared with. The time is that
of the requests alone: neither the start of the task nor the opening of the connection counts.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import requests
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Send the requests in a file; see tests/benchmark/bare.py."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return how many requests were sent."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        entries = json.loads(Path(self._task.args["file"]).read_text(encoding="utf-8"))
        with requests.Session() as session:
            session.trust_env = False
            session.get(entries[0]["connect"], timeout=60)  # opens the connection
            start = time.perf_counter()
            sent = sum(_send(session, entry) for entry in entries)
            seconds = time.perf_counter() - start
        line = json.dumps({"task": self._task.get_name(), "seconds": seconds, "requests": sent})
        with open(os.environ["BENCHMARK_TIMES"], "a", encoding="utf-8") as file:
            file.write(line + "\n")
        result["sent"] = sent
        return result


def _send(session: requests.Session, entry: dict[str, Any]) -> int:
    """Send a request as often as it says, and all pages that follow; return the number of requests."""
    options = {key: entry[key] for key in ("headers", "data", "json") if key in entry}
    auth = tuple(entry["auth"]) if "auth" in entry else None
    sent = 0
    for _number in range(entry.get("count", 1)):
        page: dict[str, str] = {}
        while True:
            response = session.request(entry["method"], entry["url"], params=page, auth=auth, timeout=60, **options)
            response.raise_for_status()
            sent += 1
            following = response.json().get("next_page_token") if entry.get("all_pages") else None
            if not following:
                break
            page = {"page_token": following}
    return sent
