# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorization responses: the redirect that brings the code, and whether it belongs to the request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qs, urlsplit

from .._errors import AuthorizationDeniedError, ForeignResponseError, OptionError
from .._http.urls import get_origin, hide_user_information
from .._text import sanitize_for_display
from .constant_time import are_equal
from .issuer import WRONG_ISSUER_HINT
from .scopes import hint_on_refused_scopes

# Marks that a terminal in bracketed-paste mode puts around pasted text. Some terminals omit the escape character.
_PASTE_MARKS = re.compile(r"^(?:\x1b?\[20[01]~|\s)+|(?:\x1b?\[20[01]~|\s)+$")
_SINGLE_PARAMETERS = ("state", "code", "error", "iss")
_PASTE_HINT = "Paste the whole URL that the browser shows after the sign-in, from http to the end."
_OTHER_SIGN_IN_HINT = "Sign in again, and use the response to the newest request. Close other tabs with a sign-in."
_DENIAL_HINTS = {
    "access_denied": "The user refused, or is not allowed to use this application. Check the roles of the user.",
    "invalid_scope": "The application's allowed scopes do not contain all requested scopes. Add them, or request fewer scopes.",
    "unauthorized_client": "The application's grant types do not include authorization_code. Add it.",
}


def parse_code(query: str, *, state: str, issuer: str, scopes: Iterable[str] | None = None) -> str:
    """Return the code in a response's query (RFC 6749 section 4.1.2, RFC 9207 section 2.4).

    Args:
        scopes: the scopes of the request, for the message if they are refused; `None` if they are not known.

    Raises:
        ForeignResponseError: the response does not belong to the request.
        AuthorizationDeniedError: the authorization server issues no code.
    """
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise ForeignResponseError("The authorization response cannot be parsed.", _PASTE_HINT) from None
    single = {name: items[0] for name, items in values.items() if len(items) == 1}
    if any(name in values and name not in single for name in _SINGLE_PARAMETERS):
        raise ForeignResponseError("The authorization response has a parameter twice.", _OTHER_SIGN_IN_HINT)
    if not are_equal(single.get("state", ""), state):
        raise ForeignResponseError("The authorization response has the state of another sign-in.", _OTHER_SIGN_IN_HINT)
    if "iss" in single and single["iss"] != issuer:
        raise ForeignResponseError(
            f"The authorization response is from another issuer: {sanitize_for_display(single['iss'], 200)}.",
            WRONG_ISSUER_HINT,
        )
    if single.get("error"):
        parts = [sanitize_for_display(single[name]) for name in ("error", "error_description") if single.get(name)]
        raise AuthorizationDeniedError(
            f"The sign-in failed: {': '.join(parts).rstrip('.')}.", _hint_on_denial(single["error"], scopes)
        )
    if not single.get("code"):
        raise ForeignResponseError("The authorization response has neither code nor error.", _PASTE_HINT)
    return single["code"]


def _hint_on_denial(error: str, scopes: Iterable[str] | None) -> str:
    if error == "invalid_scope" and scopes is not None:
        return hint_on_refused_scopes(scopes, "authorization_code")
    return _DENIAL_HINTS.get(error, "")


def parse_code_from_url(
    response: str, *, redirect_uri: str, state: str, issuer: str, scopes: Iterable[str] | None = None
) -> str:
    """Return the code in the whole URL of a response, as a user pastes it, with or without a terminal's marks.

    Raises:
        OptionError: the text is not a URL, or not the request's redirect URI with a query.
        ForeignResponseError, AuthorizationDeniedError: as in `parse_code`.
    """
    try:
        parts, expected = urlsplit(_PASTE_MARKS.sub("", response)), urlsplit(redirect_uri)
        is_expected = _get_target(parts) == _get_target(expected)
    except ValueError:
        raise OptionError("redirect_response is not a valid URL.", _PASTE_HINT) from None
    if not parts.scheme or not parts.query:
        raise OptionError("redirect_response is not the URL of an authorization response.", _PASTE_HINT)
    query = parts.query
    if expected.query:  # a registered URI's own parameters come first (RFC 6749 section 3.1.2)
        is_expected = is_expected and query.startswith(expected.query + "&")
        query = query[len(expected.query) + 1 :]
    if not is_expected:
        raise OptionError(
            f"redirect_response does not belong to the redirect_uri {hide_user_information(redirect_uri)}.",
            _PASTE_HINT,
        )
    return parse_code(query, state=state, issuer=issuer, scopes=scopes)


def _get_target(parts: SplitResult) -> tuple[str, str]:
    """Return a URL without its query, in the same form for all spellings that browsers treat as equal."""
    return get_origin(parts.geturl()), parts.path or "/"
