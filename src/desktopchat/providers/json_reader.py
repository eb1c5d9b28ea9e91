"""What the readers of dialects whose frames are JSON objects have in common. What an object means is the dialect's."""

from collections.abc import Iterator

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, StreamEvent, UsageReport
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector
from desktopchat.providers.jsontext import parse
from desktopchat.providers.toolcalls import ToolCallAssembler
from desktopchat.providers.vendor_errors import READ_FOR_DETAIL, ErrorTable, complaint_in, error_in_stream
from desktopchat.transports.foreign import clean_detail, failed
from desktopchat.transports.sse import SSEEvent


class JsonReader:
    """See `reading.Reader`. A dialect overrides `_said`, and `_whole` where a whole answer is no single object.

    An error object raises before anything else in its frame is looked at.
    """

    def __init__(self, collector: Collector, errors: ErrorTable) -> None:
        self.request_id: str | None = None
        self.ended = False
        self.done = False
        self.frames = 0
        self._collector = collector
        self._errors = errors
        self._calls = ToolCallAssembler()
        self._usage = Usage()
        self._reason: FinishReason | None = None

    @property
    def pieces(self) -> int:
        """How many pieces of content came so far."""
        return self._collector.pieces

    def frame(self, event: SSEEvent) -> Iterator[StreamEvent]:
        """Yields what an event of the stream says; raises the error it reports."""
        if data := event.data.strip():
            yield from self._take(_parsed(data, is_error=event.type == "error"))

    def document(self, body: bytes) -> Iterator[StreamEvent]:
        """Yields what a whole body says: an answer, or an error that came with status 200."""
        frames = self.frames
        for value in self._whole(body):
            yield from self._take(value)
        if self.frames == frames:
            raise undecodable(body)

    def held(self) -> Iterator[StreamEvent]:
        """What was kept back, for an answer that ends early."""
        yield from self._collector.flush()

    def close(self) -> Iterator[StreamEvent]:
        """The rest of an answer that ended as it should."""
        yield from self._collector.flush()
        yield from self._calls.ready()
        yield Finished(self._final_reason())

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        """What one object says. Counts itself in `frames` if it has a meaning, and sets `ended` and `done`."""
        raise NotImplementedError

    def _whole(self, body: bytes) -> list[Json]:
        """The objects in a whole body. Raises `ChatError` `protocol`."""
        try:
            return [parse(body.strip())]
        except ValueError as error:
            raise undecodable(body) from error

    def _take(self, value: Json) -> Iterator[StreamEvent]:
        if (complaint := complaint_in(value)) is not None:
            raise error_in_stream(complaint, self._errors, self.request_id)
        if isinstance(value, dict):
            yield from self._said(value)

    def _report(self, usage: Usage) -> Iterator[StreamEvent]:
        if usage != self._usage:
            self._usage = usage
            yield UsageReport(usage)

    def _final_reason(self) -> FinishReason:
        if self._calls and self._reason in (None, FinishReason.STOP):
            return FinishReason.TOOL_CALLS
        return self._reason or FinishReason.STOP


def undecodable(body: bytes) -> ChatError:
    """The error for a frame or a body that is no part of an answer."""
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server sent something that is not part of an answer and cannot be read."),
        hint=msg("Check that the address is the one of the API and that the kind of provider fits it."),
        detail=clean_detail(body[:READ_FOR_DETAIL].decode("utf-8", "replace"), 500),
    )


def _parsed(data: str, *, is_error: bool) -> Json:
    """The value of an event; one that is called an error is read as one, whatever its form."""
    try:
        value = parse(data)
    except ValueError as error:
        if is_error:
            return {"error": data}
        raise undecodable(data.encode("utf-8", "replace")) from error
    forms: tuple[Json, ...] = (value, {"error": value}, {"error": True})
    return next(form for form in forms if complaint_in(form)) if is_error else value
