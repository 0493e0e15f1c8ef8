# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's pages for persons in a real browser. Screenshots are saved below `.build/screenshots`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from selenium.webdriver.common.keys import Keys

from beyondidentity_emulator.client import Tenant
from tests.support.browser import Browser
from tests.support.recorder import Recorder
from tests.support.sign_in_application import SignInApplication, parameters

WIDTHS = {"desktop": 1280, "phone": 320}
SCHEMES = ("light", "dark")
SCOPES = ("realms:read", "applications:read")
PEOPLE = ("ada", "Grace.Hopper", "zoe")
MANY = 7
MARKUP = "<img src=x onerror=alert(1)>"
MARKS = ("banner", "main", "contentinfo")


@dataclass(frozen=True)
class Page:
    """A page: its address, its heading, and whether its status is an error."""

    url: str
    heading: str
    is_error: bool = False


@dataclass(frozen=True)
class Client:
    """A server that persons come back to, and its application."""

    server: Recorder
    application: SignInApplication

    def build_url(self, **changes: str) -> str:
        """Return an authorization request."""
        url: str = self.application.request(*SCOPES, redirect_uri=f"{self.server.url}/callback")["url"]
        return f"{url.partition('?')[0]}?{urlencode({**parameters(url), **changes})}"

    def read_response(self) -> dict[str, str]:
        """Return the parameters that the browser brought back; none if it did not come back."""
        (path, *_more) = [seen.path for seen in self.server.requests if seen.path.startswith("/callback")] or [""]
        return parameters(path)


@pytest.fixture
def tenant(emulator: Any) -> Tenant:
    """Return a tenant that shows the page."""
    created: Tenant = emulator.create_tenant(sign_in="page")
    return created


@pytest.fixture
def client(tenant: Tenant) -> Iterator[Client]:
    """Return a client."""
    with Recorder(
        lambda _seen: (200, {"Content-Type": "text/html"}, b"<title>Back</title>"), finds_home=False
    ) as server:
        yield Client(server, SignInApplication.of(tenant, f"{server.url}/callback"))


def seed_people(tenant: Tenant) -> dict[str, str]:
    """Create identities, one of them suspended; return the IDs of the active ones by name."""
    ids = {}
    for name in PEOPLE:
        traits = {"username": name, "primary_email_address": f"{name.lower()}@example.com"}
        (ids[name],) = tenant.seed(identities=1, identity={"display_name": name, "traits": traits})["identities"]
    tenant.seed(identities=1, identity={"status": "suspended", "traits": {"username": "sue"}})
    return ids


def create_link(tenant: Tenant) -> str:
    """Invite a person; return the link."""
    (identity,) = tenant.seed(identities=1, identity={"traits": {"username": "ada"}})["identities"]
    headers = {"Authorization": f"Bearer {tenant.request_token('credential-binding-jobs:create')}"}
    configuration = requests.get(
        f"{tenant.realm_url}/authenticator-configs",
        headers={"Authorization": f"Bearer {tenant.request_token('authenticator-configs:read')}"},
        timeout=60,
    ).json()["authenticator_configs"][0]["id"]
    job = {"delivery_method": "RETURN", "authenticator_config_id": configuration}
    url = f"{tenant.realm_url}/identities/{identity}/credential-binding-jobs"
    created = requests.post(url, json={"job": job}, headers=headers, timeout=60)
    return str(created.json()["credential_binding_link"])


def build_pages(name: str, tenant: Tenant, client: Client) -> Page:
    """Return one of the pages."""
    sign_in = "Sign in to Sign-in application"
    if name == "one-user":
        return Page(client.build_url(), sign_in)
    if name == "few-users":
        seed_people(tenant)
        return Page(client.build_url(), sign_in)
    if name == "many-users":
        tenant.seed(identities=MANY)
        return Page(client.build_url(), sign_in)
    if name == "no-user":
        tenant.change_settings(identity_roles=True)
        return Page(client.build_url(), sign_in)
    if name == "unknown-client":
        return Page(client.build_url(client_id="nobody"), "Cannot sign in", is_error=True)
    if name == "wrong-redirect-uri":
        return Page(client.build_url(redirect_uri="https://elsewhere.example/"), "Cannot sign in", is_error=True)
    if name == "unknown-application":
        return Page(f"{tenant.realm_url}/applications/none/authorize?client_id=x", "Cannot sign in", is_error=True)
    if name == "invitation":
        return Page(create_link(tenant), "Create a passkey")
    return Page(f"{create_link(tenant)}x", "Cannot use this invitation", is_error=True)


