# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare loops of our modules and lookup with loops of `debug` and `uri`, all in one playbook against the emulator.

Each loop is timed inside the play, from before its first item to after its last, without the start of
ansible-playbook. Compare the ratios; the seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.emulator.client import Emulator, Tenant
from tests.support.collection import link_collection

TOKEN_URI = {
    "url": "{{ beyondidentity_issuer }}/token",
    "method": "POST",
    "user": "{{ beyondidentity_client_id }}",
    "password": "{{ beyondidentity_client_secret }}",
    "force_basic_auth": True,
    "body_format": "form-urlencoded",
    "body": {"grant_type": "client_credentials", "scope": "realms:read"},
}
LOOPS: dict[str, dict[str, Any]] = {
    "ansible.builtin.debug": {"ansible.builtin.debug": {"msg": "{{ item }}"}},
    "token, new for each item": {"beyondidentity.management.token": {"scopes": "realms:read", "token_cache": "none"}},
    "token, cached": {"beyondidentity.management.token": {"scopes": "realms:read"}},
    "lookup token, cached": {
        "ansible.builtin.debug": {"msg": "{{ lookup('beyondidentity.management.token', 'realms:read') | length }}"}
    },
    "ansible.builtin.uri": {"ansible.builtin.uri": TOKEN_URI, "no_log": True},
}
BASE, OURS, URI = "ansible.builtin.debug", "token, new for each item", "ansible.builtin.uri"


def main() -> int:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--items", type=int, default=200, help="items of each loop (default %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds, of which medians are taken (default %(default)s)"
    )
    parser.add_argument(
        "--uri-items", type=int, default=40, help="items of uri's loop, scaled up (default %(default)s)"
    )
    options = parser.parse_args()
    with Emulator.start() as emulator:
        tenant = emulator.tenant()
        rounds = [_run_round(tenant, options.items, options.uri_items) for _round_number in range(options.rounds)]
        requests = len(tenant.journal(operation="token"))
    cost = {name: statistics.median(times[name] for times in rounds) for name in LOOPS}
    print(f"{options.items} items per loop, median of {options.rounds} rounds, {requests} token requests in total\n")
    print(f"{'loop':24} {'ms per item':>10} {'x debug':>8} {'uri / it':>9}")
    for name, seconds in cost.items():
        print(f"{name:24} {seconds * 1000:10.2f} {seconds / cost[BASE]:8.2f} {cost[URI] / seconds:9.1f}")
    print(f"\nA new token costs {cost[OURS] / cost[BASE]:.2f} times a debug message (at most 2 is promised).")
    print(f"uri costs {cost[URI] / cost[OURS]:.1f} times as much as a new token (at least 30 is promised).")
    return 0


def _run_round(tenant: Tenant, items: int, uri_items: int) -> dict[str, float]:
    """Run ansible-playbook once; return the seconds per item by loop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = {loop: uri_items if loop == URI else items for loop in LOOPS}
        (folder / "play.yml").write_text(yaml.safe_dump([_build_play(counts, folder / "times.yml")]), encoding="utf-8")
        (folder / "hosts").write_text("localhost ansible_connection=local\n", encoding="utf-8")
        environment = {
            **os.environ,
            **tenant.environment,
            "HOME": name,
            "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        }
        command = [Path(sys.executable).with_name("ansible-playbook"), "-i", folder / "hosts", folder / "play.yml"]
        command += ["-e", "@" + str(_write_variables(folder / "vars.yml", tenant.variables))]
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        stamps = yaml.safe_load((folder / "times.yml").read_text(encoding="utf-8"))
    moments = [float(stamp) for stamp in stamps]
    return {loop: (moments[2 * i + 1] - moments[2 * i]) / counts[loop] for i, loop in enumerate(LOOPS)}


def _build_play(counts: dict[str, int], times: Path) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = []
    for loop, task in LOOPS.items():
        tasks += [
            _build_time_task(),
            {"name": loop, **task, "loop": f"{{{{ range({counts[loop]}) | list }}}}"},
            _build_time_task(),
        ]
    save = {"content": "{{ moments | to_json }}", "dest": str(times), "mode": "0600"}
    tasks.append({"name": "Save the times", "ansible.builtin.copy": save})
    return {"hosts": "localhost", "gather_facts": False, "vars": {"moments": []}, "tasks": tasks}


def _build_time_task() -> dict[str, Any]:
    now = "{{ moments + [now(fmt='%s.%f') | string] }}"
    return {"name": "Record the time", "ansible.builtin.set_fact": {"moments": now}}


def _write_variables(path: Path, variables: dict[str, str]) -> Path:
    path.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
