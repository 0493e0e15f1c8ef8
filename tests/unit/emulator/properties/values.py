# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of fields and parameters, and bodies: valid ones by their schema, and those that no careful client sends."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.support.openapi import resolved

Path = tuple[str | int, ...]


def nest(depth: int, value: Any = None) -> Any:
    """Return lists in lists."""
    for _level in range(depth):
        value = [value]
    return value


TEXTS = [
    *(
        "",
        " ",
        "x",
        "é",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff\ud800",
        "\U0001f600",
        "\u202e",
        "١",
        "²",
        "x" * 65,
        "x" * 301,
    ),
    *(
        "x" * 5000,
        "null",
        "true",
        "0",
        "-1",
        "1e9",
        "4294967296",
        "9" * 30,
        "9" * 6000,
        "{}",
        "[]",
        "%00",
        "../..",
        "a/b",
        "a:b",
        "a b",
    ),
    *(
        "a@example.com",
        "https://pets.example/cb",
        "http://[",
        "https://[::1",
        "//",
        "urn:x",
        "\r\nX: y",
        "2026-11-28T00:00:00Z",
    ),
    *('display_name eq "x"', 'userName eq "x"', "display_name desc", "active", "suspended", "platform", "oidc", "saml"),
    *(
        "deadbeefdeadbeef",
        "00000000-0000-4000-8000-000000000000",
        "members",
        'members[value eq "x"]',
        "pets:read pets:read",
    ),
]
OTHERS: list[Any] = [
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, -(10**300), 0.5, -0.0, 1e308),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        ["x", "x"],
        ["x", 1],
        {"": ""},
        {"id": "x"},
        {"x": None},
        {"type": []},
        {"type": "x"},
    ),
    *([{"value": 1}], [{"value": ["x"]}], {"value": {}}, {"\x00": "\ud800"}, nest(50), nest(500, "x"), ["x"] * 2000),
]
odd_text = st.sampled_from(TEXTS) | st.text(max_size=20)
odd_value = st.sampled_from(OTHERS) | odd_text
any_json = st.recursive(
    odd_value, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(odd_text, inner, max_size=3), max_leaves=6
)

RAW_BODIES = [
    *(
        b"",
        b" ",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"1",
        b"{}",
        b"{}{}",
        b"\xff",
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
    ),
    *('{"a": 1}'.encode("utf-16"), '{"a": 1}'.encode("utf-32"), b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -1e999}'),
    *(
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 20000,
        b'{"a":' * 20000,
        b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}",
        b"\x00" * 10,
    ),
    *(b"a=b", b"a=b&a=c", b"%ff=%zz&&=", b"--x\r\n", b'{"a": "\\ud800"}', b'{"a": "\\uD8"}'),
]


def from_schema(schema: Any, texts: st.SearchStrategy[str], depth: int = 0) -> st.SearchStrategy[Any]:
    """Return valid values of a schema; `texts` are those without other limits."""
    schema = resolved(schema)
    kinds = schema.get("oneOf") or schema.get("anyOf")
    if depth > 6:
        return st.none()
    if kinds:
        return st.one_of([from_schema(kind, texts, depth + 1) for kind in kinds])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("type") == "boolean":
        return st.booleans()
    if schema.get("type") in ("integer", "number"):
        return st.integers(schema.get("minimum", 0), min(schema.get("maximum", 10**6), 10**6))
    if schema.get("type") == "array":
        return st.lists(from_schema(schema["items"], texts, depth + 1), min_size=schema.get("minItems", 0), max_size=3)
    if schema.get("type") == "string":
        return texts
    properties, required = read_properties(schema)
    values = {name: from_schema(item, texts, depth + 1) for name, item in properties.items()}
    return st.fixed_dictionaries(
        {name: value for name, value in values.items() if name in required},
        optional={name: value for name, value in values.items() if name not in required},
    )


def read_properties(schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the properties of an object that requests can have, and the names of those that they must have."""
    properties = {
        name: item for name, item in schema.get("properties", {}).items() if not resolved(item).get("readOnly")
    }
    required = set(schema.get("required", ()))
    for part in map(resolved, schema.get("allOf", ())):
        inner, needed = read_properties(part)
        properties, required = {**properties, **inner}, required | needed
    return properties, required


@st.composite
def mutated(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:
    """Return a value with one or two parts replaced, removed or added."""
    value = copy.deepcopy(draw(values))
    for _number in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from([(), *list_paths(value)])) or (None,)
        if last is None:
            return draw(any_json)
        parent = value
        for name in path:
            parent = parent[name]
        how = draw(st.integers(0, 9))
        if how == 0:
            del parent[last]
        elif how == 1 and isinstance(parent, dict):
            parent[draw(odd_text)] = copy.deepcopy(draw(any_json))
        else:
            parent[last] = copy.deepcopy(draw(odd_value))
    return value


def list_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value[:5]) if isinstance(value, list) else ()
    for name, item in items:
        yield (*path, name)
        if len(path) < 8:
            yield from list_paths(item, (*path, name))


@st.composite
def written(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> bytes:
    """Return a value as JSON, or as text that is nearly JSON."""
    text = json.dumps(draw(values), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    how = draw(st.integers(0, 29))
    if how == 0:
        return text[: draw(st.integers(0, len(text)))]
    if how == 1:
        place = draw(st.integers(0, len(text)))
        return text[:place] + draw(st.sampled_from([b"\xff", b"\x00", b"\xc3", b",", b'"', b"\\u"])) + text[place:]
    if how == 2 and text.startswith(b"{") and len(text) > 2:
        return text[:-1] + b", " + text[1:]  # each key twice
    if how == 3:
        return draw(st.sampled_from(RAW_BODIES))
    return text
