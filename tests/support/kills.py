# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill a run at each of its requests. One run has a host with a tenant of its own for each place, so that one run is enough."""

from __future__ import annotations

import re
import signal
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from beyondidentity_emulator.client import Tenant
from tests.support.playbook import PlaybookRunner
from tests.support.plays import local_hosts, play
from tests.support.recorder import RecordedRequest, Recorder, Response, forward_to, refuse_request

SECONDS = 900


class KillPoint(NamedTuple):
    """A request of a run, and whether the service carries it out before the kill."""

    number: int
    is_carried_out: bool

    @property
    def host(self) -> str:
        """The name of the host that is killed there."""
        return f"{'after' if self.is_carried_out else 'before'}-{self.number}"


def list_kill_points(journal: list[dict[str, Any]], *, only_writes: bool = False) -> list[KillPoint]:
    """Return the places before and after each request of a run that has this journal, or each that writes, tokens aside."""
    return [
        KillPoint(number, carried_out)
        for number, entry in enumerate(journal, start=1)
        for carried_out in (False, True)
        if not only_writes or (entry["method"] != "GET" and entry["operation"] != "token")
    ]


class _Holder:
    """Forwards the requests of each tenant up to its kill point, and holds that one."""

    def __init__(self, url: str, points: Mapping[str, KillPoint]) -> None:
        self._forward = forward_to(url)
        self._points = points
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.is_complete = threading.Event()
        self.is_over = threading.Event()

    def __call__(self, seen: RecordedRequest) -> Response:
        (tenant,) = re.findall(r"/tenants/([^/]+)", seen.path)
        point = self._points[tenant]
        with self._lock:
            self._counts[tenant] += 1
            number = self._counts[tenant]
        if number < point.number:
            return self._forward(seen)
        if point.is_carried_out and number == point.number:
            self._forward(seen)
        self._hold(tenant)
        return refuse_request(seen)

    def list_missing(self) -> list[str]:
        """Return the hosts that did not come to their kill point, with the number of their requests."""
        return [
            f"{point.host} ({self._counts[tenant]} requests)"
            for tenant, point in self._points.items()
            if not self._counts[f"held {tenant}"]
        ]

    def _hold(self, tenant: str) -> None:
        with self._lock:
            self._counts[f"held {tenant}"] = 1
            if all(self._counts[f"held {name}"] for name in self._points):
                self.is_complete.set()
        self.is_over.wait(SECONDS)


def kill_at(
    run_playbook: PlaybookRunner, tenants: Mapping[KillPoint, Tenant], *tasks: dict[str, Any], core: str = "default"
) -> None:
    """Run the tasks on a host for each kill point, wait until all hosts are there, and kill the run."""
    (url,) = {tenant.emulator.url for tenant in tenants.values()}
    holder = _Holder(url, {tenant.tenant_id: point for point, tenant in tenants.items()})
    with Recorder(holder, finds_home=False) as service, ThreadPoolExecutor(1) as reader:
        hosts = {
            point.host: {name: value.replace(url, service.url) for name, value in tenant.variables.items()}
            for point, tenant in tenants.items()
        }
        running = run_playbook.start(
            play(*tasks, hosts="all", strategy="ansible.builtin.free"),
            inventory=local_hosts(hosts),
            extra_vars={"beyondidentity_timeout": SECONDS},
            args=["-f", str(len(hosts))],
            core=core,
        )
        ended = reader.submit(running.finish, 2 * SECONDS)  # reads the output, so that the run does not wait for that
        try:
            assert holder.is_complete.wait(SECONDS), f"these hosts did not get there: {holder.list_missing()}"
        finally:
            running.signal_all(signal.SIGKILL)
            holder.is_over.set()
            ended.result()
