# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that concurrent callers share, so they do not wait for the same failure one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .._errors import BeyondIdentityError
from .._masking import mask_known_secrets
from .token_store import TokenStore

_ATTRIBUTES = (
    "reason",
    "sent",
    "permanent",
    "status",
    "code",
)  # what callers decide by, besides the class and the details


class SharedErrors:
    """The errors that callers of the run met while other callers waited for the same lock.

    No clock decides: each key counts its errors, and a caller takes the error if the count rose while the caller waited.
    A key must have everything that can cause the error.

    Args:
        store: the run's store. Without a store, no error is shared.
    """

    def __init__(self, store: TokenStore | None = None) -> None:
        self._store = store

    def count(self, key: Any) -> int:
        """Return how many errors there were under a key. A caller reads it before it waits for the lock."""
        return read_count(self._read(key))

    @contextmanager
    def share(
        self, key: Any, seen: int, is_shared: Callable[[BeyondIdentityError], bool] = lambda error: True
    ) -> Iterator[None]:
        """Raise the error that another caller met while this caller waited, or share this caller's own error.

        The caller holds the lock.

        Args:
            seen: the count that the caller read before it waited.
            is_shared: whether an error is shared.
        """
        entry = self._read(key)
        if read_count(entry) > seen and is_shared(error := to_error(entry)):
            raise error
        try:
            yield
        except BeyondIdentityError as error:
            # Another caller's error is older than the wait of the callers that would receive it from here.
            if self._store is not None and is_shared(error) and not error.is_repeated:
                self._store.put([*key, "error"], {"count": read_count(entry) + 1, **to_entry(error)})
            raise

    def _read(self, key: Any) -> Mapping[str, Any]:
        entry = self._store.get([*key, "error"]) if self._store is not None else None
        return entry or {}


def read_count(entry: Mapping[str, Any]) -> int:
    """Return the number of errors that an entry counts, 0 for an empty entry."""
    count = entry.get("count")
    return count if isinstance(count, int) else 0


def to_entry(error: BeyondIdentityError) -> dict[str, Any]:
    """Return an error as JSON types, without secrets that the server echoed: other callers do not know them to mask them."""
    shared: dict[str, Any] = mask_known_secrets(
        {
            "class": next(base.__name__ for base in type(error).__mro__ if base.__name__ in _CLASSES),
            "message": error.message,
            # other callers changed nothing
            "details": {name: value for name, value in error.details.items() if name != "changed"},
            "attributes": {name: getattr(error, name) for name in _ATTRIBUTES if hasattr(error, name)},
        }
    )
    return shared


def to_error(entry: Mapping[str, Any]) -> BeyondIdentityError:
    """Return the error of an entry, of the same class."""
    error_class = _CLASSES[entry["class"]]
    error = error_class.__new__(error_class, entry["message"])
    vars(error).update(entry["attributes"], message=entry["message"], details=entry["details"], is_repeated=True)
    return error


def _iter_classes(base: type[BeyondIdentityError]) -> Iterator[type[BeyondIdentityError]]:
    yield base
    for error_class in base.__subclasses__():
        yield from _iter_classes(error_class)


# The classes that the tree of errors has. Another class counts as its nearest base.
_CLASSES = {
    error_class.__name__: error_class
    for error_class in _iter_classes(BeyondIdentityError)
    if error_class.__module__ == BeyondIdentityError.__module__
}
