# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passkeys, and the credential binding jobs with which a person binds them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests

from beyondidentity_emulator.client import EmulatorError
from tests.unit.emulator.api import Api, read_violated_fields
from tests.unit.emulator.test_authorization_code import App, read_redirect
from tests.unit.emulator.test_identities import build_identity, read_conflict

TIMEOUT = 60


@pytest.fixture
def api(tenant):
    return Api.of(tenant)


@pytest.fixture
def person(api):
    """Return a new identity with an email address."""
    return api.post("identities", build_identity())


@pytest.fixture
def path(person):
    return f"identities/{person['id']}"


def invite(api, path, **fields):
    """Create a job; return the response."""
    config = api.get("authenticator-configs")["authenticator_configs"][0]["id"]
    job = {"delivery_method": "RETURN", "authenticator_config_id": config, **fields}
    return api.post(f"{path}/credential-binding-jobs", {"job": job})


def read_enrollment(api, path):
    return api.get(path)["enrollment_status"]


def test_person_binds_a_passkey_with_the_link(tenant, api, person, path):
    created = invite(api, path, post_binding_redirect_uri="https://pets.example/done", id="x", state="COMPLETE")
    job, link = created["credential_binding_job"], created["credential_binding_link"]
    place = f"{path}/credential-binding-jobs/{job['id']}"
    assert urlsplit(link).path == urlsplit(f"{tenant.realm_url}/{place}:invokeAuthenticator").path
    assert (job["identity_id"], job["state"], job["delivery_method"]) == (person["id"], "LINK_SENT", "RETURN")
    assert job == api.get(place)
    assert api.get(f"{path}/credential-binding-jobs")["credential_binding_jobs"] == [job]
    assert read_enrollment(api, path) == "PENDING"
    assert requests.get(link, timeout=TIMEOUT).status_code == 200
    assert api.get(place)["state"] == "LINK_OPENED"
    assert (
        requests.post(link, timeout=TIMEOUT, allow_redirects=False).headers["Location"] == "https://pets.example/done"
    )
    [credential] = api.get(f"{path}/credentials")["credentials"]
    done = api.get(place)
    assert (done["state"], done["credential_id"]) == ("COMPLETE", credential["id"])
    assert (credential["state"], credential["identity_id"]) == ("ACTIVE", person["id"])
    assert credential == api.get(f"{path}/credentials/{credential['id']}")
    assert read_enrollment(api, path) == "ENROLLED"
    assert requests.post(link, timeout=TIMEOUT).status_code == 410
    assert read_conflict(api.call("POST", f"{place}:revoke")) == "credential binding job already completed"


def test_links_are_new_each_time_and_returned_once(api, path):
    links = [invite(api, path)["credential_binding_link"] for _round in range(2)]
    tokens = {link.partition("?token=")[2] for link in links}
    assert {len(token) for token in tokens} == {40}
    assert len(tokens) == 2
    listed = api.get(f"{path}/credential-binding-jobs")["credential_binding_jobs"]
    assert not any(token in str(listed) for token in tokens)


def test_mail_is_sent_to_the_primary_address(tenant, api, person, path):
    response = invite(api, path, delivery_method="EMAIL")
    assert set(response) == {"credential_binding_job"}
    [mail] = tenant.read_outbox()
    assert (mail["to"], mail["identity_id"]) == ("pat@example.com", person["id"])
    assert mail["job_id"] == response["credential_binding_job"]["id"]
    tenant.bind_passkey(mail["link"])
    assert read_enrollment(api, path) == "ENROLLED"


def test_mail_needs_an_address(tenant, api, path):
    api.patch(path, {"identity": {"traits": {"type": "traits_v0", "primary_email_address": ""}}})
    config = api.get("authenticator-configs")["authenticator_configs"][0]["id"]
    job = {"delivery_method": "EMAIL", "authenticator_config_id": config}
    response = api.call("POST", f"{path}/credential-binding-jobs", json={"job": job})
    assert (response.status_code, response.json()["message"]) == (422, "Identity missing email address")
    assert "credential_binding_link" in invite(api, path)
    assert tenant.read_outbox() == []


def test_mail_can_fail(tenant, api, path):
    tenant.change_settings(mail="fail")
    assert invite(api, path, delivery_method="EMAIL")["credential_binding_job"]["state"] == "FAILED_TO_SEND"
    assert tenant.read_outbox() == []
    assert read_enrollment(api, path) == "INVITE_FAILED"


@pytest.mark.parametrize(
    ("job", "fields"),
    [
        ({}, ["job.delivery_method", "job.authenticator_config_id"]),
        ({"delivery_method": "return"}, ["job.delivery_method", "job.authenticator_config_id"]),
        ({"delivery_method": "RETURN", "authenticator_config_id": ""}, ["job.authenticator_config_id"]),
        ({"delivery_method": "RETURN", "authenticator_config_id": "x"}, ["job.authenticator_config_id"]),
        (
            {"delivery_method": "RETURN", "authenticator_config": {"config": {"type": "hosted_web"}}},
            ["job.authenticator_config.config.type"],
        ),
    ],
)
def test_invalid_job_is_refused(api, path, job, fields):
    assert read_violated_fields(api.call("POST", f"{path}/credential-binding-jobs", json={"job": job})) == fields


