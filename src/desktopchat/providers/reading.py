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
from desktopchat.domain.events import ReasoningDelta, ResponseStarted, StreamEvent, TextDelta
from desktopchat.domain.request import Limits
from desktopchat.domain.text import msg
from desktopchat.providers.plain_text import Look, TextAsEvents, first_look
from desktopchat.providers.vendor_errors import first_words
from desktopchat.transports.clock import ContentClock
from desktopchat.transports.foreign import clean_detail, failed
from desktopchat.transports.ndjson import NDJSONDecoder
from desktopchat.transports.sse import SSEDecoder, SSEEvent

if TYPE_CHECKING:
    from desktopchat.transports.http import HttpClient, HttpReply, HttpRequest

DRAIN_S = 0.1
"""Behind the very last event: time for the connection to end properly, so that it can be used again."""

HEAD_BYTES = 8192
SHOWN_CHARS = 300
"""So little of the head that a key which is cut at its end is not in it."""
JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
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
    takes_text: bool = False
    """Whether an answer may be nothing but its text. It is complete when its framing in HTTP says so."""


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
    framing = _Framing(reply, exchange)
    started = False
    together = joined if exchange.limits.joins_pieces else iter
    async for chunk in reply.chunks():
        if not started:
            started = True
            yield ResponseStarted(request_id=reply.request_id or "")
        pieces = exchange.reader.pieces
        for event in together(framing.feed(chunk)):
            yield event
        _tell(exchange, exchange.reader.pieces > pieces)
    for event in framing.finish():
        yield event
    if not exchange.reader.ended or not exchange.reader.frames:
        raise framing.unended()


def joined(events: Iterator[StreamEvent]) -> Iterator[StreamEvent]:
    """The same events with neighbouring pieces of text, or of reasoning, made one. An error comes last, as before."""
    kind: type[TextDelta | ReasoningDelta] = TextDelta
    pieces: list[str] = []
    failure: ChatError | None = None
    try:
        for event in events:
            if isinstance(event, kind):
                pieces.append(event.text)
                continue
            if pieces:
                yield kind("".join(pieces))
                pieces = []
            if isinstance(event, TextDelta | ReasoningDelta):
                kind, pieces = type(event), [event.text]
            else:
                yield event
    except ChatError as error:
        failure = error
    if pieces:
        yield kind("".join(pieces))
    if failure is not None:
        raise failure


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


class _LinesAsEvents:
    """Newline-delimited JSON for readers that know events: a line is the data of one."""

    stray = b""

    def __init__(self, max_line_bytes: int) -> None:
        self._lines = NDJSONDecoder(max_line_bytes)

    def feed(self, data: bytes) -> list[SSEEvent]:
        return [SSEEvent("message", line) for line in self._lines.feed(data)]

    def flush(self) -> SSEEvent | None:
        line = self._lines.flush()
        return None if line is None else SSEEvent("message", line, unfinished=True)


class _Framing:
    """Decides from media type and first byte what a body is, and hands its parts to the reader."""

    def __init__(self, reply: "HttpReply", exchange: Exchange) -> None:
        limits, media_type = exchange.limits, reply.media_type
        self._is_stream = media_type == "text/event-stream" or media_type in JSON_LINES
        self._reader = exchange.reader
        self._clock = exchange.clock
        self._decoder: SSEDecoder | _LinesAsEvents | TextAsEvents = (
            _LinesAsEvents(limits.max_line_bytes)
            if media_type in JSON_LINES
            else SSEDecoder(limits.max_line_bytes, limits.max_event_bytes)
        )
        self._takes_text = exchange.takes_text and media_type not in JSON_LINES
        self._is_json = media_type.endswith("json")
        self._ends_well = reply.says_where_it_ends
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
            for event in self._decoder.feed(chunk):
                yield from self._reader.frame(event)
        elif self._form is _Form.DOCUMENT:
            self._grow(chunk)

    def finish(self) -> Iterator[StreamEvent]:
        """At the end of the body: a whole document, or an event that only lacks its blank line."""
        if self._form is _Form.UNKNOWN and self._takes_text and self._body.strip(BLANKS):
            yield from self._short_text()
        if self._form is _Form.EVENTS:
            yield from self._last_event()
            if isinstance(self._decoder, TextAsEvents):
                self._reader.ended = self._reader.ended or self._ends_well
            if not self._reader.ended:
                yield from self._stray_document()
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
        if self._takes_text:
            return self._recognised_or_text(start)
        if self._is_stream:
            return _Form.EVENTS
        if not start or BOM.startswith(start):
            return _Form.UNKNOWN
        if start.startswith((b"{", b"[")):
            return _Form.DOCUMENT
        return _Form.PAGE if start.startswith(b"<") else _Form.EVENTS

    def _recognised_or_text(self, start: bytes) -> _Form:
        """As `_recognised`, for those who take text: it is text unless it begins like something else."""
        if self._is_json and start.startswith((b"{", b"[")):
            return _Form.DOCUMENT
        match None if BOM.startswith(start) else first_look(start):
            case None:
                return _Form.UNKNOWN
            case Look.PAGE:
                return _Form.PAGE
            case Look.TEXT:
                self._decoder = TextAsEvents()
        return _Form.EVENTS

    def _short_text(self) -> Iterator[StreamEvent]:
        """A text that ended before it could be told from something else."""
        self._form, self._decoder = _Form.EVENTS, TextAsEvents()
        for event in self._decoder.feed(bytes(self._body)):
            yield from self._reader.frame(event)

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
        last = self._decoder.flush()
        if last is None:
            return
        try:
            yield from self._reader.frame(last)
        except ChatError as error:
            if error.kind is not ErrorKind.PROTOCOL:
                raise

    def _stray_document(self) -> Iterator[StreamEvent]:
        """Bare JSON between or instead of the events: a whole answer in one piece, or Gemini's word for a fault."""
        stray = self._decoder.stray
        if not stray.lstrip().startswith((b"{", b"[")):
            return
        try:
            yield from self._reader.document(stray)
        except ChatError as error:
            if self._reader.frames and error.kind is ErrorKind.PROTOCOL:
                return  # a line that a cut left behind
            raise


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
            "Check the address and the kind of the provider; for OpenAI's kind the address often ends in /v1. "
            "In hotels and offices, a login page may be in between."
        ),
        detail=title,
    )
