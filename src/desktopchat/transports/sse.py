"""Server-sent events from bytes, to the letter of the WHATWG rules; no network and no meaning of the events here.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from typing import NamedTuple

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import MIB
from desktopchat.transports import sentences
from desktopchat.transports.lines import BomStripper, LineBuffer

MOST_STRAY = 64 * 1024


class SSEEvent(NamedTuple):
    """A dispatched event. `id` is the last event id of the stream so far.

    `unfinished` marks what stood at the end of the stream without the blank line that dispatches it: a browser
    would drop it, a tolerant adapter may look whether it is whole.
    """

    type: str
    data: str
    id: str = ""
    unfinished: bool = False


class SSEDecoder:
    """Feed it bytes in any pieces: the events are the same. Events are text decoded as UTF-8, whatever a header says.

    Malformed bytes become U+FFFD. A line or an event past its limit raises `ChatError` `too_large`: after the
    events that were complete before it have been returned.
    """

    def __init__(self, max_line_bytes: int = 16 * MIB, max_event_bytes: int = 16 * MIB) -> None:
        self.bytes_seen = 0
        self.comments = 0
        self.retry_ms: int | None = None
        """What the server asked for as reconnection time; nobody here reconnects."""
        self._stray = bytearray()
        self._max_line_bytes = max_line_bytes
        self._max_event_bytes = max_event_bytes
        self._bom = BomStripper()
        self._lines = LineBuffer(max_line_bytes)
        self._after_cr = False
        self._data = bytearray()
        self._type = b""
        self._id_buffer = b""
        self._last_id_bytes = self._id_buffer
        self._last_id = ""
        self._error: ChatError | None = None

    @property
    def stray(self) -> bytes:
        """The lines so far that are no field of an event and that browsers ignore; the first 64 KiB of them."""
        return bytes(self._stray)

    def feed(self, data: bytes) -> list[SSEEvent]:
        """The events that `data` completes."""
        self.bytes_seen += len(data)
        events = self._read(self._lines.feed(self._with_lf_only(self._bom.feed(data))))
        if self._lines.overflowing and self._error is None:
            self._error = sentences.LINE_TOO_LONG.error(limit=sentences.size(self._max_line_bytes))
        return self._unless_failed(events)

    def flush(self) -> SSEEvent | None:
        """At the end of the stream: the event that nothing dispatched, if there is one with data."""
        rest = self._bom.flush() or self._lines.take_rest()
        self._unless_failed(self._read([rest] if rest else []))
        return self._dispatch(unfinished=True) if self._data else None

    def _unless_failed(self, events: list[SSEEvent]) -> list[SSEEvent]:
        if self._error is not None and not events:
            raise self._error
        return events

    def _with_lf_only(self, data: bytes) -> bytes:
        """CRLF and CR as LF. A CR at the end of a piece ends its line now; an LF that begins the next belongs to it."""
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if b"\r" not in data:
            return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _read(self, lines: list[bytes]) -> list[SSEEvent]:
        events: list[SSEEvent] = []
        for line in lines:
            if self._error is not None:
                break
            if line.startswith(b":"):  # the commonest line of a server that keeps a connection open, or floods it
                self.comments += 1
            elif line:
                self._field(line)
            elif (event := self._dispatch()) is not None:
                events.append(event)
        return events

    def _field(self, line: bytes) -> None:
        if line.startswith(b"data: "):
            self._add_data(line[6:])
            return
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        match name:
            case b"data":
                self._add_data(value)
            case b"event":
                self._type = value
            case b"id" if b"\0" not in value:
                self._id_buffer = value
            case b"retry" if value.isdigit() and len(value) <= 18:
                self.retry_ms = int(value)
            case b"id" | b"retry":
                pass
            case _ if len(self._stray) + len(line) < MOST_STRAY:
                self._stray += line + b"\n"

    def _add_data(self, value: bytes) -> None:
        if len(self._data) + len(value) > self._max_event_bytes:
            self._error = sentences.EVENT_TOO_LARGE.error(limit=sentences.size(self._max_event_bytes))
            self._data = bytearray()
            return
        self._data += value
        self._data += b"\n"

    def _dispatch(self, *, unfinished: bool = False) -> SSEEvent | None:
        if self._id_buffer is not self._last_id_bytes:
            self._last_id_bytes, self._last_id = self._id_buffer, self._id_buffer.decode("utf-8", "replace")
        if not self._data:
            self._type = b""
            return None
        kind = self._type.decode("utf-8", "replace") if self._type else "message"
        event = SSEEvent(kind, self._data[:-1].decode("utf-8", "replace"), self._last_id, unfinished)
        self._data, self._type = bytearray(), b""
        return event
