# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that a user installs: each call goes to a stand-in in the process of the test, which keeps no file."""

from __future__ import annotations

from dataclasses import dataclass

# Reads its input only if a value is to come from there: otherwise, the input can be a terminal or a pipe without end.
COMMAND = """\
#!{python}
import json, os, sys, urllib.request
argv = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
data = sys.stdin.read() if {{"set", "apply"}} & set(argv) else ""
call = {{"argv": argv, "stdin": data, "token": os.environ.get("GH_TOKEN", "")}}
request = urllib.request.Request("{url}/command", json.dumps(call).encode())
with urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open(request) as response:
    answer = json.load(response)
print(answer["output"], file=sys.stderr if answer["status"] else sys.stdout)
sys.exit(answer["status"])
"""


@dataclass(frozen=True)
class Command:
    """A call of a command, with the token of its environment."""

    argv: list[str]
    stdin: str
    token: str
