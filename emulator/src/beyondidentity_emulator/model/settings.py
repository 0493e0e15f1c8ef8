# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that change the behavior of one tenant for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from .behaviors import UNDEPLOYED, Behavior, choose_values
from .checked_fields import Count, Limits, Seconds, Status, check_values
from .identifiers import generate_short_id

PageSize = Annotated[int, Limits(1)]
Normalization = Literal["trim", "collapse", "nfc", "lower"]


@dataclass
class Settings:
    """One tenant's settings. The defaults are the service's behavior, without rate limits and delays.

    Where the published description and the vendor's own clients differ, the default is as those clients expect it.
    `behaviors.py` has the values of both.
    """

    behavior: Behavior = "vendor"
    """Where the published description and the service differ: as the service does, as far as the vendor's own clients show it
    (`vendor`), or as described (`documented`). It sets all settings that differ, unless they are set, too."""
    clock_offset: float = 0
    """Seconds by which the service's clock is ahead, or behind if negative: in the header Date of its responses, and in
    the times of tokens that it issues."""
    masked_statuses: list[Status] = field(default_factory=list)
    """Statuses of errors that the Management API sends as 200, as some gateways do."""
    rate_limit: Count | None = None
    """Requests per window; null: no rate limit."""
    rate_window: Seconds = 60.0
    """Seconds of a window; after it, requests are counted anew."""
    token_lifetime: Seconds | None = None
    """Lifetime of tokens in seconds, regardless of the request; also in `expires_in` of the response."""
    early_expiry: Seconds | None = None
    """Seconds after which a token is refused although its response and claims are valid longer."""
    grant_only: list[str] | None = None
    """Scopes that can be granted; others are left out of the response without an error."""
    token_answer: dict[str, Any] = field(default_factory=dict)
    """Replaces keys of a successful token response; null removes a key."""
    token_scope_format: Literal["text", "comma", "list"] = "text"
    """The `scope` of a token response: `text` (separated by spaces), `comma` (separated by commas) or `list`."""
    token_errors: Literal["oauth", "management"] = "oauth"
    """Format of errors at the token, revocation and introspection endpoints: `oauth` or `management`."""
    token_error_status: Status | None = None
    """Status of all errors at these endpoints, for example 200; null: the right ones."""
    revoked_token_status: Literal[403, 401] = 403
    """Status for a token that was revoked or is expired: 403, after which the vendor's CLI requests a new token, or 401."""
    new_application_delay: Seconds = 0
    """Seconds after its creation in which an application's token requests are refused with `invalid_client`."""
    refresh_tokens: Literal["off", "fixed", "rotating"] = "off"
    """With the authorization code grant: `off`, `fixed` (stays valid) or `rotating` (a new one with each use)."""
    refresh_lifetime: Seconds = 0
    """Seconds in which a refresh token is valid; with 0, the service's default, it is expired at once."""
    sign_in: Literal["approve", "deny", "page"] = "approve"
    """What /authorize does: `approve` at once, `deny` at once, or show a `page` with a form."""
    answer_iss: str | None = None
    """The `iss` of authorization responses (RFC 9207): `issuer` for the correct one, or any other text; null: no `iss`."""
    public_url: str | None = None
    """Public URL of the authorization server if it is behind a proxy; part of `iss`."""
    code_lifetime: Seconds = 60
    """Seconds in which an authorization code is valid."""
    identity: dict[str, str] = field(
        default_factory=lambda: {"id": generate_short_id(), "email": "pat@example.com", "username": "pat"}
    )
    """The user who signs in."""
    identity_scopes: list[str] | None = None
    """Scopes that the signed-in user's roles allow; null: all."""
    identity_roles: bool = False
    """Whether the user must be an active identity of the application's realm. Its name and email address are used, and
    only scopes of its own and its groups' roles are granted."""
    identity_passkeys: bool = False
    """Whether the user must be an active identity of the application's realm with an active credential. `identity` names
    it by `id` or `username`."""
    mail: Literal["send", "fail"] = "send"
    """What becomes of an invitation's mail: `send` adds it to the outbox, `fail` does not (FAILED_TO_SEND)."""
    invitation_lifetime: Seconds = 7 * 24 * 3600
    """Seconds after which the link of a credential binding job expires."""
    audience_list: bool = True
    """Write the `aud` claim as a list; for a user's token, it has the client ID, too."""
    access_token_azp: str = "path"
    """The `azp` claim of access tokens, with the same values as `id_token_azp`."""
    principal_claims: Literal["paths", "ids"] = "paths"
    """The principal in access tokens: `bi_p` is a path and the `sub` of an application is its client ID (`paths`), or both
    are IDs (`ids`)."""
    opaque_tokens: Literal["jwe", "random"] = "jwe"
    """The form of referential tokens and refresh tokens: like a JWE (`jwe`), or random letters and digits (`random`)."""
    missing_scope: Literal["all", "refuse"] = "all"
    """What a request without scopes gets: `all` scopes that the application can grant, or an error (`refuse`)."""
    id_token_azp: str = "client_id"
    """The `azp` claim of ID tokens: `client_id`, `path` (the application's), `absent`, `foreign` (the path of another
    application), or any other text."""
    oauth2_openid: Literal["refuse", "accept"] = "refuse"
    """Whether applications of the type `oauth2` can request the scope `openid`: `accept` or `refuse`."""

    page_size_maximum: PageSize | None = None
    """Largest page of every list, even if a request asks for more; null: the documented sizes."""
    large_page_size: Literal["cap", "refuse"] = "cap"
    """What to do with a `page_size` above the largest: use the largest (`cap`), or refuse the request with status 400."""
    null_page_token: bool = True
    """Whether the last page has a `next_page_token` that is null; if not, it has none."""
    paging: Literal["cursor", "offset"] = "cursor"
    """What a page token refers to: the `cursor`, that is the last item of the page, or an `offset`. With offsets, a
    deletion or an insertion between two pages makes a client miss an item or receive it twice."""
    listing_delay: Seconds = 0
    """Seconds in which lists lack a new object, although it can be read by its ID. Seeded objects are not new, and lists
    show all changes from before this setting or one of the next two was set."""
    changed_delay: Seconds = 0
    """Seconds in which lists show an object as it was before its last change."""
    deleted_delay: Seconds = 0
    """Seconds in which lists show a deleted object."""
    get_delay: Seconds = 0
    """Seconds in which a new object can't be read by its ID."""

    documented_paths: bool = False
    """Whether the collection of SCIM groups has the documented path, too, with a slash at the end; the service's has none."""
    undeployed_operations: list[str] = field(default_factory=UNDEPLOYED.copy)
    """Documented operations that do not exist: status 404."""
    correlation_id: Literal["optional", "required"] = "optional"
    """Whether operations on SSO configurations and identity providers need the header `x-correlation_id`, as documented:
    `optional` or `required`."""
    classification: Literal["shown", "hidden"] = "shown"
    """Whether applications have the field `classification`, which is `management_api` for the built-in one."""
    unknown_parameters: Literal["ignore", "refuse"] = "ignore"
    """What to do with unknown query parameters: `ignore`, or `refuse` with status 400."""
    unknown_fields: Literal["refuse", "ignore"] = "refuse"
    """What to do with unknown fields of tenants and realms: `refuse` with status 400, or `ignore`."""
    group_description: Literal["required", "optional"] = "required"
    """Whether a new group must have a description: `required` or `optional`. SCIM groups have none."""
    conflicts: Literal["vendor", "documented"] = "vendor"
    """Requests with status 409: `documented`, or `vendor` for these, too: a realm or group with a taken display name,
    an identity with a taken email address, deletion of a resource server if one of its roles has members, deletion of
    an authenticator configuration of an application."""
    ignored_fields: list[str] = field(default_factory=lambda: ["resource_server.identifier"])
    """Fields that an update ignores without an error, for example `application.protocol_config.pkce`."""
    ignored_at_creation: list[str] = field(default_factory=list)
    """The same for optional fields of new objects."""
    hidden_fields: list[str] = field(default_factory=list)
    """Fields that are missing in responses, in the same form."""
    normalized_fields: dict[str, list[Normalization]] = field(default_factory=dict)
    """Fields whose values are stored differently, by their last name, for example {"username": ["trim", "lower"]}.
    The steps: `trim`, `collapse` (repeated blanks), `nfc` (Unicode) and `lower`."""

    def update(self, values: dict[str, Any]) -> None:
        """Change settings by name; an unknown name or a value that a setting does not allow is an error."""
        check_values(Settings, values, "settings")
        if "behavior" in values:
            values = {**choose_values(values["behavior"]), **values}
        for name, value in values.items():
            setattr(self, name, value)
