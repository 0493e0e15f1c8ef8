# Copyright: (c) 2026, Beyond Identity Management collection contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Head and body of a request, strictly by RFC 9112: what is ambiguous is refused."""

from __future__ import annotations

import re
from email import errors
from email.message import Message
from io import BufferedIOBase

LARGEST_BODY = 1024 * 1024
_TARGET = re.compile(r"[!-~]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")
_LENGTH = re.compile(r"[0-9]{1,100}")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LONGEST_LINE = 8192
# These are about the body that a Content-Type announces, which the parser does not see.
_BODY_DEFECTS = (
    errors.CloseBoundaryNotFoundDefect,
    errors.InvalidMultipartContentTransferEncodingDefect,
    errors.MultipartInvariantViolationDefect,
    errors.NoBoundaryInMultipartDefect,
    errors.StartBoundaryNotFoundDefect,
)
_MOST_TRAILERS = 100


class InvalidRequestError(Exception):
    """The request is not valid, or too large."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class IncompleteRequestError(Exception):
    """The client closed the connection before the end of the request."""


def check_head(target: str, headers: Message) -> None:
    """Raise `InvalidRequestError` for characters and lines that a head must not have."""
    if not _TARGET.fullmatch(target):
        raise InvalidRequestError("invalid request target")
    if not all(isinstance(defect, _BODY_DEFECTS) for defect in headers.defects):
        raise InvalidRequestError("invalid header line")
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise InvalidRequestError("invalid header")


def read_body(stream: BufferedIOBase, headers: Message) -> bytes:
    """Return the body whose length or chunks the headers announce."""
    length = read_length(headers)
    return _read_chunks(stream) if length is None else _read_exactly(stream, length)


def read_length(headers: Message) -> int | None:
    """Return the length that the headers announce; None for a body in chunks."""
    codings, lengths = headers.get_all("Transfer-Encoding", []), headers.get_all("Content-Length", [])
    if codings:
        if lengths or [coding.strip().lower() for coding in codings] != ["chunked"]:
            raise InvalidRequestError("invalid Transfer-Encoding")
        return None
    if not lengths:
        return 0
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0].strip()):
        raise InvalidRequestError("invalid Content-Length")
    if int(lengths[0]) > LARGEST_BODY:
        raise InvalidRequestError("body too large", 413)
    return int(lengths[0])


def _read_chunks(stream: BufferedIOBase) -> bytes:
    body = b""
    while True:
        match = _CHUNK_SIZE.fullmatch(_read_line(stream))
        if match is None:
            raise InvalidRequestError("invalid chunk")
        size = int(match[1], 16)
        if size == 0:
            _skip_trailers(stream)
            return body
        if len(body) + size > LARGEST_BODY:
            raise InvalidRequestError("body too large", 413)
        body += _read_exactly(stream, size)
        if _read_line(stream).strip(b"\r\n"):
            raise InvalidRequestError("invalid chunk")


def _skip_trailers(stream: BufferedIOBase) -> None:
    for _number in range(_MOST_TRAILERS):
        if not _read_line(stream).strip(b"\r\n"):
            return
    raise InvalidRequestError("too many trailers")


def _read_line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        if len(line) == _LONGEST_LINE:
            raise InvalidRequestError("line too long")
        raise IncompleteRequestError
    return line


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise IncompleteRequestError
    return content
