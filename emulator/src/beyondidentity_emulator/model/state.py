# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the emulator: tenants, realms, objects, tokens and settings."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .behaviors import Behavior
from .faults import Faults
from .issued_tokens import IssuedCode, IssuedToken
from .journal import Journal
from .links import Links
from .outages import StartedOutage
from .recent_changes import RecentChanges
from .settings import Settings

MANAGEMENT_AUDIENCE = "beyondidentity"

Record = dict[str, Any]


def now() -> str:
    """Return the current time in the API's format."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Realm:
    """A realm: its record, and its objects by collection and ID. Records are replaced, not changed: readers need no lock."""

    record: Record
    objects: dict[str, dict[str, Record]] = field(
        default_factory=lambda: {
            collection: {}
            for collection in (
                "applications",
                "authenticator_configs",
                "resource_servers",
                "identities",
                "groups",
                "roles",
                "credentials",
                "credential_binding_jobs",
                "batch_credential_binding_jobs",
                "batch_results",
                "themes",
                "flow_type_configs",
                "sso_configs",
                "identity_providers",
            )
        }
    )
    group_identities: Links = field(default_factory=Links)
    role_groups: Links = field(default_factory=Links)
    role_identities: Links = field(default_factory=Links)
    role_scopes: Links = field(default_factory=Links)
    sso_identities: Links = field(default_factory=Links)
    sso_groups: Links = field(default_factory=Links)
    binding_digests: dict[str, str] = field(default_factory=dict)
    """The digests of the tokens in the links of credential binding jobs, by the job's ID."""

    @property
    def id(self) -> str:
        """Return the realm's ID."""
        return self.record["id"]

    def has_members(self) -> bool:
        """Return whether the realm has objects that prevent its deletion."""
        return any(self.objects[collection] for collection in ("identities", "groups", "roles"))


@dataclass
class Tenant:
    """A tenant with its realms, settings, tokens and codes."""

    record: Record
    admin_realm_id: str
    realms: dict[str, Realm] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    tokens: dict[str, IssuedToken] = field(default_factory=dict)
    tokens_by_application: dict[str, dict[str, IssuedToken]] = field(default_factory=dict)
    codes: dict[str, IssuedCode] = field(default_factory=dict)
    changes: RecentChanges = field(default_factory=RecentChanges)
    outages: dict[str, StartedOutage] = field(default_factory=dict)
    """The outages that were started, by name."""
    outbox: list[Record] = field(default_factory=list)
    """Mails that were sent, with the links in them."""
    window_started: float = 0.0
    window_used: int = 0

    @property
    def id(self) -> str:
        """Return the tenant's ID."""
        return self.record["id"]

    def change_settings(self, values: Record) -> None:
        """Change settings. Delays of lists apply to changes of objects from now on."""
        self.settings.update(values)
        if values.keys() & {"listing_delay", "changed_delay", "deleted_delay"}:
            self.changes.show_in_lists()

    def count_request(self) -> tuple[int, int, bool]:
        """Count a request; return the remaining requests, seconds until the window ends, and whether the limit is exceeded."""
        limit = self.settings.rate_limit or 0
        moment = time.monotonic()
        if moment - self.window_started >= self.settings.rate_window:
            self.window_started, self.window_used = moment, 0
        self.window_used += 1
        reset = max(0, round(self.window_started + self.settings.rate_window - moment + 0.5))
        return max(0, limit - self.window_used), reset, self.window_used > limit

    def add_token(self, token: IssuedToken) -> None:
        """Store an issued token."""
        self.tokens[token.id] = token
        self.tokens_by_application.setdefault(token.application_id, {})[token.id] = token

    def list_active_tokens(self, application_id: str) -> list[IssuedToken]:
        """Return an application's tokens that are neither expired nor revoked; remove the others."""
        issued = self.tokens_by_application.get(application_id, {})
        moment = time.time()
        for token in list(issued.values()):
            if not token.is_active(moment):
                issued.pop(token.id, None)
        return list(issued.values())

    def revoke_family(self, token: IssuedToken) -> None:
        """Revoke a token, and all tokens of the same sign-in."""
        token.revoked = True
        if token.family is not None:
            self.revoke_sign_in(token.family)

    def revoke_sign_in(self, code: str) -> None:
        """Revoke all tokens that descend from an authorization code."""
        for token in list(self.tokens.values()):
            token.revoked = token.revoked or token.family == code

    def revoke_tokens(self, application_id: str | None = None) -> int:
        """Revoke an application's tokens, or all of them; return how many were active."""
        applications = list(self.tokens_by_application) if application_id is None else [application_id]
        active = [token for identifier in applications for token in self.list_active_tokens(identifier)]
        for token in active:
            token.revoked = True
        return len(active)


@dataclass
class World:
    """All tenants, with the journal and the faults. `lock` guards writes."""

    base_url: str = ""
    tenants: dict[str, Tenant] = field(default_factory=dict)
    tokens: dict[str, IssuedToken] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    behavior: Behavior = "vendor"
    """The behavior of new tenants."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    exported: dict[str, str] = field(default_factory=dict)
    """The `realm_id` and `application_id` of the application of the first tenant whose credentials are exported; empty:
    the built-in application."""

    def build_settings(self) -> Settings:
        """Return the settings of a new tenant."""
        settings = Settings()
        settings.update({"behavior": self.behavior})
        return settings

    def add_token(self, token: IssuedToken) -> None:
        """Store an issued token."""
        self.tenants[token.tenant_id].add_token(token)
        self.tokens[token.value] = token
        self.journal.digests.learn(token.value)

    def issuer(self, tenant_id: str, realm_id: str, application_id: str) -> str:
        """Return an application's issuer URL."""
        url = self.tenants[tenant_id].settings.public_url or self.base_url
        return f"{url}/v1/tenants/{tenant_id}/realms/{realm_id}/applications/{application_id}"
