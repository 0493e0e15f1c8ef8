# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML document of a seed file. Errors never quote the file, because each line of it can have a secret."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..model.start_error import StartError

MAXIMUM_BYTES = 256 * 1024


@dataclass(frozen=True)
class SeedDocument:
    """The content of a file, and whether only its owner can read the file."""

    path: Path
    content: Any
    is_private: bool


class _RefusedError(yaml.MarkedYAMLError):
    """YAML that a seed file must not have."""


class _Loader(yaml.SafeLoader):
    """Refuses repeated keys, and aliases, which could make a small file a large document."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise _RefusedError(problem="an alias (*name)", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge" or key.value in found:
                problem = "a repeated key, a merge key (<<) or a key that is not a text"
                raise _RefusedError(problem=problem, problem_mark=key.start_mark)
            found.add(key.value)
        return super().construct_mapping(node, deep)


def read_document(path: Path) -> SeedDocument:
    """Read a seed file."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise StartError(
            f"Cannot read the seed file {path}: {os.strerror(error.errno or 0)}. Check the path and its permissions."
        ) from None
    if len(content) > MAXIMUM_BYTES:
        raise StartError(
            f"The seed file {path} is larger than 256 KiB. Create many objects with the control endpoints."
        )
    return SeedDocument(path, _parse(path, content), not stat.S_IMODE(mode) & 0o077)


def _parse(path: Path, content: bytes) -> Any:
    try:
        document = yaml.load(content.decode("utf-8"), _Loader)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()  # no dates and no half characters
        return document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        problem = f"{error.problem} is not allowed" if isinstance(error, _RefusedError) else "not valid YAML"
        raise StartError(
            f"{path}: {place}: {problem}. Check the indentation, and put texts with special characters in quotes."
        ) from None
    except (yaml.YAMLError, TypeError, ValueError):
        raise StartError(
            f"{path}: the file is not text in UTF-8, or has a value that JSON cannot express. Put dates in quotes."
        ) from None
    except RecursionError:
        raise StartError(
            f"{path}: the document is nested too deeply. Use the structure of the documentation."
        ) from None
