# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's regions and their hosts."""

from __future__ import annotations

from dataclasses import dataclass

from .._http.urls import get_origin


@dataclass(frozen=True)
class Region:
    """The two hosts of a region."""

    auth_url: str
    api_url: str


REGIONS = {
    "us": Region("https://auth-us.beyondidentity.com", "https://api-us.beyondidentity.com"),
    "eu": Region("https://auth-eu.beyondidentity.com", "https://api-eu.beyondidentity.com"),
    "fedramp": Region("https://auth.us1.beyondidentity-gov.com", "https://api.us1.beyondidentity-gov.com"),
}
_REGION_BY_ORIGIN = {url: name for name, region in REGIONS.items() for url in (region.auth_url, region.api_url)}


def find_region(url: str) -> str | None:
    """Return the name of the region that has a URL's exact origin; `None` for any other URL or text."""
    try:
        return _REGION_BY_ORIGIN.get(get_origin(url))
    except ValueError:
        return None
