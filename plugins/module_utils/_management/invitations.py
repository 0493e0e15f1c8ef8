# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inviting a person to bind a passkey.

The link of an invitation is as good as the account. Only the response to the creation has it, and only the result of the
task that created the invitation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .._errors import (
    BeyondIdentityError,
    MalformedResponseError,
    OptionError,
    ResponseError,
    StateError,
    TransportError,
)
from .._ids import is_valid_id
from .._masking import remember_secrets, remove_secrets
from .._text import join_names
from .client import ManagementClient
from .passkeys import (
    ACTIVE,
    ACTIVE_FILTER,
    COMPLETE,
    FAILED_TO_SEND,
    list_open,
    list_owned,
    remember_creation,
    revoke,
)
from .references import find_reference_id, list_reference_operations
from .resource_lookup import read_resource
from .resource_types import AUTHENTICATOR_CONFIG, CREDENTIAL, CREDENTIAL_BINDING_JOB, IDENTITY, Resource
from .run_memory import get_time, wait_until_found
from .write_check import check_write

LINK = "credential_binding_link"
CLEANING_OPERATIONS = (
    CREDENTIAL_BINDING_JOB.list_operation,
    CREDENTIAL_BINDING_JOB.get_operation,
    str(CREDENTIAL_BINDING_JOB.revoke_operation),
)
"""The operations that find and revoke an invitation whose creation had no usable response."""

_LOST = (502, 503, 504)  # a gateway lost the response of the service
_LONGEST_LINK = 8192
_ADDRESS = "primary_email_address"


@dataclass(frozen=True)
class InvitationOptions:
    """The options of the module `credential_binding_job`, except the identity."""

    state: str
    delivery_method: str | None
    authenticator_config: str | None
    post_binding_redirect_uri: str | None
    renew: bool
    if_enrolled: str

    def __post_init__(self) -> None:
        empty = [name for name in ("authenticator_config", "post_binding_redirect_uri") if getattr(self, name) == ""]
        if empty:
            raise OptionError(f"{join_names(empty)} must not be empty.", "Omit options that you do not need.")

    @property
    def is_mail(self) -> bool:
        """Whether the service sends the link by mail."""
        return self.delivery_method == "email"

    def list_operations(self) -> list[str]:
        """Return the operations that the work on an identity's invitations can need."""
        if self.state == "absent":
            return list(CLEANING_OPERATIONS)
        reading = (CREDENTIAL_BINDING_JOB.list_operation, CREDENTIAL_BINDING_JOB.get_operation)
        operations = [*(CLEANING_OPERATIONS if self.renew else reading), CREDENTIAL_BINDING_JOB.create_operation]
        if self.if_enrolled == "skip":
            operations.append(CREDENTIAL.list_operation)
        if self.is_mail:
            operations.append(IDENTITY.get_operation)
        return [*operations, *list_reference_operations(AUTHENTICATOR_CONFIG, self.authenticator_config or "")]


@dataclass(frozen=True)
class InvitationChange:
    """What was done to an identity's invitations.

    Attributes:
        before, after: the open invitations, the newest first.
        link: the link of a new invitation that is not sent by mail.
    """

    before: list[Resource]
    after: list[Resource]
    changed: bool
    link: str | None = field(default=None, repr=False)

    @property
    def job(self) -> Resource | None:
        """The newest open invitation."""
        return self.after[0] if self.after else None


