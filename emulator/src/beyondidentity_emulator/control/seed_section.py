# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mapping of a seed file, with typed access to its fields and errors that name the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..model.start_error import StartError
from ..model.state import Record
from ..web.errors import ApiError
from .seed_document import SeedDocument

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CREDENTIAL = re.compile(r"[\x21-\x7e]{1,512}")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
SHOWN_KEY = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True)
class Section:
    """A mapping in the document. No error quotes a value."""

    document: SeedDocument
    environment: Mapping[str, str]
    path: str
    values: Mapping[Any, Any]

    @classmethod
    def of_document(cls, document: SeedDocument, environment: Mapping[str, str]) -> Section:
        """Return the mapping at the top of a document."""
        root = cls(document, environment, "", {})
        return root._nest("", document.content)

    def error(self, name: str, message: str) -> StartError:
        """Return the error for a field; without a name, for the section itself."""
        place = ".".join(part for part in (self.path, name) if part)
        return StartError(f"{self.document.path}: {place or 'the document'}: {message}.")

    def check_names(self, *known: str) -> None:
        """Refuse fields that the section cannot have."""
        for name in self.values:
            if name not in known:
                shown = name if isinstance(name, str) and SHOWN_KEY.fullmatch(name) else "a field"
                raise self.error(shown, f"unknown field; use {', '.join(known)}")

    def text(self, name: str) -> str | None:
        """Return a text, or None if it is omitted."""
        value = self.values.get(name)
        if value is None and name not in self.values:
            return None
        if not isinstance(value, str):
            raise self.error(name, "must be a text; put it in quotes")
        if not value:
            raise self.error(name, "is empty; give a text, or omit the field")
        return value

    def required_text(self, name: str) -> str:
        """Return a text that must not be omitted."""
        value = self.text(name)
        if value is None:
            raise self.error(name, "is missing; add it")
        return value

    def identifier(self) -> str | None:
        """Return the field `id`."""
        value = self.text("id")
        if value is not None and not ID.fullmatch(value):
            raise self.error(
                "id", "must have 1 to 64 letters, digits, `.`, `_` and `-`, and begin with a letter or digit"
            )
        return value

    def credential(self, name: str, is_secret: bool) -> str | None:
        """Return a client ID or secret, or the value of the environment variable in `{env: NAME}`."""
        if name not in self.values:
            return None
        given = self.values[name]
        if isinstance(given, dict):
            value = self._read_environment(name, given)
        elif not isinstance(given, str):
            raise self.error(name, "must be a text in quotes, or {env: NAME}")
        elif is_secret and not self.document.is_private:
            raise self.error(
                name,
                f"other users can read this secret; run `chmod 600 {self.document.path}`, or use {{env: NAME}}",
            )
        else:
            value = given
        if not CREDENTIAL.fullmatch(value):
            raise self.error(name, "must have 1 to 512 printable ASCII characters without spaces")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; false if it is omitted."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise self.error(name, "must be true or false")
        return value

    def seconds(self, name: str, default: int) -> int:
        """Return a number of seconds."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**32:
            raise self.error(name, "must be a whole number of seconds")
        return value

    def texts(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return a list of different texts."""
        value = self.values.get(name, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "must be a list of texts; put them in quotes")
        for number, item in enumerate(value):
            if item in value[:number]:
                raise self.error(f"{name}[{number}]", "is a duplicate; remove it")
        return list(value)

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a mapping whose keys are texts."""
        value = self.values.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self.error(name, "must be a mapping of names to values")
        return value

    def section(self, name: str) -> Section:
        """Return a nested section; an empty one if it is omitted."""
        return self._nest(name, self.values.get(name, {}))

    def sections(self, name: str) -> list[Section]:
        """Return a list of nested sections."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise self.error(name, "must be a list")
        return [self._nest(f"{name}[{number}]", item) for number, item in enumerate(value)]

    def find(
        self, name: str, wanted: str, records: Mapping[str, Record], list_names: Callable[[Record], Collection[str]]
    ) -> str:
        """Return the ID of the object with this ID, or else with this name."""
        if wanted in records:
            return wanted
        found = [identifier for identifier, record in records.items() if wanted in list_names(record)]
        if not found:
            raise self.error(name, "no object of this realm has this name or ID; correct it, or add the object")
        if len(found) > 1:
            raise self.error(name, "several objects of this realm have this name; use the ID of one")
        return found[0]

    def call_api(self, function: Callable[[], Any], names: Mapping[str, str]) -> Any:
        """Call a function of the API. Its errors name fields in another form, which `names` translates."""
        try:
            return function()
        except ApiError as error:
            details = error.body.get("details", [])
            violations = [item for detail in details for item in detail.get("field_violations", [])]
            if not violations:
                raise self.error("", str(error)) from None
            inner = violations[0]["field"].partition(".")[2]
            name = names.get(inner, inner.rpartition(".")[2])
            raise self.error(name, violations[0]["description"]) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self.error("", "a field has a value of a wrong type; compare it with the documentation") from None

    def _nest(self, name: str, value: Any) -> Section:
        if not isinstance(value, dict):
            raise self.error(name, "must be a mapping of fields to values")
        path = ".".join(part for part in (self.path, name) if part)
        return Section(self.document, self.environment, path, value)

    def _read_environment(self, name: str, given: dict[Any, Any]) -> str:
        variable = given.get("env")
        if set(given) != {"env"} or not isinstance(variable, str) or not variable:
            raise self.error(name, "must be a text in quotes, or {env: NAME}")
        value = self.environment.get(variable)
        if not value:
            shown = f" {variable}" if VARIABLE.fullmatch(variable) else ""  # otherwise it could be the secret itself
            raise self.error(f"{name}.env", f"the environment variable{shown} is not set; set it, and start again")
        return value
