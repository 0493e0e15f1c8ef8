# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept-alive connections of this process."""

from __future__ import annotations

import os
from functools import cache
from http import HTTPStatus
from http.client import BadStatusLine, HTTPException, HTTPResponse, parse_headers
from typing import TYPE_CHECKING, Any

from . import libraries
from .settings import HttpSettings

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

_MAXIMUM_INFORMATIONAL = 20

_adapters: dict[tuple[int, HttpSettings, bool | str], HTTPAdapter] = {}


def get_adapter(settings: HttpSettings, verify: bool | str) -> HTTPAdapter:
    """Return the connections for these settings.

    The key has the process ID, because two processes that share a connection would mix up their responses. It has
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
        """Passes on the password of the client's key, and uses connections of this module."""

        def __init__(self, key_password: str | None) -> None:
            # Without a password, OpenSSL would ask for one at the terminal if the key was encrypted after its check.
            self._own = {"key_password": key_password or ""}
            super().__init__()

        def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
            super().init_poolmanager(connections, maxsize, block, **{**options, **self._own})
            _derive_pools(self.poolmanager)

        def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
            is_new = proxy not in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **options, **self._own)
            if is_new:
                _derive_pools(manager)
            return manager

    return Adapter


def _derive_pools(manager: Any) -> None:
    """Let a manager of pools, SOCKS included, open connections that are derived from its own."""
    manager.pool_classes_by_scheme = {
        scheme: _derive_pool(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


@cache
def _derive_pool(pool: Any) -> Any:
    """Return a class of pools like this one, whose connections skip informational responses and name a failing proxy.

    Python skips 100 alone. It takes 102 and 103 (RFC 8297) for the response, and would read the real one as the next.
    """

    class Connection(pool.ConnectionCls):
        response_class = _FinalResponse

        def _tunnel(self) -> None:
            try:
                super()._tunnel()
            except (OSError, HTTPException) as error:
                raise TunnelError(str(error)) from error

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


class TunnelError(OSError):
    """A proxy did not connect to the server, so no request was sent to the server."""


class _FinalResponse(HTTPResponse):
    """A response that is not informational (RFC 9110 section 15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        for _number in range(_MAXIMUM_INFORMATIONAL):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # a method of http.client without a type
            if status == HTTPStatus.SWITCHING_PROTOCOLS:  # nobody asked for another protocol
                raise BadStatusLine(f"{status}")
            if not HTTPStatus.CONTINUE < status < HTTPStatus.OK:
                return version, status, reason
            parse_headers(self.fp)
        raise BadStatusLine("too many informational responses")


def abandon_connections() -> None:
    """Use new connections from now on: an abandoned thread may still use the present connections."""
    _adapters.clear()
