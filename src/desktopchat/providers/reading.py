"""The way every answer over HTTP is read: status, media type, framing, events, end. The dialects' part is a `Reader`.

An answer is complete when its reader saw the protocol's own end signal. The connection's end alone proves nothing,
and a connection that fails or stays open behind the end signal is no fault of the answer: once the clock was told of
the end, the transport just ends.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import ResponseStarted, StreamEvent
from desktopchat.domain.request import Limits
from desktopchat.domain.text import msg
from desktopchat.providers.vendor_errors import first_words
from desktopchat.transports.clock import ContentClock
from desktopchat.transports.foreign import clean_detail, failed
from desktopchat.transports.sse import SSEDecoder, SSEEvent

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpClient, HttpReply, HttpRequest

DRAIN_S = 0.1
"""Behind the very last event: time for the connection to end properly, so that it can be used again."""

HEAD_BYTES = 8192
SHOWN_CHARS = 300
"""So little of the head that a key which is cut at its end is not in it."""
BLANKS = b" \t\r\n"
BOM = b"\xef\xbb\xbf"


class Reader(Protocol):
    """What a dialect makes of one answer. Knows no network and no clock.

    `frame` and `document` yield what they were told and raise the errors they find in it. `ended`: the protocol's
    end signal was seen; `done`: nothing can follow; `pieces`: how much content came; `frames`: how many frames had a
    meaning at all. `request_id` is told to it, for its errors.
    """

    request_id: str | None
    ended: bool
    done: bool
    frames: int

    @property
    def pieces(self) -> int: ...
    def frame(self, event: SSEEvent) -> Iterator[StreamEvent]: ...
    def document(self, body: bytes) -> Iterator[StreamEvent]: ...
    def held(self) -> Iterator[StreamEvent]: ...
    def close(self) -> Iterator[StreamEvent]: ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question on its way: all that the reading of its answer needs."""

    client: "HttpClient"
    request: "HttpRequest"
    limits: Limits
    clock: ContentClock
    reader: Reader
    refusal: "Callable[[HttpReply, bytes], ChatError]"
    """Makes the error of a response whose status is not 2xx."""


