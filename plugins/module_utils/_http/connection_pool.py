# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept-alive connections of this process."""

from __future__ import annotations

import os
from functools import cache
from http.client import BadStatusLine, HTTPResponse, parse_headers
from typing import TYPE_CHECKING, Any

from . import libraries
from .settings import HttpSettings

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

_CLASS_NAMES = {
    "http": ("HTTPConnection", "HTTPConnectionPool"),
    "https": ("HTTPSConnection", "HTTPSConnectionPool"),
}
_MAXIMUM_INFORMATIONAL = 20

_adapters: dict[tuple[int, HttpSettings, bool | str], HTTPAdapter] = {}


def get_adapter(settings: HttpSettings, verify: bool | str) -> HTTPAdapter:
    """Return the connections for these settings.

    The key holds the process ID, because a connection shared with a forked process would mix up their responses; and
    `verify`, because requests before 2.32 reuses a connection that was verified in another way.
    """
    key = (os.getpid(), settings, verify)
    if key not in _adapters:
        _adapters[key] = _build_adapter_class()(settings.client_key_password)
    return _adapters[key]


@cache
def _build_adapter_class() -> Any:
    """Return the adapter's class. It depends on requests, which may be missing where a module runs."""

    class Adapter(libraries.requests.adapters.HTTPAdapter):
        """Passes on the password of the client's key, and skips informational responses."""

        def __init__(self, key_password: str | None) -> None:
            self._own: dict[str, Any] = {"key_password": key_password} if key_password else {}
            super().__init__()

        def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
            super().init_poolmanager(connections, maxsize, block, **{**options, **self._own})
            self.poolmanager.pool_classes_by_scheme = _build_pool_classes()

        def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
            manager = super().proxy_manager_for(proxy, **options, **self._own)
            if "socks" not in proxy:
                manager.pool_classes_by_scheme = _build_pool_classes()
            return manager

    return Adapter


@cache
def _build_pool_classes() -> dict[str, Any]:
    """Return urllib3's classes, with connections that skip informational responses.

    Python skips 100 alone. It takes 102 and 103 (RFC 8297) for the response, and would read the real one as the next.
    """
    connections = libraries.urllib3.connection, libraries.urllib3.connectionpool

    def derive(scheme: str) -> Any:
        connection, pool = (
            getattr(module, name) for module, name in zip(connections, _CLASS_NAMES[scheme], strict=True)
        )
        own = type(connection.__name__, (connection,), {"response_class": _FinalResponse})
        return type(pool.__name__, (pool,), {"ConnectionCls": own})

    return {scheme: derive(scheme) for scheme in _CLASS_NAMES}


class _FinalResponse(HTTPResponse):
    """A response that is not informational (RFC 9110 section 15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        for _number in range(_MAXIMUM_INFORMATIONAL):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # a method of http.client without a type
            if not 100 < status < 200 or status == 101:  # noqa: PLR2004
                return version, status, reason
            parse_headers(self.fp)
        raise BadStatusLine("too many informational responses")


def abandon_connections() -> None:
    """Use new connections from now on: a thread that was left behind may still use the present ones."""
    _adapters.clear()