def test_job_can_have_a_configuration_itself(api, path):
    config = {"type": "embedded", "invoke_url": "https://pets.example", "trusted_origins": []}
    job = {"delivery_method": "RETURN", "authenticator_config": {"config": config}}
    created = api.post(f"{path}/credential-binding-jobs", {"job": job})
    assert "authenticator_config_id" not in created["credential_binding_job"]


def test_revoked_and_expired_links_bind_nothing(tenant, api, path):
    revoked = invite(api, path)
    place = f"{path}/credential-binding-jobs/{revoked['credential_binding_job']['id']}:revoke"
    for _round in range(2):
        assert api.post(place, {})["state"] == "REVOKED"
    tenant.change_settings(invitation_lifetime=0)
    expired = invite(api, path)
    listed = api.get(f"{path}/credential-binding-jobs")["credential_binding_jobs"]
    assert sorted(job["state"] for job in listed) == ["EXPIRED", "REVOKED"]
    for created in (revoked, expired):
        with pytest.raises(EmulatorError, match="410"):
            tenant.bind_passkey(created["credential_binding_link"])
    assert api.get(f"{path}/credentials")["credentials"] == []


def test_wrong_link_and_suspended_identity_bind_nothing(tenant, api, path):
    link = invite(api, path)["credential_binding_link"]
    with pytest.raises(EmulatorError, match="404"):
        tenant.bind_passkey(link[:-1] + ("a" if link[-1] != "a" else "b"))
    api.patch(path, {"identity": {"status": "suspended"}})
    with pytest.raises(EmulatorError, match="403"):
        tenant.bind_passkey(link)


def test_revoked_credential_stays_listed(tenant, api, path):
    tenant.seed(credentials=2, identity_id=path.partition("/")[2])
    first, second = api.get(f"{path}/credentials")["credentials"]
    assert api.post(f"{path}/credentials/{first['id']}:revoke", {})["state"] == "REVOKED"
    assert read_enrollment(api, path) == "ENROLLED"

    def read_ids(text):
        return [found["id"] for found in api.get(f"{path}/credentials", params={"filter": text})["credentials"]]

    assert read_ids('state eq "REVOKED"') == [first["id"]]
    assert read_ids('state eq "ACTIVE"') == [second["id"]]
    assert read_ids(f'jwk_thumbprint eq "{first["jwk_thumbprint"]}"') == [first["id"]]
    assert read_violated_fields(api.call("GET", f"{path}/credentials", params={"filter": "x"})) == ["filter"]
    api.post(f"{path}/credentials/{second['id']}:revoke", {})
    assert read_enrollment(api, path) == "UNENROLLED"


def test_objects_of_another_identity_are_not_found(tenant, api, path):
    ids = tenant.seed(identities=1, credentials=1, credential_binding_jobs=1)
    for collection, place in (("credentials", "credentials"), ("credential_binding_jobs", "credential-binding-jobs")):
        [identifier] = ids[collection]
        for method, verb in (("GET", ""), ("POST", ":revoke")):
            assert api.call(method, f"{path}/{place}/{identifier}{verb}").status_code == 404
        assert api.get(f"{path}/{place}")[collection] == []
        assert [found["id"] for found in api.get(f"identities/-/{place}")[collection]] == [identifier]
        assert api.get(f"identities/x/{place}")[collection] == []


def test_deleted_identity_has_no_passkeys_and_jobs(api, path):
    link = invite(api, path)["credential_binding_link"]
    requests.post(link, timeout=TIMEOUT)
    invite(api, path)
    api.delete(path)
    assert api.get("identities/-/credentials")["credentials"] == []
    assert api.get("identities/-/credential-binding-jobs")["credential_binding_jobs"] == []
    assert requests.post(link, timeout=TIMEOUT).status_code == 404


@pytest.mark.parametrize("name", ["id", "username"])
def test_only_a_person_with_a_passkey_signs_in(tenant, api, person, path, name):
    wanted = {"id": person["id"]} if name == "id" else {"username": "PAT", "id": "unknown"}
    tenant.change_settings(identity_passkeys=True, identity=wanted)
    app = App.of(tenant)
    assert read_redirect(app.authorize())["error"] == "access_denied"
    tenant.bind_passkey(invite(api, path)["credential_binding_link"])
    assert "code" in read_redirect(app.authorize())
    [credential] = api.get(f"{path}/credentials")["credentials"]
    api.post(f"{path}/credentials/{credential['id']}:revoke", {})
    assert read_redirect(app.authorize())["error"] == "access_denied"


def test_new_jobs_can_be_late_in_lists(tenant, api, path):
    tenant.change_settings(listing_delay=60)
    job = invite(api, path)["credential_binding_job"]
    assert api.get(f"{path}/credential-binding-jobs")["credential_binding_jobs"] == []
    assert api.get(f"{path}/credential-binding-jobs/{job['id']}") == job
