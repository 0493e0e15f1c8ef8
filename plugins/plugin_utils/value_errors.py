# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Ansible cannot decrypt or template a value, told without a part of a secret."""

from __future__ import annotations

import re

from ansible.errors import AnsibleUndefinedVariable
from ansible.parsing.vault import AnsibleVaultError
from jinja2 import TemplateSyntaxError

from ..module_utils._errors import OptionError
from ..module_utils._text import sanitize_for_display

_SINGLE_EXPRESSION = re.compile(r"{{[^{}]*}}")
_LOOKUP = re.compile(r"\b(?:lookup|query|q)\(\s*['\"]([A-Za-z0-9_.]+)['\"]")
_OWN_LOOKUP = "beyondidentity.management.token"  # its messages contain no secret
_NAME = re.compile(r"\w+")
_UNDEFINED = re.compile(r"(?:.* has no attribute )?'(\w+)'(?: is undefined)?")
_UNDECRYPTABLE = "UndecryptableVaultError"  # since ansible-core 2.19; the type has no public name
_BRACES = "If its text has braces that are not a template, mark it !unsafe."
_PASSWORD = "Start Ansible with --vault-password-file or --ask-vault-pass, or set ANSIBLE_VAULT_PASSWORD_FILE."
_OTHER_PASSWORD = (
    "Check the vault password and the vault ID, or encrypt the value again with ansible-vault encrypt_string."
)


def build_value_error(name: str, error: Exception, *, secret_text: str | None) -> OptionError:
    """Return the error for a value that Ansible cannot decrypt or template.

    Args:
        name: the name of the value, for the message.
        secret_text: the template, if a part of it may be a secret: the error's own text may contain it. Otherwise `None`.
    """
    reason, hint = _explain_vault(error) or _explain_template(error, secret_text)
    return OptionError(f"Cannot use {name}: {reason}.", hint)


def _explain_vault(error: Exception) -> tuple[str, str] | None:
    """Return the reason and the advice if the value is vaulted and cannot be decrypted."""
    for cause in _list_causes(error):
        if isinstance(cause, AnsibleVaultError) or type(cause).__name__ == _UNDECRYPTABLE:
            if "no vault secrets found" in str(cause):
                return "it is vaulted, and Ansible has no vault password", _PASSWORD
            if "could decrypt" in str(cause):
                return "it is vaulted with another password than Ansible has", _OTHER_PASSWORD
            return "its vaulted text is damaged", _OTHER_PASSWORD
    return None


def _explain_template(error: Exception, secret_text: str | None) -> tuple[str, str]:
    if secret_text is None:
        return _remove_repetitions(sanitize_for_display(error)), _BRACES
    causes = _list_causes(error)
    if any(isinstance(cause, TemplateSyntaxError) for cause in causes):
        return "its text is not a valid template", _BRACES
    # the names in a single expression are no part of a secret
    expression = secret_text if _SINGLE_EXPRESSION.fullmatch(secret_text.strip()) else ""
    if isinstance(error, AnsibleUndefinedVariable):
        undefined = _UNDEFINED.match(str(causes[-1]))
        if undefined and undefined[1] in _NAME.findall(expression):
            return f"'{undefined[1]}' is undefined", "Define it."
        return "a variable in its template is undefined", _BRACES
    if any(isinstance(cause, RecursionError) for cause in causes):
        return "its template refers to itself", "Use another variable name."
    lookup = _LOOKUP.search(expression)
    if lookup and lookup[1] == _OWN_LOOKUP:
        return _remove_repetitions(sanitize_for_display(causes[-1])), ""
    if lookup:
        return f"the lookup {lookup[1]} in its template failed", "Call the lookup in a debug task to see the reason."
    return f"{type(causes[-1]).__name__} in its template", _BRACES


def _remove_repetitions(text: str) -> str:
    """Return a text with each sentence once: ansible-core 2.16 appends an error's cause, which is often the same."""
    return ". ".join(dict.fromkeys(text.rstrip(".").split(". ")))


def _list_causes(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, the first cause last."""
    causes = [error]
    while (cause := _get_cause(causes[-1])) is not None and cause not in causes:
        causes.append(cause)
    return causes


def _get_cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)