NAMES = (
    "one-user",
    "few-users",
    "many-users",
    "no-user",
    "unknown-client",
    "wrong-redirect-uri",
    "unknown-application",
    "invitation",
    "wrong-invitation",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_and_fits_the_window(name: str, tenant: Tenant, client: Client, browser: Browser) -> None:
    page = build_pages(name, tenant, client)
    browser.open(page.url)
    problems: dict[Any, Any] = {}
    for (width_name, width), scheme in itertools.product(WIDTHS.items(), SCHEMES):
        browser.resize(width)
        browser.prefer(scheme)
        browser.screenshot(f"emulator-{name}-{width_name}-{scheme}")
        if found := browser.find_violations():
            problems[width_name, scheme] = found
        if browser.run("return document.documentElement.scrollWidth") > width:
            problems[width_name, scheme, "width"] = "too wide"
        assert {text: ratio for text, ratio in browser.contrasts().items() if ratio < 4.5} == {}
    assert problems == {}
    roles = browser.list_roles()
    assert [role for role, _name in roles if role in MARKS] == list(MARKS)
    assert (
        [text for role, text in roles if role == "heading"][0] == page.heading == browser.run("return document.title")
    )
    assert len(browser.texts("h1")) == 1 and browser.attribute("html", "lang") == "en"
    refused = [line for line in browser.complaints() if not (page.is_error and "the server responded" in line)]
    assert refused == []


def test_the_page_names_its_parts(tenant: Tenant, client: Client, browser: Browser) -> None:
    seed_people(tenant)
    browser.open(client.build_url())
    roles = browser.list_roles()
    assert ("list", "Requested scopes") in roles
    assert [role for role, _name in roles].count("listitem") == len(SCOPES) + 1
    assert browser.texts("li") == [*SCOPES, "openid"]
    controls = [item for item in roles if item[0] in ("group", "radiogroup", "radio", "button")]
    assert controls == [
        ("group", "Sign in as"),
        ("radio", "pat pat@example.com"),
        *(("radio", f"{name} {name.lower()}@example.com") for name in PEOPLE),
        ("button", "Sign in"),
        ("button", "Refuse"),
    ]


def test_a_choice_of_many_users_is_a_labelled_list(tenant: Tenant, client: Client, browser: Browser) -> None:
    tenant.seed(identities=MANY)
    browser.open(client.build_url())
    roles = browser.list_roles()
    assert ("combobox", "Sign in as") in roles
    assert len(browser.texts("option")) == MANY + 1


@pytest.mark.parametrize(
    ("keys", "key", "value"),
    [
        ((Keys.TAB, Keys.ENTER), "code", None),
        ((Keys.TAB, Keys.SPACE), "code", None),
        ((Keys.ESCAPE, Keys.TAB, Keys.TAB, Keys.ENTER), "error", "access_denied"),
    ],
)
def test_a_user_answers_with_the_keyboard(
    keys: tuple[str, ...], key: str, value: str | None, client: Client, browser: Browser
) -> None:
    browser.open(client.build_url())
    browser.type_keys(*keys)
    browser.wait_for_title("Back")
    assert client.read_response()[key] == (value or client.read_response()[key])


def test_a_user_chooses_who_signs_in_with_the_keyboard(tenant: Tenant, client: Client, browser: Browser) -> None:
    ids = seed_people(tenant)
    browser.open(client.build_url())
    browser.type_keys(Keys.TAB, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.TAB, Keys.ENTER)
    browser.wait_for_title("Back")
    assert read_subject(tenant, client) == ids["Grace.Hopper"]


def test_a_user_chooses_from_a_list_with_the_keyboard(tenant: Tenant, client: Client, browser: Browser) -> None:
    tenant.seed(identities=MANY)
    (zoe,) = tenant.seed(identities=1, identity={"traits": {"username": "zoe"}})["identities"]
    browser.open(client.build_url())
    browser.type_keys(Keys.TAB, "zoe", Keys.TAB, Keys.ENTER)
    browser.wait_for_title("Back")
    assert read_subject(tenant, client) == zoe


def read_subject(tenant: Tenant, client: Client) -> str:
    """Return the ID of the identity that the code is for, as the realm's admins see it."""
    code = client.read_response()["code"]
    (seen,) = [entry for entry in tenant.read_journal(operation="authorize") if entry["form"]]
    assert code
    return str(seen["form"]["identity"])


def test_each_control_shows_the_focus(tenant: Tenant, client: Client, browser: Browser) -> None:
    seed_people(tenant)
    browser.open(client.build_url())
    script = """const place = document.activeElement; const frame = place.closest(".choice") || place;
      const style = getComputedStyle(frame);
      return [place.value, style.outlineStyle, parseFloat(style.outlineWidth)]"""
    found = []
    for _step in range(3):
        browser.type_keys(Keys.TAB)
        found.append(browser.run(script))
    assert [value for value, _style, _width in found][1:] == ["approve", "deny"]
    assert [(style, width) for _value, style, width in found] == [("solid", 3)] * 3


def test_nothing_moves(client: Client, browser: Browser) -> None:
    """So the page needs no other style for users who prefer reduced motion."""
    browser.open(client.build_url())
    script = """return [...document.querySelectorAll("*")].map(element => getComputedStyle(element)).filter(
      style => style.transitionDuration !== "0s" || style.animationName !== "none").length"""
    assert browser.run(script) == 0


def test_a_realm_without_users_leads_back(tenant: Tenant, client: Client, browser: Browser) -> None:
    tenant.change_settings(identity_roles=True)
    browser.open(client.build_url())
    assert browser.texts("button") == ["Back to the application"]
    browser.type_keys(Keys.TAB, Keys.ENTER)
    browser.wait_for_title("Back")
    assert client.read_response()["error"] == "access_denied"


def test_an_invited_person_creates_a_passkey_with_the_keyboard(tenant: Tenant, browser: Browser) -> None:
    link = create_link(tenant)
    browser.open(link)
    assert ("button", "Create a passkey") in browser.list_roles()
    browser.type_keys(Keys.TAB, Keys.ENTER)
    browser.wait_for_title("Passkey created")
    assert browser.find_violations() == []
    browser.screenshot("emulator-passkey-created")
    browser.open(link)
    assert browser.texts("h1") == ["Cannot use this invitation"] and "COMPLETE" in browser.texts("dd")[1]


def test_an_error_page_says_what_failed_and_what_to_do(client: Client, browser: Browser) -> None:
    browser.open(client.build_url(client_id="nobody"))
    assert browser.texts("dd")[0] == "invalid_client"
    assert browser.texts("h2") == ["What to do"] and "client ID" in browser.texts("h2 + p")[0]


def test_markup_in_names_is_text(tenant: Tenant, browser: Browser) -> None:
    tenant.change_settings(identity={"id": "1", "username": MARKUP, "email": MARKUP})
    application = SignInApplication.of(tenant)
    headers = {"Authorization": f"Bearer {tenant.request_token('applications:update')}"}
    url = f"{tenant.realm_url}/applications/{application.application_id}"
    requests.patch(url, json={"application": {"display_name": MARKUP}}, headers=headers, timeout=60).raise_for_status()
    browser.open(application.request(*SCOPES)["url"])
    assert browser.texts("h1") == [f"Sign in to {MARKUP}"] and browser.texts("img") == []
    assert browser.texts("button")[0] == f"Sign in as {MARKUP}"