async def answer(exchange: Exchange) -> AsyncIterator[StreamEvent]:
    """Sends the request and yields the answer's events. Ends after `Finished`, or raises `ChatError`."""
    async with exchange.client.open(exchange.request, exchange.limits, exchange.clock) as reply:
        if not 200 <= reply.status < 300:
            raise exchange.refusal(reply, await reply.read(exchange.limits.max_error_bytes))
        reader, failure = exchange.reader, None
        reader.request_id = reply.request_id
        try:
            async with aclosing(_read(reply, exchange)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event
        except ChatError as error:
            failure = error
        if failure is not None:
            if failure.kind is not ErrorKind.TOO_LARGE:
                for event in reader.held():
                    yield event
            raise _told_as_cut(failure, reader)
        for event in reader.close():
            yield event


async def _read(reply: "HttpReply", exchange: Exchange) -> AsyncIterator[StreamEvent]:
    """Everything up to the end of the body; raises unless the answer is complete then."""
    framing = _Framing(reply.media_type, exchange)
    started = False
    async for chunk in reply.chunks():
        if not started:
            started = True
            yield ResponseStarted(request_id=reply.request_id or "")
        pieces = exchange.reader.pieces
        for event in framing.feed(chunk):
            yield event
        _tell(exchange, exchange.reader.pieces > pieces)
    for event in framing.finish():
        yield event
    if not exchange.reader.ended or not exchange.reader.frames:
        raise framing.unended()


def _tell(exchange: Exchange, has_content: bool) -> None:
    """Tells the clock what the last bytes meant.

    The grace behind the end signal starts again with content (some servers say `stop` with every piece), and is cut
    short when nothing can follow any more.
    """
    clock, reader = exchange.clock, exchange.reader
    if has_content:
        clock.content()
    if not reader.ended:
        return
    clock.ended(exchange.limits.after_end_s)
    now = asyncio.get_running_loop().time()
    if reader.done:
        clock.deadline = now + DRAIN_S if clock.deadline is None else min(clock.deadline, now + DRAIN_S)
    elif has_content:
        clock.deadline = now + exchange.limits.after_end_s


class _Form(Enum):
    UNKNOWN = "unknown"
    EVENTS = "events"
    DOCUMENT = "document"
    PAGE = "page"


class _Framing:
    """Decides from media type and first byte what a body is, and hands its parts to the reader."""

    def __init__(self, media_type: str, exchange: Exchange) -> None:
        self._is_event_stream = media_type == "text/event-stream"
        self._reader = exchange.reader
        self._clock = exchange.clock
        self._sse = SSEDecoder(exchange.limits.max_line_bytes, exchange.limits.max_event_bytes)
        self._most = exchange.limits.max_event_bytes
        self._form = _Form.UNKNOWN
        self._head = bytearray()
        self._body = bytearray()

    def feed(self, chunk: bytes) -> Iterator[StreamEvent]:
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        if self._form is _Form.UNKNOWN:
            self._body += chunk
            self._form = self._recognised(bytes(self._body))
            if self._form is not _Form.EVENTS:
                self._forget_blanks()
                return
            chunk = bytes(self._body)
            self._body.clear()
        if self._form is _Form.EVENTS:
            for event in self._sse.feed(chunk):
                yield from self._reader.frame(event)
        elif self._form is _Form.DOCUMENT:
            self._grow(chunk)

    def finish(self) -> Iterator[StreamEvent]:
        """At the end of the body: a whole document, or an event that only lacks its blank line."""
        if self._form is _Form.EVENTS:
            yield from self._last_event()
            if not self._reader.frames and not self._reader.ended and self._looks_like_document():
                yield from self._reader.document(bytes(self._head))
        elif self._form is _Form.DOCUMENT:
            yield from self._reader.document(bytes(self._body))

    def unended(self) -> ChatError:
        """Why the answer is not complete."""
        if self._reader.frames:
            return _cut()
        start = bytes(self._head).lstrip(BOM + BLANKS)
        if self._form is _Form.PAGE or start.startswith(b"<"):
            return _page(clean_detail(first_words(start), SHOWN_CHARS))
        return _empty(clean_detail(first_words(start), SHOWN_CHARS))

    def _recognised(self, body: bytes) -> _Form:
        start = body.removeprefix(BOM).lstrip(BLANKS)
        if self._is_event_stream:
            return _Form.EVENTS
        if not start or BOM.startswith(start):
            return _Form.UNKNOWN
        if start.startswith((b"{", b"[")):
            return _Form.DOCUMENT
        return _Form.PAGE if start.startswith(b"<") else _Form.EVENTS

    def _forget_blanks(self) -> None:
        """Blank lines in front of an answer say that the server still lives, and nothing else."""
        if not self._body.strip(BLANKS):
            self._body.clear()

    def _grow(self, chunk: bytes) -> None:
        if chunk.strip(BLANKS):
            self._clock.content()
        self._body += chunk
        if len(self._body) > self._most:
            raise failed(
                ErrorKind.TOO_LARGE,
                msg("The server's answer is one piece of more than {limit} bytes.", limit=self._most),
                hint=msg("Ask for a shorter answer, or check that the address is the one of a chat API."),
            )

    def _last_event(self) -> Iterator[StreamEvent]:
        """An event that was cut off is worth something only if it is whole."""
        last = self._sse.flush()
        if last is None:
            return
        try:
            yield from self._reader.frame(last)
        except ChatError as error:
            if error.kind is not ErrorKind.PROTOCOL:
                raise

    def _looks_like_document(self) -> bool:
        return bytes(self._head).lstrip(BOM + BLANKS).startswith(b"{") and len(self._head) < HEAD_BYTES


def _told_as_cut(error: ChatError, reader: Reader) -> ChatError:
    """A connection lost in the middle of an answer is a cut answer, whatever the network calls it."""
    if error.kind is ErrorKind.NETWORK and reader.pieces:
        return _cut(detail=error.failure.detail)
    return error


def _cut(detail: str = "") -> ChatError:
    return failed(
        ErrorKind.TRUNCATED,
        msg("The answer was cut off: the connection ended before the server said that it was done."),
        hint=msg("What came until then is kept. Try again to get a whole answer."),
        detail=detail,
    )


def _empty(start: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server accepted the question and then sent no answer at all."),
        hint=msg("Try again. With a local server, look at its log: a conversation too long for it is a common reason."),
        detail=start,
    )


def _page(title: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server sent a web page instead of an answer."),
        hint=msg(
            "Check the address: it often has to end in /v1. In hotels and offices, a login page may be in between."
        ),
        detail=title,
    )