class Invitations:
    """The invitations of one identity, whose ID is the client's path parameter `identity_id`.

    Args:
        build_cleaner: returns a client that can list and revoke. Most tasks need none, so their tokens cannot revoke.
    """

    def __init__(
        self,
        options: InvitationOptions,
        client: ManagementClient,
        build_cleaner: Callable[[], ManagementClient],
        warn: Callable[[str], None],
    ) -> None:
        self.options = options
        self.client = client
        self.warn = warn
        self._build_cleaner = build_cleaner
        self._known_ids: set[str] = set()

    def ensure_open(self) -> InvitationChange:
        """Invite the person, unless the person has a passkey or an open invitation."""
        before = self._list_open()
        if (before and not self.options.renew) or self._is_enrolled():
            return InvitationChange(before, before, False)
        wanted = self._build_wanted()
        states = self._revoke_all(before)
        if COMPLETE in states and self.options.if_enrolled == "skip":
            return InvitationChange(before, [], _is_any_revoked(states))
        job, link = self._create(wanted)
        return InvitationChange(before, [job], True, link)

    def ensure_revoked(self) -> InvitationChange:
        """Revoke all open invitations."""
        before = self._list_open()
        states = self._revoke_all(before)
        return InvitationChange(before, [], _is_any_revoked(states))

    def _list_open(self) -> list[Resource]:
        jobs = list_owned(CREDENTIAL_BINDING_JOB, self.client)
        self._known_ids = {job["id"] for job in jobs}
        return list_open(jobs)

    def _is_enrolled(self) -> bool:
        if self.options.if_enrolled != "skip":
            return False
        return any(item.get("state") == ACTIVE for item in list_owned(CREDENTIAL, self.client, ACTIVE_FILTER))

    def _build_wanted(self) -> Resource:
        """Return the fields of a new invitation; raise an error if it cannot be created, before other invitations are revoked."""
        if self.options.is_mail:
            self._check_address()
        config_id = find_reference_id(AUTHENTICATOR_CONFIG, self.client, self.options.authenticator_config or "")
        wanted = {"delivery_method": (self.options.delivery_method or "").upper(), "authenticator_config_id": config_id}
        uri = self.options.post_binding_redirect_uri
        return {**wanted, "post_binding_redirect_uri": uri} if uri else wanted

    def _check_address(self) -> None:
        identity_id = self.client.path_parameters[IDENTITY.id_parameter]
        if self.client.has_changed_address(identity_id):
            raise StateError(
                f"This run changed the primary e-mail address of the identity {identity_id}, so the task sends no invitation to it: "
                "the owner of the new address could sign in as that identity.",
                "Verify the address. Then invite in a run of its own, or set delivery_method to return.",
            )
        identity = read_resource(IDENTITY, self.client, identity_id) or {}
        traits = identity.get("traits")
        if identity and not (isinstance(traits, dict) and traits.get(_ADDRESS)):
            raise StateError(
                f"The identity {identity_id} has no primary e-mail address.",
                "Set its address, or set delivery_method to return.",
            )

    def _revoke_all(self, jobs: list[Resource]) -> list[Any]:
        """Revoke invitations, and return their states."""
        states: list[Any] = []
        for job in jobs:
            try:
                state = revoke(CREDENTIAL_BINDING_JOB, self.client, job).get("state")
            except BeyondIdentityError as error:
                if _is_any_revoked(states):
                    error.details["changed"] = True
                raise
            if state == COMPLETE:
                self.warn(
                    f"A passkey was bound with the invitation {job['id']} before the task could revoke the invitation. "
                    "Check who used the invitation. If it was not the person, revoke the passkey with the module credential."
                )
            states.append(state)
        return states

    def _create(self, wanted: Resource) -> tuple[Resource, str | None]:
        """Create an invitation, and return it with its link. One that cannot be used is revoked."""
        job_type = CREDENTIAL_BINDING_JOB
        limit = None
        try:
            response = self.client.call(job_type.create_operation, body={job_type.body_key: wanted})
        except ResponseError as error:
            if error.status < 500:
                raise
            limit = None if error.status in _LOST else 0.0  # one look
            reason = error.reason
        except TransportError as error:
            if not error.sent:
                raise
            reason = error.reason
        except MalformedResponseError as error:
            reason = error.reason
        else:
            link = response.get(LINK)
            if isinstance(link, str):
                remember_secrets([link])
            job = response.get(str(job_type.response_key))
            if isinstance(job, dict) and is_valid_id(job.get("id")):
                return self._accept(wanted, remove_secrets(job), link)
            reason = f"{job_type.create_operation}: the response has no valid {job_type.noun}."
        raise self._discard_lost(wanted, reason, limit)

    def _accept(self, wanted: Resource, job: Resource, link: Any) -> tuple[Resource, str | None]:
        """Return a new invitation with its link; raise an error, and revoke it, if it differs from the requested invitation."""
        remember_creation(CREDENTIAL_BINDING_JOB, self.client, job)
        if job.get("state") == FAILED_TO_SEND:
            raise StateError(
                f"The service could not send the mail of the invitation {job['id']}.",
                "Check the identity's primary e-mail address, then run again.",
                changed=True,
                id=job["id"],
            )
        ignored = [check.path for check in check_write(wanted, job, frozenset()) if check.finding == "ignored"]
        if ignored:
            raise self._discard([job], f"The service did not store {join_names(ignored)} of the invitation as sent.")
        if self.options.is_mail or self.client.is_predicting:
            return job, None
        if not _is_valid_link(link):
            raise self._discard([job], "The response to the creation of the invitation has no valid link.")
        return job, link

    def _discard_lost(self, wanted: Resource, reason: str, limit: float | None) -> StateError:
        """Find the new invitation after its response was lost, and revoke it. Return the error to raise.

        Args:
            limit: how long to look for it, in seconds; `None` for as long as a listing can be late.
        """
        try:
            cleaner = self._build_cleaner()
            cleaner.listings.drop()

            def find() -> list[Resource] | None:
                jobs = list_open(list_owned(CREDENTIAL_BINDING_JOB, cleaner))
                return [job for job in jobs if self._is_new(job, wanted)] or None

            found = wait_until_found(find, get_time(), *(() if limit is None else (limit,)))
        except BeyondIdentityError as error:
            return _build_unknown_error(f"{reason} The invitations cannot be listed: {error.reason}")
        if found is None:
            return _build_unknown_error(f"{reason} No new invitation is listed.")
        return self._discard(found, reason, cleaner)

    def _is_new(self, job: Resource, wanted: Resource) -> bool:
        """Whether a job can belong to the lost response."""
        is_same = not any(check.finding == "ignored" for check in check_write(wanted, job, frozenset()))
        return is_same and job["id"] not in self._known_ids

    def _discard(self, jobs: list[Resource], reason: str, cleaner: ManagementClient | None = None) -> StateError:
        """Revoke new invitations that cannot be used. Return the error to raise."""
        ids = join_names(job["id"] for job in jobs)
        try:
            for job in jobs:
                revoke(CREDENTIAL_BINDING_JOB, cleaner or self._build_cleaner(), job)
        except BeyondIdentityError as error:
            return StateError(
                f"{reason} The new invitation {ids} is open, and cannot be revoked: {error.message}",
                "Revoke it with state: absent, or replace it with renew: true.",
                changed=True,
                id=jobs[0]["id"],
            )
        return StateError(
            f"{reason} The new invitation {ids} was revoked.", "Run again.", changed=True, id=jobs[0]["id"]
        )


def _is_any_revoked(states: list[Any]) -> bool:
    return any(state != COMPLETE for state in states)


def _is_valid_link(link: Any) -> bool:
    return isinstance(link, str) and 0 < len(link) <= _LONGEST_LINK and link.isascii() and link.isprintable()


def _build_unknown_error(reason: str) -> StateError:
    return StateError(
        f"{reason} The service may have created the invitation.",
        "Wait at least a minute, then run again with renew: true, which revokes it.",
        changed=True,
    )
