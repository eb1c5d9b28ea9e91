"""What is sent: the request as callers write it, checked and turned into what goes over the wire."""

import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.secret import Secret
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.transports import sentences
from desktopchat.transports.addresses import host_of, is_private
from desktopchat.transports.redact import register
from desktopchat.transports.upload import Body

PIECE_BYTES = 64 * 1024
"""A body goes out in pieces, so that a slow line is told from a dead one by its progress."""

_SECRET_NAMES = frozenset({"authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"})
_KEY = re.compile(r"(?:[A-Za-z]+ )?[\x21-\x7e]+")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TEXT = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. A body is `json` (None: none), `content`, or a `body` that is read while it is sent; keys are
    headers whose value is a `Secret`."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    json: Json = None
    content: bytes | None = None
    body: Body | None = None

    @property
    def has_json(self) -> bool:
        return self.json is not None


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A request with its keys revealed: made last, kept by nobody, never printed."""

    headers: dict[str, str]
    body: bytes
    stream: Body | None = None

    @property
    def has_body(self) -> bool:
        return bool(self.body) or self.stream is not None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        if self.stream is not None:
            async with aclosing(self.stream.pieces()) as pieces:
                async for piece in pieces:
                    yield piece
        for start in range(0, len(self.body), PIECE_BYTES):
            yield self.body[start : start + PIECE_BYTES]


def outgoing(request: HttpRequest) -> Outgoing:
    """Raises `ChatError`: `auth` for a key that cannot be sent, `bad_request` for what else cannot or must not be."""
    _check_address(request.url)
    _check_privacy(request)
    headers = {name.lower(): _checked(name, value) for name, value in request.headers.items()}
    body = json_bytes(request.json) if request.has_json else request.content
    if request.has_json:
        headers.setdefault("content-type", "application/json")
    if request.body is not None:
        headers["content-length"] = str(request.body.length)
    elif body is not None or request.method.upper() in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(len(body or b""))
    return Outgoing(headers, body or b"", request.body)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or re.search(r"[\s\x00-\x1f]", url):
        raise sentences.BAD_ADDRESS.error()
    if parts.password:
        register(parts.password)


def _check_privacy(request: HttpRequest) -> None:
    """A key goes unencrypted through one's own network at most."""
    has_key = any(isinstance(value, Secret) for value in request.headers.values())
    if has_key and not request.url.lower().startswith("https:") and not is_private(request.url):
        raise sentences.KEY_IN_THE_OPEN.error(host=host_of(request.url))


def _checked(name: str, value: str | Secret) -> str:
    """The header's value in clear. No message from here holds it: libraries quote what they refuse."""
    if not _NAME.fullmatch(name):
        raise sentences.BAD_HEADER.error(name=name[:40])
    if isinstance(value, str) and name.lower() not in _SECRET_NAMES:
        if not _TEXT.fullmatch(value):
            raise sentences.BAD_HEADER.error(name=name)
        return value
    key = value.reveal() if isinstance(value, Secret) else value
    if key.strip().lower() in ("", "bearer"):
        raise sentences.EMPTY_KEY.error()
    register(key)
    if not (_KEY if isinstance(value, Secret) else _TEXT).fullmatch(key):
        raise sentences.BAD_KEY.error()
    return key


def json_bytes(value: Json) -> bytes:
    """`value` as it goes over the wire. Raises `ChatError` `bad_request` for what JSON cannot say."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("The request cannot be written as JSON ({reason}).", reason=str(error)[:200]),
            hint=msg("Check the parameters of this conversation."),
        ) from error
    return repaired(text).encode("utf-8")
