"""Reads the frames of one answer of Spark. No network here.

A frame has a `header` with `code`, `sid` and `status`, and a `payload`; status 2 is the last, and carries text, too.
"""

from collections.abc import Iterator

from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import Usage
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector
from desktopchat.providers.json_reader import JsonReader, undecodable
from desktopchat.providers.jsontext import count_of, list_of, object_of, parse, string_of, wording
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.spark_errors import error_in_frame
from desktopchat.providers.vendor_errors import Complaint, complaint_in

LAST = "2"
SAID_ALL_THE_SAME = "10019"
"""The one error whose frame may still bring a part of the answer."""


class SparkReader(JsonReader):
    """One per answer. `ended` is set by status 2; what follows can only be an error."""

    def __init__(self, collector: Collector, domain: str = "") -> None:
        """`domain` is the model that belongs to the address, for the advice where it is another one."""
        super().__init__(collector, OPENAI_ERRORS)
        self._domain = domain

    def message(self, data: bytes) -> Iterator[StreamEvent]:
        """Yields what one message says; raises the error that it reports."""
        if not data.strip():
            return
        try:
            value = parse(data.strip())
        except ValueError as error:
            if self.ended:
                return
            raise undecodable(data) from error
        yield from self._take(value)

    def _take(self, value: Json) -> Iterator[StreamEvent]:
        document = object_of(value)
        header = object_of(document.get("header"))
        self.request_id = string_of(header.get("sid")) or self.request_id
        if (complaint := _complaint_in(document, header)) is not None:
            if complaint.code == SAID_ALL_THE_SAME:
                yield from self._said(document)
            raise error_in_frame(complaint, self.request_id, self._domain)
        yield from self._said(document)

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        payload = object_of(fields.get("payload"))
        choices = object_of(payload.get("choices"))
        if not payload and not fields.get("header"):
            return
        self.frames += 1
        if self.ended:
            return
        for piece in list_of(choices.get("text")):
            yield from self._piece(object_of(piece))
        yield from self._report_usage(object_of(object_of(payload.get("usage")).get("text")))
        status = choices.get("status")
        if wording(object_of(fields.get("header")).get("status") if status is None else status) == LAST:
            self.ended = True

    def _piece(self, piece: dict[str, Json]) -> Iterator[StreamEvent]:
        yield from self._collector.reasoning(string_of(piece.get("reasoning_content")))
        yield from self._collector.text(string_of(piece.get("content")))
        for name in ("function_call", "tool_calls"):
            self._collector.count(self._calls.feed(piece.get(name)))

    def _report_usage(self, said: dict[str, Json]) -> Iterator[StreamEvent]:
        """Tokens, from the last frame; some versions say zero for all of them, which says nothing."""
        usage = Usage(count_of(said.get("prompt_tokens")), count_of(said.get("completion_tokens")))
        if usage.input_tokens or usage.output_tokens:
            yield from self._report(usage)


def _complaint_in(document: dict[str, Json], header: dict[str, Json]) -> Complaint | None:
    """The error in the header, or beside it, where gateways put theirs."""
    return complaint_in(header) or complaint_in(document)
