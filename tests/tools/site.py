# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site in `.build/site`.

The sources are the Markdown files, the documentation of plugins and roles, and the comments at the head of playbooks.
This module copies the Markdown files with their relative paths, so that links between them work as on GitHub.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.tools.paths import BUILD, COLLECTION, ROOT, clear_folder, lock_folder
from tests.tools.tree import copy_tree

SITE = BUILD / "site"
BIN = ROOT / ".venv-docs" / "bin"
_MARKDOWN = ("*.md", "LICENSE", "docs/*.md", "docs/pictures/*.svg", "roles/*/README.md")
_SOURCE_URL = "https://github.com/beyondidentity/ansible-management/blob/main"
_KINDS = {"module": "Modules", "lookup": "Lookups", "filter": "Filters", "callback": "Callbacks", "role": "Roles"}

# A kind and one name or several: "modules `authorize` and `pkce`".
_MENTION = re.compile(r"\b(?P<kind>module|lookup|filter|callback|playbook)s?(?P<names>(?:(?:,| and| or)*\s`\w+`)+)")
_TITLE = re.compile(rf"^{re.escape(COLLECTION)}\.(?P<name>\w+ \w+) -- (?P<description>.+)\n(?=\++\n)", re.MULTILINE)
_PICTURE = re.compile(r'<img [^>]*src="(?P<path>[^"]+\.svg)"[^>]*>')
# The theme lists the headings of a page beside it.
_CONTENTS = re.compile(r"^\.\. contents::\n(?: +.*\n)+", re.MULTILINE)
# What assistive technology needs, and the theme and the reference pages lack.
_ACCESSIBILITY = {
    '<p class="caption" role="heading">': '<p class="caption">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    "<pre>": '<pre tabindex="0">',  # the keyboard scrolls only elements that have the focus
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    ' aria-role="button"': "",
}
_FENCE = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)


