# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolution of options from sources that a test sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleUndefinedVariable

from ansible_collections.beyondidentity.management.plugins.module_utils._connection_options import (
    CONNECTION_OPTIONS,
    Option,
)
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_precedence import resolve_options
from ansible_collections.beyondidentity.management.plugins.plugin_utils.option_sources import (
    OptionSources,
    ResolvedOptions,
)

OMIT = "__omit_place_holder__0123"


def template(value: Any) -> Any:
    """Replace Ansible's templar: `{{ undefined }}` fails, `{{ omit }}` omits, any other value is returned as it is."""
    if value == "{{ undefined }}":
        raise AnsibleUndefinedVariable("'undefined' is undefined")
    return OMIT if value == "{{ omit }}" else value


def make_sources(
    variables: Mapping[str, Any] | None = None,
    task: Mapping[str, str] | None = None,
    process: Mapping[str, str] | None = None,
) -> OptionSources:
    """Return option sources. Variables and environments are given without their prefixes."""
    return OptionSources(
        {"omit": OMIT, **{f"beyondidentity_{name}": value for name, value in (variables or {}).items()}},
        template,
        {f"BEYONDIDENTITY_{name.upper()}": value for name, value in (task or {}).items()},
        {f"BEYONDIDENTITY_{name.upper()}": value for name, value in (process or {}).items()},
    )


def resolve(
    arguments: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    task: Mapping[str, str] | None = None,
    process: Mapping[str, str] | None = None,
    ignored: frozenset[str] = frozenset(),
    options: Iterable[Option] = CONNECTION_OPTIONS,
) -> ResolvedOptions:
    """Resolve options from these four sources, the strongest first."""
    return resolve_options(arguments or {}, make_sources(variables, task, process), ignored, options)
