# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Call every tool of the vendor's MCP server against the emulator, and list the calls that the emulator refuses.

The server is public: https://github.com/gobeyondidentity/bi-mcp. Install its dependencies (`npm install`) and pass
its folder: `make vendor-client CLIENT=...`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from beyondidentity_emulator.client import Emulator, Tenant
from beyondidentity_emulator.management.catalogue import SCOPES

COMMAND = ("node", "--import", "tsx", "src/index.ts")
PROTOCOL = "2025-03-26"
REQUEST_MILLISECONDS = "10000"
CALLS = Path(__file__).parents[1] / "support" / "data" / "vendor_client_calls.yml"


class Client:
    """The vendor's MCP server as a process, with JSON-RPC over its standard streams."""

    def __init__(self, folder: Path, token: str, url: str) -> None:
        environment = {**os.environ, "API_KEY": token, "BASE_URL": url, "BI_HTTP_TIMEOUT_MS": REQUEST_MILLISECONDS}
        self._process = subprocess.Popen(
            COMMAND, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._number = 0
        information = {"name": "emulator-tests", "version": "1"}
        self.request("initialize", {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": information})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait()

    def request(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a request."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters})
        for line in self._process.stdout or ():
            message = json.loads(line)
            if message.get("id") == self._number:
                failure = {"isError": True, "content": [{"text": json.dumps(message.get("error"))}]}
                return dict(message.get("result") or failure)
        raise SystemExit(f"The client ended with code {self._process.wait()}.")

    def list_tools(self) -> dict[str, dict[str, Any]]:
        """Return the input schema of each tool."""
        return {tool["name"]: tool["inputSchema"] for tool in self.request("tools/list", {})["tools"]}

    def call(self, tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        """Call a tool; return whether it succeeded, and its text."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        return not result.get("isError"), str(result["content"][0]["text"])

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


def main(folder: Path) -> int:
    """Make all calls; return 1 if one is refused or a tool is missing in the table."""
    calls = yaml.safe_load(CALLS.read_text(encoding="utf-8"))
    refused = []
    with Emulator.start() as emulator:
        tenant = emulator.create_tenant()
        with Client(folder, tenant.request_token(*SCOPES), emulator.url) as client:
            schemas = client.list_tools()
            ids = {"admin_realm": tenant.realm_id, "builtin": tenant.application_id}
            for call in calls:
                if not _call(client, tenant, schemas[call["tool"]], call, ids):
                    refused.append(call["tool"])
    tools = {call["tool"] for call in calls}
    missing = sorted(set(schemas) - tools - {"search_tools"})
    print(
        f"{len(calls)} calls of {len(tools)} tools; {len(refused)} refused; not called: {', '.join(missing) or 'none'}"
    )
    return 1 if refused or missing else 0


def _call(client: Client, tenant: Tenant, schema: dict[str, Any], call: dict[str, Any], ids: dict[str, str]) -> bool:
    tool, name = call["tool"], call.get("id")
    if tool == "list_credentials":
        _bind_passkey(tenant, ids)
    given = _insert(call.get("arguments", {}), ids)
    if "realm_id" in schema["properties"]:
        given.setdefault("realm_id", ids.get("realm", tenant.realm_id))
    succeeded, text = client.call(tool, given)
    print(f"{'ok     ' if succeeded else 'REFUSED'} {tool}{'' if succeeded else ': ' + text}")
    found = re.search(r'"id": ?"([^"]+)"', text) if succeeded and name else None
    if found and name:
        ids[name] = found[1]
    return succeeded


def _bind_passkey(tenant: Tenant, ids: dict[str, str]) -> None:
    """Bind a passkey, which no tool does."""
    seeded = tenant.seed(credentials=1, identity_id=ids["pat"], realm_id=ids["realm"])
    ids["credential"] = seeded["credentials"][0]


def _insert(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _insert(part, ids) for key, part in value.items()}
    if isinstance(value, list):
        return [_insert(part, ids) for part in value]
    return re.sub(r"^{(\w+)}$", lambda match: ids.get(match[1], match[0]), value) if isinstance(value, str) else value


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