def main(folder: Path) -> int:
    """Build the site; return 1 after a warning."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    source = clear_folder(folder / "source")
    source.chmod(0o755)  # antsibull-docs refuses other modes
    tree = copy_tree(folder)
    _write_reference(source / "reference", folder, environment)
    collect_pages(tree, source)
    sphinx: list[str | Path] = [BIN / "sphinx-build", "-W", "--keep-going", "--quiet", "--jobs", "auto", "-b", "html"]
    command = [*sphinx, "-d", folder / "doctrees", source, clear_folder(SITE)]
    code = subprocess.run(command, env=environment, check=False).returncode
    for path in SITE.rglob("*.html"):
        path.write_text(improve_access(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 1 if code else 0


def improve_access(page: str) -> str:
    """Correct the accessibility of a page, and link its pictures."""
    for old, new in _ACCESSIBILITY.items():
        page = page.replace(old, new)
    return _PICTURE.sub(lambda match: f'<a class="picture" href="{match["path"]}">{match[0]}</a>', page)


def _write_reference(folder: Path, collections_path: Path, environment: dict[str, str]) -> None:
    """Write a page for each plugin and role."""
    folder.mkdir(mode=0o755)
    options = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version")
    command: list[str | Path] = [BIN / "antsibull-docs", "collection", *options, "--dest-dir", folder, COLLECTION]
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(collections_path), "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false"}
    subprocess.run(command, env={**environment, **settings}, check=True, stdout=subprocess.DEVNULL)


def collect_pages(tree: Path, source: Path) -> None:
    """Add the Markdown files, the page on playbooks, the indexes and the settings to the reference pages."""
    for path in sorted(path for pattern in _MARKDOWN for path in tree.glob(pattern)):
        target = source / path.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    for path in (tree / "docs" / "site").iterdir():
        shutil.copy2(path, source)
    descriptions = {path.stem: shorten_page(path) for path in sorted((source / "reference").glob("*_*.rst"))}
    playbooks = sorted((tree / "playbooks").glob("*.yml"))
    (source / "playbooks.md").write_text(describe_playbooks(playbooks), encoding="utf-8")
    (source / "reference" / "index.rst").write_text(_index_reference(descriptions), encoding="utf-8")
    for path in source.rglob("*.md"):
        text = link_names(path.read_text(encoding="utf-8"), path, source)
        # The README of the collection becomes the home page.
        path.write_text(re.sub(r"\]\(((?:\.\./)+)README\.md", r"](\1index.md", text), encoding="utf-8")
    readme = (source / "README.md").read_text(encoding="utf-8")
    (source / "README.md").unlink()
    (source / "index.md").write_text(readme + _list_pages(readme, source), encoding="utf-8")


def link_names(text: str, page: Path, source: Path) -> str:
    """Link the names of plugins and playbooks in a Markdown text to their pages."""
    up = "../" * len(page.relative_to(source).parent.parts)

    def link(kind: str, name: str) -> str:
        target = f"{up}playbooks.md#{name}" if kind == "playbook" else f"{up}reference/{name}_{kind}.rst"
        exists = kind == "playbook" or (source / "reference" / f"{name}_{kind}.rst").exists()
        return f"[`{name}`]({target})" if exists and page.name != "playbooks.md" else f"`{name}`"

    def link_all(match: re.Match[str]) -> str:
        return match[0].replace(
            match["names"], re.sub(r"`(\w+)`", lambda name: link(match["kind"], name[1]), match["names"])
        )

    parts = _FENCE.split(text)
    return "".join(part if number % 2 else _MENTION.sub(link_all, part) for number, part in enumerate(parts))


def describe_playbooks(paths: Iterable[Path]) -> str:
    """Return the page on playbooks, made from the comments at their heads."""
    sections = ["# Playbooks\n"]
    for path in paths:
        comment = re.match(r"---\n((?:#.*\n)+)", path.read_text(encoding="utf-8"))
        text = re.sub(r"(?m)^# ?", "", comment[1]) if comment else ""
        source = f"[Source]({_SOURCE_URL}/playbooks/{path.name})"
        sections.append(f"## {path.stem}\n\n`{COLLECTION}.{path.stem}` ({source})\n\n{_to_markdown(text)}")
    return "\n".join(sections)


def _to_markdown(text: str) -> str:
    """Put the indented blocks of a comment into fences."""

    def fence(match: re.Match[str]) -> str:
        block = re.sub(r"(?m)^  ", "", match[0].strip("\n"))
        language = "yaml" if re.match(r"\w+: ", block) else "shell"
        return f"```{language}\n{block}\n```\n"

    return re.sub(r"(?:^  .*\n)+", fence, text, flags=re.MULTILINE)


def shorten_page(path: Path) -> str:
    """Remove the collection's name from the title of a reference page, and its contents; return its description."""
    text = _CONTENTS.sub("", path.read_text(encoding="utf-8"))
    path.write_text(_TITLE.sub(r"\g<name>: \g<description>\n", text), encoding="utf-8")
    return title["description"] if (title := _TITLE.search(text)) else ""


def _index_reference(descriptions: dict[str, str]) -> str:
    """Return the index of the reference pages, with short names."""
    lines = ["Reference", "=========", ""]
    for kind, title in _KINDS.items():
        pages = {page.removesuffix(f"_{kind}"): page for page in descriptions if page.endswith(f"_{kind}")}
        listed = [f"* :doc:`{name} <{page}>`: {descriptions[page]}" for name, page in sorted(pages.items())]
        entries = [f"   {name} <{page}>" for name, page in sorted(pages.items())]
        lines += [title, "-" * len(title), "", *listed, "", ".. toctree::", "   :hidden:", "", *entries, ""]
    page = "environment_variables"
    lines += ["Environment", "-----------", "", f"* :doc:`Environment variables <{page}>`", ""]
    return "\n".join([*lines, ".. toctree::", "   :hidden:", "", f"   Environment variables <{page}>", ""])


def _list_pages(readme: str, source: Path) -> str:
    """Return the contents of the side bar, with the guides in the order of the README."""
    guides = list(dict.fromkeys(re.findall(r"\]\((docs/[\w-]+)\.md", readme.partition("\n## Guides\n")[2])))
    roles = sorted(str(path.relative_to(source).with_suffix("")) for path in source.glob("roles/*/README.md"))
    groups = {
        "Guides": guides,
        "Roles and playbooks": [*roles, "playbooks"],
        "Reference": ["reference/index"],
        "Project": ["Changelog <CHANGELOG>", "Contributing <CONTRIBUTING>", "Security policy <SECURITY>"],
    }
    parts = [
        "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", ""])
        for caption, pages in groups.items()
    ]
    return "".join(parts)


if __name__ == "__main__":
    with lock_folder("docs") as place:
        sys.exit(main(place))
