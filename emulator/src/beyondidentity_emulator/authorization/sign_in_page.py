# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorization endpoint, with an optional page where the user approves or denies."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote, urlsplit

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import Response, g, request

from ..management.bearer import Target
from ..web.pages import build_page
from .signed_in_user import User, choose_signing_in_user, find_signing_in_user, list_signing_in_users

FEW = 5
"""More users than these are a list to choose from; fewer are radio buttons."""


def handle_sign_in(server: AuthorizationServer) -> Response:
    """Respond to an authorization request with a redirect, or with the page."""
    target: Target = g.target
    settings = target.tenant.settings
    try:
        grant = server.get_consent_grant()
        _check_authenticator(target, grant.redirect_uri)
    except OAuth2Error as error:
        error.state = request.args.get("state")
        return server.handle_error_response(None, error)
    tenant, realm = grant.request.client.tenant, grant.request.client.realm
    decision = settings.sign_in
    if decision == "page":
        decision = request.form.get("decision", "")
    if decision not in ("approve", "deny"):
        name = target.application["display_name"] if target.application else ""
        return _build_page(name, grant.request.scope, list_signing_in_users(tenant, realm), grant.redirect_uri)
    user = None  # without a user, Authlib responds with access_denied
    if decision == "approve":
        chosen = request.form.get("identity")
        user = choose_signing_in_user(tenant, realm, chosen) if chosen else find_signing_in_user(tenant, realm)
    return _add_iss(server.create_authorization_response(grant_user=user, grant=grant), settings.answer_iss)


def _build_page(application: str, scope: str, users: list[User], redirect_uri: str) -> Response:
    """Return the page: who signs in, what the application requests, and two buttons."""
    scopes = "\n".join(f"<li><code>{escape(name)}</code></li>" for name in (scope or "").split())
    content = f"""<p><strong>{escape(application)}</strong> requests access with these scopes:</p>
<ul aria-label="Requested scopes">
{scopes}
</ul>
<form method="post">
{_build_choice(users)}
{_build_buttons(users)}
</form>"""
    scheme = urlsplit(redirect_uri).scheme
    is_own = scheme not in ("http", "https") and re.fullmatch(r"[a-z][a-z0-9.+-]*", scheme)
    return build_page(f"Sign in to {application}", content, scheme=scheme if is_own else "")


def _build_buttons(users: list[User]) -> str:
    """Return the buttons that approve and deny the request; without a user, a button that leads back."""
    if not users:
        return '<button class="primary" name="decision" value="deny">Back to the application</button>'
    approve = f"Sign in as {_name(users[0])}" if len(users) == 1 else "Sign in"
    return (
        f'<button class="primary" name="decision" value="approve">{escape(approve)}</button>\n'
        '<button name="decision" value="deny">Refuse</button>'
    )


def _build_choice(users: list[User]) -> str:
    """Return the fields with which the user says who signs in; none if there is only one user."""
    if len(users) == 1:
        return ""
    if not users:
        return "<p>No active identity of this realm can sign in.</p>"
    if len(users) > FEW:
        options = "\n".join(
            f'<option value="{escape(user.get("id", ""))}">{escape(", ".join([_name(user), *_list_details(user)]))}</option>'
            for user in users
        )
        return (
            '<label class="heading" for="identity">Sign in as</label>\n'
            f'<select id="identity" name="identity">\n{options}\n</select>'
        )
    radios = "\n".join(
        f'<label class="choice"><input type="radio" name="identity" value="{escape(user.get("id", ""))}"'
        f"{' checked' if user is users[0] else ''}><span>{escape(_name(user))}"
        f"{''.join(f' <small>{escape(detail)}</small>' for detail in _list_details(user))}</span></label>"
        for user in users
    )
    return f"<fieldset>\n<legend>Sign in as</legend>\n{radios}\n</fieldset>"


def _name(user: User) -> str:
    return user.get("username") or user.get("id", "")


def _list_details(user: User) -> list[str]:
    """Return what distinguishes a user from others beside the name."""
    return [user["email"]] if user.get("email") else []


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
