# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the files of a new state module: `make new-module NAME=theme`.

Each file has the words FILL_IN where you must write, and `make lint` fails until none is left.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.tools.paths import ROOT

TEMPLATES = Path(__file__).parent
FILES = {
    "module.py": "plugins/modules/{name}.py",
    "action.py": "plugins/action/{name}.py",
    "unit_test.py": "tests/unit/test_module_{name}.py",
    "target.yml": "tests/integration/targets/{name}/tasks/main.yml",
    "changelog.yml": "changelogs/fragments/{name}.yml",
}
NEXT = """Next:

1. Add {constant} to plugins/module_utils/_management/resource_types.py, as the other types of objects.
2. Replace each FILL_IN: git grep -n FILL_IN
3. Add the object to OBJECTS in tests/support/published_fields.py.
4. Let the emulator know the object: emulator/src/beyondidentity_emulator/management/object_types.py
5. Extend tests/support/canary_plays if the object has a secret.
6. Run: make lint, make unit, make integration ARGS="-k {name}"
"""


class UnsuitableNameError(ValueError):
    """A name that a module cannot have."""


def write_module(name: str, root: Path = ROOT) -> list[str]:
    """Write the files of a module, and add it to the action group and to the contents; return the names of all files.

    Raises:
        UnsuitableNameError: the name is not in snake case, or a file exists.
    """
    targets = {source: root / target.format(name=name) for source, target in FILES.items()}
    if not re.fullmatch(r"[a-z]+(?:_[a-z]+)*", name):
        raise UnsuitableNameError(
            f"'{name}' is not a valid name. Use lower case and underscores, such as identity_provider."
        )
    existing = [str(path.relative_to(root)) for path in targets.values() if path.exists()]
    if existing:
        raise UnsuitableNameError(f"{existing[0]} exists already. Choose another name, or remove the file.")
    values = {
        "name": name,
        "NAME": name.upper(),
        "Name": name.title().replace("_", ""),
        "words": name.replace("_", " "),
    }
    for source, target in targets.items():
        text = (TEMPLATES / f"{source}.in").read_text(encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"@(name|NAME|Name|words)@", lambda match: values[match[1]], text), encoding="utf-8")
    aliases = targets["target.yml"].parents[1] / "aliases"
    aliases.write_text("cloud/beyondidentity\n", encoding="utf-8")
    changed = [_add_to_group(name, root), _add_to_contents(name, values["words"], root)]
    return [str(path.relative_to(root)) for path in (*targets.values(), aliases, *changed)]


def _add_to_group(name: str, root: Path) -> Path:
    path = root / "meta" / "runtime.yml"
    head, _key, names = path.read_text(encoding="utf-8").partition("  all:\n")
    group = sorted({*re.findall(r"- (\w+)", names), name})
    path.write_text(f"{head}  all:\n" + "".join(f"    - {item}\n" for item in group), encoding="utf-8")
    return path


def _add_to_contents(name: str, words: str, root: Path) -> Path:
    path = root / "docs" / "contents.md"
    row = f"| module `{name}` | FILL_IN: creates, updates and removes {words}s |\n"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("| module `api` |", f"{row}| module `api` |", 1), encoding="utf-8")
    return path


def main(arguments: list[str]) -> int:
    """Write the files of the module with the name in the only argument."""
    if len(arguments) != 1 or not arguments[0]:
        sys.exit("Set the name of the module: make new-module NAME=theme")
    try:
        written = write_module(arguments[0])
    except UnsuitableNameError as error:
        sys.exit(str(error))
    print("Written:", *written, sep="\n  ", end="\n\n")
    print(NEXT.format(name=arguments[0], constant=arguments[0].upper()), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
