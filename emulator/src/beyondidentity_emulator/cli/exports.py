# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that connect the collection with the emulator, in the formats of shells and programs."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model.start_error import StartError
from .private_files import remove_unchanged, write_private_file

PREFIX = "BEYONDIDENTITY_"
VARIABLES = tuple(
    PREFIX + name
    for name in (
        *(
            "ISSUER",
            "REGION",
            "AUTH_URL",
            "API_URL",
            "TENANT_ID",
            "AUTH_REALM_ID",
            "APPLICATION_ID",
            "REALM_ID",
            "REALM",
        ),
        *("PINNED_REALM_ID", "CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN", "CLIENT_AUTH_METHOD", "GRANT_TYPE"),
        *("EXPIRATION_TIME", "MIN_VALIDITY", "TOKEN_CACHE", "TIMEOUT", "RETRIES", "RETRY_MAX_WAIT", "VALIDATE_CERTS"),
        *("CA_PATH", "CLIENT_CERT", "CLIENT_KEY", "CLIENT_KEY_PASSWORD", "PROXY", "AUDIT_FILE"),
    )
)
"""All environment variables of the collection. An export sets or unsets each, so that none of another tenant remains."""
EMULATOR_VARIABLES = ("EMULATOR_URL", "EMULATOR_CONTROL_TOKEN")

Values = Mapping[str, "str | None"]


def format_shell(values: Values) -> str:
    """Return the lines for a POSIX shell."""
    unset = [name for name, value in values.items() if value is None]
    lines = [f"unset {' '.join(unset)}"] if unset else []
    lines += [f"export {name}={shlex.quote(value)}" for name, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


def format_dotenv(values: Values) -> str:
    """Return the lines of a .env file. An empty value is the same as none for the collection."""
    return "".join(f"{name}={_quote_dotenv(name, value or '')}\n" for name, value in values.items())


def format_json(values: Values) -> str:
    """Return a JSON object on one line; unset variables are null."""
    return json.dumps(values) + "\n"


FORMATS: dict[str, Callable[[Values], str]] = {"shell": format_shell, "dotenv": format_dotenv, "json": format_json}


@dataclass(frozen=True)
class Export:
    """A format and a file; None is stdout."""

    format: str
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> Export:
        """Read FORMAT[:FILE]."""
        name, colon, file = text.partition(":")
        if name not in FORMATS:
            raise StartError(f"the format must be one of {', '.join(FORMATS)}")
        if colon and not file:
            raise StartError(f"the file is missing: give {name}:FILE, or {name} for stdout")
        return cls(name, Path(file).absolute() if file else None)


def complete_values(values: Mapping[str, str]) -> dict[str, str | None]:
    """Return all variables, with None for those to unset."""
    for name, value in values.items():
        if not value.isprintable():
            raise StartError(
                f"The value of {name} has characters that cannot be exported. Use printable characters only."
            )
    return {name: values.get(name) for name in (*VARIABLES, *EMULATOR_VARIABLES)}


@contextlib.contextmanager
def publish(exports: list[Export], values: Values) -> Iterator[None]:
    """Write the exports, then the line `ready`. Remove the files at the end: without the emulator, they lead nowhere."""
    with contextlib.ExitStack() as stack:
        for export in exports:
            text = FORMATS[export.format](values)
            if export.path is None:
                _print(text)
            else:
                stack.callback(remove_unchanged, export.path, write_private_file(export.path, text))
        _print("ready\n")
        yield


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, UnicodeError):
        raise StartError("Cannot write to stdout. Keep it open until the line `ready`.") from None


def _quote_dotenv(name: str, value: str) -> str:
    """Quote a value so that shells and parsers of .env files agree on it."""
    if shlex.quote(value) == value or not value:
        return value
    if not any(text in value for text in ("'", "\\", "${")):
        return f"'{value}'"
    if not any(character in value for character in '"\\$`'):
        return f'"{value}"'
    raise StartError(
        f"The value of {name} has characters that dotenv files cannot contain. Use --export shell or json."
    )
