# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GitLab: the CI/CD variables of one project."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.recorder import RecordedRequest
from tests.support.secret_stores.tokens import new_token

PATH = "/api/v4/projects/example%2Fnightly-report/variables"
FIELDS = {"key", "value", "masked", "protected", "raw"}


class GitLab:
    """`PUT` needs a variable that exists, and `POST` one that does not."""

    def __init__(self) -> None:
        self.token = new_token()
        self.variables: dict[str, dict[str, Any]] = {}
        self.writes = 0

    @property
    def values(self) -> dict[str, str]:
        """The current values."""
        return {key: variable["value"] for key, variable in self.variables.items()}

    def answer(self, seen: RecordedRequest) -> tuple[int, Mapping[str, Any]]:
        """Read, create or update a variable."""
        if not seen.path.startswith(PATH):
            raise KeyError(seen.path)
        if seen.headers.get("Private-Token", seen.headers.get("PRIVATE-TOKEN")) != self.token:
            return 401, {"message": "401 Unauthorized"}
        key = seen.path.removeprefix(PATH).removeprefix("/")
        if seen.method == "POST" and not key:
            return self._create(json.loads(seen.body))
        if seen.method not in ("GET", "PUT"):
            raise ValueError(seen.method)
        if key not in self.variables:
            return 404, {"message": "404 Variable Not Found"}
        return 200, self._write(key, json.loads(seen.body)) if seen.method == "PUT" else self.variables[key]

    def _create(self, body: dict[str, Any]) -> tuple[int, Mapping[str, Any]]:
        if body["key"] in self.variables:
            return 400, {"message": {"key": [f"({body['key']}) has already been taken"]}}
        return 201, self._write(body["key"], body)

    def _write(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        if set(body) != FIELDS or (body["masked"] in (True, "True") and not re.fullmatch(r"\S{8,}", body["value"])):
            raise ValueError(sorted(body))
        self.variables[key] = {"variable_type": "env_var", "environment_scope": "*", "hidden": False, **body}
        self.writes += 1
        return self.variables[key]
