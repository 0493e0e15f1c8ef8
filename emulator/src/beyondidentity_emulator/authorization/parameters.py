# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of parameters, for all endpoints of the authorization server."""

from __future__ import annotations

import re

from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError
from flask import request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

FORM = "application/x-www-form-urlencoded"
CHARSETS = ("utf-8", "us-ascii")
REPEATABLE = ("resource", "audience")
"""Parameters that may be sent more than once (RFC 8707 and RFC 8693)."""
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
"""The scopes are separated by one space each (RFC 6749 section 3.3)."""


def check_form() -> None:
    """Refuse other content types, parameters in the URL and repeated parameters (RFC 6749 section 3.2)."""
    if request.mimetype != FORM:
        raise InvalidRequestError(f"The body must be {FORM}.")
    if request.mimetype_params.get("charset", CHARSETS[0]).lower() not in CHARSETS:
        raise InvalidRequestError("The body must be UTF-8.")
    if request.args:
        raise InvalidRequestError("Parameters must be in the body.")
    if find_repeated(request.form):
        raise InvalidRequestError("A parameter was sent more than once.")
    omit_empty()
    check_scope(request.form.get("scope"))


def find_repeated(parameters: MultiDict[str, str]) -> list[str]:
    """Return the names of parameters that were sent more than once."""
    return [name for name, values in parameters.lists() if len(values) > 1 and name not in REPEATABLE]


def omit_empty() -> None:
    """Treat parameters without a value as if they were not sent (RFC 6749 sections 3.1 and 3.2)."""
    request.args = _without_empty(request.args)
    request.form = _without_empty(request.form)


def check_scope(scope: str | None) -> None:
    """Refuse scopes that are separated by anything but one space, or that have other characters than are allowed."""
    if scope is not None and not SCOPE.fullmatch(scope):
        raise InvalidScopeError("The scope must be a list of scopes, separated by one space each.")


def _without_empty(parameters: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(name, value) for name, value in parameters.items(multi=True) if value])
