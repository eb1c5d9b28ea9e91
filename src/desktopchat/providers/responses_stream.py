"""Reads answers in the Responses dialect, whole or streamed. No network here.

Events are told by the `type` in their JSON: some servers write no `event:` lines, no sequence numbers and no indices.
"""

from collections.abc import Iterator

from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import FinishReason
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector
from desktopchat.providers.json_reader import JsonReader
from desktopchat.providers.jsontext import list_of, object_of, string_of
from desktopchat.providers.openai_stream import FINISH_REASONS, HEARTBEATS, usage_of
from desktopchat.providers.vendor_errors import Complaint, ErrorTable, complaint_in, error_in_stream
from desktopchat.transports.sse import SSEEvent

ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})
WHOLE = "whole"
"""The source of what only the answer's last event or a whole body tells."""


class ResponsesReader(JsonReader):
    """One per answer. See `reading.Reader`.

    The same text comes up to five times: in pieces, and whole with the ends of its part, its item and the answer.
    Of each channel (text, refusal, reasoning, calls) the first source that says anything is the one that counts.
    """

    def __init__(self, collector: Collector, errors: ErrorTable) -> None:
        super().__init__(collector, errors)
        self._sources: dict[str, str] = {}

    def frame(self, event: SSEEvent) -> Iterator[StreamEvent]:
        data = event.data.strip()
        if data.startswith("[DONE]") or event.type.lower() in HEARTBEATS:
            return  # not an end in this dialect
        yield from super().frame(event)

    def _take(self, value: Json) -> Iterator[StreamEvent]:
        fields = object_of(value)
        if string_of(fields.get("type")).startswith("response."):
            yield from self._said(fields)  # where a `code` is what the model's interpreter runs, and no error
        else:
            yield from super()._take(value)

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        name = string_of(fields.get("type"))
        if name.startswith("response."):
            self.frames += 1
        match name:
            case "response.output_text.delta" | "response.output_text.done":
                yield from self._text(name, string_of(fields.get("delta") or fields.get("text")))
            case "response.refusal.delta" | "response.refusal.done":
                yield from self._refusal(name, string_of(fields.get("delta") or fields.get("refusal")))
            case (
                "response.reasoning_summary_text.delta"
                | "response.reasoning_text.delta"
                | "response.reasoning_summary_text.done"
                | "response.reasoning_text.done"
            ):
                yield from self._reasoning(name, string_of(fields.get("delta") or fields.get("text")))
            case "response.reasoning_summary_part.added" if "reasoning" in self._sources:
                yield from self._collector.reasoning("\n\n")
            case "response.output_item.done":
                self._call(name, object_of(fields.get("item")))
            case _ if name in ENDS:
                yield from self._end(object_of(fields.get("response")), name.removeprefix("response."))
            case "" if fields.get("object") == "response" or "output" in fields:
                self.frames += 1
                yield from self._end(fields, string_of(fields.get("status")) or "completed")

    def _text(self, source: str, text: str) -> Iterator[StreamEvent]:
        if self._counts("text", source, text):
            yield from self._collector.text(text)

    def _refusal(self, source: str, text: str) -> Iterator[StreamEvent]:
        """A refusal is something that the user must read."""
        if self._counts("refusal", source, text):
            self._reason = FinishReason.CONTENT_FILTER
            yield from self._collector.text(text)

    def _reasoning(self, source: str, text: str) -> Iterator[StreamEvent]:
        if self._counts("reasoning", source, text):
            yield from self._collector.reasoning(text)

    def _call(self, source: str, item: dict[str, Json]) -> None:
        if item.get("type") == "function_call" and self._counts("calls", source, string_of(item.get("name"))):
            function: Json = {"name": item.get("name"), "arguments": item.get("arguments")}
            call_id = item.get("call_id") or item.get("id")
            self._collector.count(self._calls.feed([{"id": call_id, "function": function}]))

    def _counts(self, channel: str, source: str, text: str) -> bool:
        return bool(text) and self._sources.setdefault(channel, source) == source

    def _end(self, response: dict[str, Json], ending: str) -> Iterator[StreamEvent]:
        """What the end of the answer says; its `status` counts more than the event's name."""
        for item in map(object_of, list_of(response.get("output"))):
            yield from self._item(item)
        yield from self._report(usage_of(object_of(response.get("usage")), self._usage))
        status = string_of(response.get("status")) or ending
        if status in ("failed", "cancelled"):
            found = complaint_in({"error": response.get("error")}) or Complaint(f"The answer is {status}.")
            raise error_in_stream(found, self._errors, self.request_id)
        if status in ("completed", "incomplete"):
            self.ended = self.done = True
        if status == "incomplete":
            self._cut_short(object_of(response.get("incomplete_details")))

    def _item(self, item: dict[str, Json]) -> Iterator[StreamEvent]:
        """An item of the whole output, for servers that told nothing of it before."""
        self._call(WHOLE, item)
        if item.get("type") == "reasoning":
            parts = list_of(item.get("summary")) or list_of(item.get("content"))
            yield from self._reasoning(WHOLE, "\n\n".join(string_of(object_of(part).get("text")) for part in parts))
            return
        for part in map(object_of, list_of(item.get("content"))):
            yield from self._text(WHOLE, string_of(part.get("text")))
            yield from self._refusal(WHOLE, string_of(part.get("refusal")))

    def _cut_short(self, details: dict[str, Json]) -> None:
        """An incomplete answer without a reason is one that could go on; a reason that nobody knows is an end."""
        if self._reason is None:
            named = string_of(details.get("reason")).lower()
            self._reason = FINISH_REASONS.get(named, FinishReason.STOP if named else FinishReason.LENGTH)
