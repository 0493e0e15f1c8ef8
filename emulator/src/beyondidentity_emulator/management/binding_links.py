# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The link of a credential binding job: GET opens it, POST binds a passkey, as a person's authenticator does."""

from __future__ import annotations

import hmac
from html import escape

from flask import Flask, Response, request

from ..model.state import Realm, Record, Tenant, World
from ..web.errors import ApiError, not_found
from ..web.pages import build_page, show_errors_as_pages
from .binding_jobs import show_job
from .catalogue_passkeys import JOB
from .credentials import JOBS, OPEN_STATES, add_credential, build_credential, replace_record

OPENED = "OpenCredentialBindingLink"
BOUND = "BindCredential"


def register_routes(app: Flask, world: World) -> None:
    """Add the routes; the endpoint names are the journal's operation names. Requires the converter of management.py."""
    path = JOB.replace("{", "<id:").replace("}", ">") + ":invokeAuthenticator"

    def open_link(**parameters: str) -> Response:
        with world.lock:
            _tenant, realm, job = _find_open_job(world, **parameters)
            username = realm.objects["identities"][job["identity_id"]]["traits"]["username"]
            if job["state"] == "LINK_SENT":
                replace_record(realm, JOBS, job, state="LINK_OPENED")
        return build_page(
            "Create a passkey",
            f"<p>You are invited to create a passkey as <strong>{escape(username)}</strong>. You can then sign in "
            'without a password.</p>\n<form method="post"><button class="primary">Create a passkey</button></form>',
        )

    def bind(**parameters: str) -> Response:
        with world.lock:
            tenant, realm, job = _find_open_job(world, **parameters)
            if realm.objects["identities"][job["identity_id"]]["status"] != "active":
                raise ApiError(403, "identity is suspended")
            credential = build_credential(realm, tenant.id, job["identity_id"])
            add_credential(realm, credential)
            replace_record(realm, JOBS, job, state="COMPLETE", credential_id=credential["id"])
        location = job.get("post_binding_redirect_uri")
        if location:
            return Response(status=303, headers={"Location": location})
        return build_page("Passkey created", "<p>You can close this window, and sign in with the passkey.</p>")

    show_errors = show_errors_as_pages("Cannot use this invitation")
    app.add_url_rule(path, OPENED, show_errors(open_link), methods=["GET"])
    app.add_url_rule(path, BOUND, show_errors(bind), methods=["POST"])


def _find_open_job(
    world: World, tenant_id: str, realm_id: str, identity_id: str, credential_binding_job_id: str
) -> tuple[Tenant, Realm, Record]:
    """Return the job of the request's link; raise 404 if the link is wrong, and 410 if it can't be used any more."""
    tenant = world.tenants.get(tenant_id)
    realm = tenant.realms.get(realm_id) if tenant else None
    job = realm.objects[JOBS].get(credential_binding_job_id) if realm else None
    if tenant is None or realm is None or job is None or job["identity_id"] != identity_id:
        raise not_found("CredentialBindingJob", credential_binding_job_id)
    if not hmac.compare_digest(
        realm.binding_tokens.get(job["id"], "").encode(), request.args.get("token", "").encode()
    ):
        raise not_found("CredentialBindingJob", credential_binding_job_id)
    shown = show_job(job)
    if shown["state"] not in OPEN_STATES:
        raise ApiError(410, f"the state of this link is {shown['state']}")
    return tenant, realm, job
