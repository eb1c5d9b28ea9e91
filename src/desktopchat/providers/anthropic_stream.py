"""Reads answers of Anthropic's Messages API, streamed or whole. No network here.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile

from desktopchat.domain.events import StreamEvent
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector
from desktopchat.providers.json_reader import JsonReader
from desktopchat.providers.jsontext import count_of, list_of, object_of, string_of
from desktopchat.providers.vendor_errors import ErrorTable

FINISH_REASONS: Mapping[str, FinishReason] = {
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
}
"""Everything else (`end_turn`, `stop_sequence`, `pause_turn`) is `stop`."""

CACHE_COUNTS = ("cache_creation_input_tokens", "cache_read_input_tokens")
COUNTS = ("input_tokens", "output_tokens", *CACHE_COUNTS)


class AnthropicReader(JsonReader):
    """Ends at `message_stop`. Event and block types that it does not know are left out: new ones may come any day.

    `owed` is the white space at the end of an answer's beginning that could not be sent: where the model repeats it
    at the start of its answer, it is taken off.
    """

    def __init__(self, collector: Collector, errors: ErrorTable, owed: str = "") -> None:
        super().__init__(collector, errors)
        self._owed = owed
        self._counts: dict[str, int] = {}
        self._called: list[Json] = []

    def _said(self, fields: dict[str, Json]) -> Iterator[StreamEvent]:
        match fields.get("type"):
            case "message_start":
                self.frames += 1
                yield from self._count(object_of(fields.get("message")).get("usage"))
            case "content_block_start":
                self.frames += 1
                yield from self._block(object_of(fields.get("content_block")), fields.get("index"))
            case "content_block_delta":
                self.frames += 1
                yield from self._delta(object_of(fields.get("delta")), fields.get("index"))
            case "message_delta":
                self.frames += 1
                self._take_reason(object_of(fields.get("delta")).get("stop_reason"))
                yield from self._count(fields.get("usage"))
            case "message_stop":
                self.frames += 1
                self.ended = self.done = True
            case "message":
                yield from self._message(fields)

    def _message(self, message: dict[str, Json]) -> Iterator[StreamEvent]:
        """A whole answer, from who asked for no stream."""
        self.frames += 1
        for index, block in enumerate(list_of(message.get("content"))):
            yield from self._block(object_of(block), index)
        self._take_reason(message.get("stop_reason"))
        yield from self._count(message.get("usage"))
        self.ended = self.done = True

    def _block(self, block: dict[str, Json], index: Json) -> Iterator[StreamEvent]:
        match block.get("type"):
            case "text":
                yield from self._text(string_of(block.get("text")))
            case "thinking":
                yield from self._collector.reasoning(string_of(block.get("thinking")))
            case "tool_use":
                given = object_of(block.get("input"))
                arguments = json.dumps(given, ensure_ascii=False) if given else ""
                self._called.append(index)
                self._call(index, arguments, block.get("id"), block.get("name"))

    def _delta(self, delta: dict[str, Json], index: Json) -> Iterator[StreamEvent]:
        match delta.get("type"):
            case "text_delta":
                yield from self._text(string_of(delta.get("text")))
            case "thinking_delta":
                yield from self._collector.reasoning(string_of(delta.get("thinking")))
            case "input_json_delta" if index in self._called:  # the vendor's own tools get theirs in the same way
                self._call(index, string_of(delta.get("partial_json")))

    def _text(self, piece: str) -> Iterator[StreamEvent]:
        if piece and self._owed:
            pairs = zip(piece, self._owed, strict=False)
            same = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))
            self._owed = self._owed[same:] if same == len(piece) else ""
            piece = piece[same:]
        yield from self._collector.text(piece)

    def _call(self, index: Json, arguments: str, call_id: Json = None, name: Json = None) -> None:
        fragment: Json = {"index": index, "id": call_id, "function": {"name": name, "arguments": arguments}}
        self._collector.count(self._calls.feed([fragment]))

    def _take_reason(self, value: Json) -> None:
        if reason := string_of(value):
            self._reason = FINISH_REASONS.get(reason, FinishReason.STOP)

    def _count(self, counts: Json) -> Iterator[StreamEvent]:
        """Counts are cumulative, but not every event repeats all of them; cached tokens are counted apart."""
        fields = object_of(counts)
        for name in COUNTS:
            if (count := count_of(fields.get(name))) is not None:
                self._counts[name] = max(count, self._counts.get(name, 0))
        given = [self._counts[name] for name in ("input_tokens", *CACHE_COUNTS) if name in self._counts]
        yield from self._report(
            Usage(
                input_tokens=sum(given) if given else None,
                output_tokens=self._counts.get("output_tokens"),
                cached_tokens=self._counts.get("cache_read_input_tokens"),
            )
        )
