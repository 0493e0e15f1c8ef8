# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sign-in page: its headers, the choice of a user, and errors for browsers. tests/site shows it in a browser."""

from __future__ import annotations

import json

import pytest
import requests
from joserfc.util import urlsafe_b64decode

from tests.unit.emulator.api import read_json
from tests.unit.emulator.test_authorization_code import App, read_redirect

POLICY = {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "img-src data:"}


def test_sign_in_page_is_not_framed_kept_or_referred_to(tenant):
    app = App.of(tenant)
    tenant.change_settings(sign_in="page")
    headers = app.authorize().headers
    directives = set(headers["Content-Security-Policy"].split("; "))
    assert directives >= POLICY and not any("unsafe" in item or "script" in item for item in directives)
    assert {"form-action 'self' http: https:"} == {item for item in directives if item.startswith("form-action")}
    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


def test_form_can_lead_to_the_scheme_of_an_app(tenant):
    app = App.of(tenant, redirect_uris=["com.example.app:/callback"])
    tenant.change_settings(sign_in="page")
    policy = app.authorize(redirect_uri="com.example.app:/callback").headers["Content-Security-Policy"]
    assert "form-action 'self' http: https: com.example.app:;" in policy


@pytest.mark.parametrize(
    ("accept", "is_page"), [("text/html,*/*;q=0.8", True), ("*/*", False), ("application/json", False)]
)
@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "https://elsewhere.example/"}])
def test_error_without_a_redirect_is_a_page_for_browsers(tenant, changes, accept, is_page):
    app = App.of(tenant)
    url = app.authorize(**changes).url
    response = requests.get(url, headers={"Accept": accept}, allow_redirects=False, timeout=60)
    assert 400 <= response.status_code < 500 and "Location" not in response.headers
    assert response.headers["Content-Type"].startswith("text/html") == is_page
    assert "invalid_" in response.text
    if is_page:
        assert "What to do" in response.text and "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def read_claims(token):
    """Return the claims of a self-contained token, without a check."""
    return json.loads(urlsafe_b64decode(token.split(".")[1].encode()))


def test_chosen_identity_signs_in_and_stays_signed_in(tenant):
    ada, sue = (
        tenant.seed(identities=1, identity={"status": status, "traits": {"username": name}})["identities"][0]
        for name, status in (("ada", "active"), ("sue", "suspended"))
    )
    app = App.of(tenant)
    tenant.change_settings(sign_in="page", refresh_tokens="rotating", refresh_lifetime=600)
    page = app.authorize(scope="openid realms:read")
    assert ">ada" in page.text and "sue" not in page.text

    def choose(identity):
        form = {"decision": "approve", "identity": identity}
        return read_redirect(requests.post(page.url, data=form, allow_redirects=False, timeout=60))

    tokens = read_json(app.exchange(choose(ada)["code"]))
    renewed = read_json(app.refresh(tokens["refresh_token"]))
    principals = [read_claims(value)["bi_p"] for value in (tokens["access_token"], renewed["access_token"])]
    assert {principal.rpartition("/")[2] for principal in principals} == {ada}
    assert choose(sue)["error"] == choose("nobody")["error"] == "access_denied"
