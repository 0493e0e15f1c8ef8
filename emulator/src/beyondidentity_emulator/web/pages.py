# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML pages for persons: one form for all, without scripts, and errors of endpoints that a browser opens."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable
from html import escape
from pathlib import Path

from flask import Response, jsonify, make_response, request

from .errors import ApiError

STYLE = Path(__file__).with_name("pages.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<header><span>Emulator</span> Beyond Identity</header>
<main>
<h1>{title}</h1>
{content}
</main>
<footer><p>An emulator for tests. Nothing here is a real account.</p></footer>
</body>
</html>
"""
_HEADERS = {
    # A form's response redirects to the client, and the client can redirect further, to any origin of its own.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
        "form-action 'self' http: https: {scheme}; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_ADVICE = {
    "invalid_client": "Check the client ID in the address, and that the application of this address has it.",
    "invalid_request": "Check the parameters in the address. The redirect URI must be one of the application's own.",
    "not_found": "Open the whole address again. If it is complete, the object no longer exists.",
    "forbidden": "Check the status of the identity.",
    "status_410": "Ask for a new invitation.",
}
_OTHER_ADVICE = "Start again in the program that opened this page."


def build_page(title: str, content: str, status: int = 200, scheme: str = "") -> Response:
    """Return a page with a heading and HTML; `scheme` is an additional URL scheme that a form can lead to."""
    response = Response(_PAGE.format(title=escape(title), content=content, style=STYLE), status=status)
    for name, value in _HEADERS.items():
        response.headers[name] = value.replace(" {scheme}", f" {scheme}:" if scheme else "")
    return response


def show_errors_as_pages(title: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Let a view respond to a browser with pages instead of JSON errors."""

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(view)
        def show(**parameters: str) -> Response:
            try:
                response = view(**parameters)
            except ApiError as error:
                response = make_response(jsonify(error.body), error.status)
            accepted = request.accept_mimetypes.best_match(["application/json", "text/html"])
            if response.status_code < 400 or accepted != "text/html":
                return response
            return _build_error_page(title, response)

        return show

    return decorate


def _build_error_page(title: str, response: Response) -> Response:
    """Return the page for an OAuth error (RFC 6749) or an error of the Management API."""
    body = response.get_json(silent=True) or {}
    code = str(body.get("error") or body.get("code") or f"status {response.status_code}")
    rows = {"Error": f"<code>{escape(code)}</code>"}
    description = body.get("error_description") or body.get("message")
    if description:
        rows["Description"] = escape(str(description))
    items = "\n".join(f"<dt>{name}</dt>\n<dd>{value}</dd>" for name, value in rows.items())
    advice = escape(_ADVICE.get(code, _OTHER_ADVICE))
    return build_page(title, f"<dl>\n{items}\n</dl>\n<h2>What to do</h2>\n<p>{advice}</p>", response.status_code)
