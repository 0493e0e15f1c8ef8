# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the emulator listens, and what it requires if other machines can reach it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from ..model.start_error import StartError
from ..model.state import World

LOOPBACK = "127.0.0.1"
SECRET_SHORTEST = 32
SECRET_CHARACTERS = 10
"""Different characters in a secret. Random letters and digits have more; `secretsecretsecret...` has fewer."""
DOCUMENTED_SECRETS = frozenset({"example-only-Zm9yIGxvY2FsIHRlc3RzIG9ubHk"})
"""The client secrets in the documentation."""


@dataclass(frozen=True)
class Place:
    """An address to listen on, and the name that clients use."""

    family: socket.AddressFamily
    address: str
    name: str
    """The host in URLs, without brackets."""
    is_loopback: bool


def choose_place(host: str, public_host: str | None, allow_remote: bool, has_tls: bool) -> Place:
    """Resolve a host; refuse one that other machines can reach, unless the options permit it."""
    found = _resolve(host)
    family, address = found[0]
    is_loopback = all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for _family, one in found)
    if not is_loopback and not allow_remote:
        raise StartError(
            f"Other machines can reach the host {host!r}. Use --host {LOOPBACK}, or permit it with --allow-remote and --tls."
        )
    if not is_loopback and not has_tls:
        raise StartError(
            f"Other machines can reach the host {host!r}, so TLS is required. Add --tls, or --tls-cert and --tls-key."
        )
    is_wildcard = ipaddress.ip_address(address.partition("%")[0]).is_unspecified
    name = public_host or (socket.gethostname() if is_wildcard else host)
    _check_name(name)
    return Place(family, address, name.strip("[]"), is_loopback)


def check_secrets(world: World) -> None:
    """Refuse client secrets that can be guessed, before other machines can use them."""
    for tenant in world.tenants.values():
        for realm in tenant.realms.values():
            for application in realm.objects["applications"].values():
                secret = application["protocol_config"].get("client_secret")
                if secret is not None and not is_strong(secret):
                    raise StartError(
                        f"The client secret of the application {application['id']} can be guessed, and other machines can reach "
                        f"the emulator. Use at least {SECRET_SHORTEST} random characters, not an example of the documentation, "
                        "or omit the secret to let the emulator generate one."
                    )


def is_strong(secret: str) -> bool:
    """Return whether a secret is long, has many different characters, and is not an example of the documentation."""
    return len(secret) >= SECRET_SHORTEST and len(set(secret)) >= SECRET_CHARACTERS and secret not in DOCUMENTED_SECRETS


def _resolve(host: str) -> list[tuple[socket.AddressFamily, str]]:
    try:
        entries = socket.getaddrinfo(host.strip("[]") or None, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise StartError(
            f"The host {host!r} cannot be resolved. Use an address or name of this machine, such as {LOOPBACK}."
        ) from None
    return [(family, str(address[0])) for family, _type, _protocol, _name, address in entries]


def _check_name(name: str) -> None:
    """Refuse a name that would change the structure of URLs."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        if not all(part and part.replace("-", "").replace("_", "").isalnum() for part in name.rstrip(".").split(".")):
            raise StartError(f"{name!r} is not a host name. Set --public-host to a name or an address.") from None
