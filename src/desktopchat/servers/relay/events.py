"""The articles' dialect: named events for `EventSource`, or nothing but the text for clients that have none.

`reasoning` and `usage` are our own additions; whoever does not listen for them misses nothing of the answer.
"""

from starlette.responses import Response

from desktopchat.domain.errors import Failure
from desktopchat.domain.events import ReasoningDelta, StreamEvent, TextDelta, TextReplaced, UsageReport
from desktopchat.domain.values import Json
from desktopchat.servers.relay.refusals import as_event, as_json, refused

ASKED_AGAIN = "last-event-id"
"""The header with which an `EventSource` comes back by itself, as it does after every end that its page ignores."""


class Told:
    """What was said already: a model that takes words back cannot take them from a client that has them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def more(self, text: str) -> str:
        self._pieces.append(text)
        return text

    def instead(self, whole: str) -> str:
        """What to say where the answer is `whole` now: the rest of it, or all of it on a line of its own."""
        told, self._pieces = "".join(self._pieces), [whole]
        return whole.removeprefix(told) if whole.startswith(told) else f"\n{whole}"


class EventsForm:
    """See `answering.Form`."""

    media_type = "text/event-stream"
    heartbeat = b": heartbeat\n\n"

    def __init__(self) -> None:
        self._told = Told()
        self._is_first = True

    def opening(self) -> bytes:
        return self.heartbeat

    def event(self, event: StreamEvent) -> bytes:
        match event:
            case TextDelta(text):
                return self._event("update", {"content": self._told.more(text)})
            case TextReplaced(text):
                news = self._told.instead(text)
                return self._event("update", {"content": news}) if news else b""
            case ReasoningDelta(text):
                return self._event("reasoning", {"content": text})
            case UsageReport(usage):
                counts: dict[str, Json] = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
                return self._event("usage", counts)
            case _:
                return b""

    def closing(self) -> bytes:
        return b"event: end\ndata: \n\n"

    def failure(self, failure: Failure) -> bytes | None:
        return self._event("error", as_event(failure)) + self.closing()

    def refusal(self, failure: Failure) -> Response:
        return refused(failure, as_event)

    def _event(self, name: str, value: Json) -> bytes:
        """The first one has an id: a browser that asks again by itself brings it along."""
        mark, self._is_first = ("id: 1\n" if self._is_first else ""), False
        return f"event: {name}\ndata: {as_json(value)}\n{mark}\n".encode()


class ChunkedForm:
    """See `answering.Form`. The text alone: it is complete if the chunked framing is."""

    media_type = "text/plain; charset=utf-8"
    heartbeat = b""

    def __init__(self) -> None:
        self._told = Told()

    def opening(self) -> bytes:
        return b""

    def event(self, event: StreamEvent) -> bytes:
        match event:
            case TextDelta(text):
                return self._told.more(text).encode()
            case TextReplaced(text):
                return self._told.instead(text).encode()
            case _:
                return b""

    def closing(self) -> bytes:
        return b""

    def failure(self, failure: Failure) -> bytes | None:
        return None

    def refusal(self, failure: Failure) -> Response:
        return refused(failure, as_event)
