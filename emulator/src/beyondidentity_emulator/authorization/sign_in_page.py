# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization endpoint, with an optional page where the user approves or denies."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import Response, g, request

from ..management.bearer import Target
from .authorization_request import check_authorization_request, demands_no_page, read_hint, read_state
from .keys import SigningKey
from .signed_in_user import find_signing_in_user

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>
<h1>{application}</h1>
<p>requests: {scopes}</p>
<form method="post">
<button name="decision" value="approve">Sign in as {user}</button>
<button name="decision" value="deny">Refuse</button>
</form></body></html>
"""


def handle_sign_in(server: AuthorizationServer, issuer: str, key: SigningKey) -> Response:
    """Respond to an authorization request with a redirect, or with the page."""
    target: Target = g.target
    settings = target.tenant.settings
    try:
        check_authorization_request(server.query_client, issuer, key)
        grant = server.get_consent_grant()
        _check_authenticator(target, grant.redirect_uri)
        if demands_no_page() and settings.sign_in == "page":
            raise OAuth2Error("The user must sign in.", error="login_required", redirect_uri=grant.redirect_uri)
    except OAuth2Error as error:
        error.state = read_state()
        return _add_iss(server.handle_error_response(None, error), settings.answer_iss)
    decision = settings.sign_in
    if decision == "page":
        decision = request.form.get("decision", "")
    if decision not in ("approve", "deny"):
        values = {
            "application": target.application["display_name"] if target.application else "",
            "scopes": grant.request.scope,
            "user": settings.identity.get("username") or settings.identity["id"],
        }
        return Response(PAGE.format(**{name: escape(value) for name, value in values.items()}))
    # Without a user, Authlib responds with access_denied.
    user = (
        find_signing_in_user(grant.request.client.tenant, grant.request.client.realm) if decision == "approve" else None
    )
    hint = read_hint(issuer, grant.request.client, key)
    if user and hint and hint["sub"] != grant.request.client.choose_subject(user):
        refusal = OAuth2Error("Another user has signed in.", error="login_required", redirect_uri=grant.redirect_uri)
        refusal.state = read_state()
        return _add_iss(server.handle_error_response(None, refusal), settings.answer_iss)
    return _add_iss(server.create_authorization_response(grant_user=user, grant=grant), settings.answer_iss)


def _add_iss(response: Response, iss: str | None) -> Response:
    """Add the issuer to the response if the settings enable it."""
    location = response.headers.get("Location")
    if iss and location:
        value = request.base_url.removesuffix("/authorize") if iss == "issuer" else iss
        response.headers["Location"] = f"{location}{'&' if '?' in location else '?'}iss={quote(value, safe='')}"
    return response


def _check_authenticator(target: Target, redirect_uri: str) -> None:
    """Refuse the request if the application has no authenticator configuration."""
    if target.application is not None and not target.application.get("authenticator_config_id"):
        raise InvalidRequestError("The application has no authenticator configuration.", redirect_uri=redirect_uri)
