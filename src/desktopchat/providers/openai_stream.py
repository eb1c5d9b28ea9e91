"""Reads answers in the chat completions dialect, whole or streamed, from any of its many speakers. No network here.

What each tolerance is for is said where it is; the shapes were all seen on real servers.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, StreamEvent, UsageReport
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.text import msg
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector
from desktopchat.providers.jsontext import count_of, list_of, object_of, parse, string_of
from desktopchat.providers.plain_chunks import RARE_REASONING, REASONING, Surroundings, only_text
from desktopchat.providers.toolcalls import ToolCallAssembler
from desktopchat.providers.vendor_errors import (
    READ_FOR_DETAIL,
    Complaint,
    ErrorTable,
    complaint_in,
    error_in_stream,
)
from desktopchat.transports.foreign import clean_detail, failed
from desktopchat.transports.sse import SSEEvent

FINISH_REASONS: Mapping[str, FinishReason] = {
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "max_output_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "tool_use": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
    "content_filtered": FinishReason.CONTENT_FILTER,
    "refusal": FinishReason.CONTENT_FILTER,
    "safety": FinishReason.CONTENT_FILTER,
    "sensitive": FinishReason.CONTENT_FILTER,
}
"""Everything else that is not a fault is `stop`."""

FAULTS = frozenset({"error", "network_error", "insufficient_system_resource"})
NO_REASON = frozenset({"", "null", "none"})
HEARTBEATS = frozenset({"ping", "heartbeat", "keep-alive", "keepalive"})


class Pieces(NamedTuple):
    """What one delta or message says."""

    reasoning: str = ""
    text: str = ""
    refusal: str = ""


class ChatCompletionReader:
    """One per answer. `frame` takes the events of a stream, `document` a whole body; `close` tells the end.

    `ended` is set by a finish reason or `[DONE]`, `done` by `[DONE]` alone. `translated` makes a completion of every
    JSON value first, for dialects that say the same in another form.
    """

    def __init__(
        self, collector: Collector, errors: ErrorTable, translated: Callable[[Json], Json] = lambda value: value
    ) -> None:
        self.request_id: str | None = None
        self.ended = False
        self.done = False
        self.frames = 0
        self._collector = collector
        self._errors = errors
        self._translated = translated
        self._calls = ToolCallAssembler()
        self._usage = Usage()
        self._reason: FinishReason | None = None
        self._refused = False
        self._came_as_delta = False
        self._around = Surroundings()

    @property
    def pieces(self) -> int:
        """How many pieces of content came so far."""
        return self._collector.pieces

    def frame(self, event: SSEEvent) -> Iterator[StreamEvent]:
        """Yields what an event of the stream says; raises the error it reports, after what it says besides."""
        data = event.data.strip()
        if event.type == "message" and not self.done and (text := self._around.text_in(data)):
            return self._only(text)
        if data.startswith("[DONE]"):
            self.ended = self.done = True
        elif data and event.type.lower() not in HEARTBEATS:
            return self._read(event, data)
        return iter(())

    def _read(self, event: SSEEvent, data: str) -> Iterator[StreamEvent]:
        sent = self._parsed(event, data)
        chunk = self._translated(sent)
        if event.type == "message" and not self.done and (text := only_text(chunk)):
            self._around = Surroundings.of(text, data) if chunk is sent else self._around
            return self._only(text)
        return self._chunk(chunk, is_error=event.type == "error")

    def _only(self, text: str) -> Iterator[StreamEvent]:
        self.frames += 1
        self._came_as_delta = True
        return self._collector.text(text)

    def document(self, body: bytes) -> Iterator[StreamEvent]:
        """Yields what a whole JSON body says: a completion, or an error that came with status 200."""
        try:
            document = parse(body.strip())
        except ValueError as error:
            raise _undecodable(_start_of(body)) from error
        if isinstance(document, list):
            document = next((item for item in document if isinstance(item, dict)), None)
        document = self._translated(document)
        yield from self._chunk(document, is_error=False)
        if not list_of(object_of(document).get("choices")):
            raise _undecodable(_start_of(body))
        self.ended = True

    def held(self) -> Iterator[StreamEvent]:
        """What was kept back, for an answer that ends early."""
        yield from self._collector.flush()

    def close(self) -> Iterator[StreamEvent]:
        """The rest of an answer that ended as it should."""
        yield from self._collector.flush()
        yield from self._calls.ready()
        yield Finished(self._final_reason())

    def _parsed(self, event: SSEEvent, data: str) -> Json:
        try:
            return parse(data)
        except ValueError as error:
            if event.type == "error":
                return {"error": data}
            raise _undecodable(data) from error

    def _chunk(self, chunk: Json, *, is_error: bool) -> Iterator[StreamEvent]:
        complaint = complaint_in(chunk)
        if complaint is None and is_error:
            complaint = complaint_in({"error": chunk}) or Complaint()
        if complaint is not None:
            raise error_in_stream(complaint, self._errors, self.request_id)
        if not isinstance(chunk, dict):
            return  # `data: null` and other heartbeats
        self.frames += 1
        if not self.done:
            for choice in list_of(chunk.get("choices")):
                yield from self._choice(object_of(choice))
        yield from self._report_usage(chunk)

    def _choice(self, choice: dict[str, Json]) -> Iterator[StreamEvent]:
        if choice.get("index") not in (None, 0):
            return  # only one answer was asked for
        if choice.get("error") and (complaint := complaint_in({"error": choice["error"]})) is not None:
            raise error_in_stream(complaint, self._errors, self.request_id)
        said = _pieces_of(self._delta_of(choice))
        if said.reasoning:
            yield from self._collector.reasoning(said.reasoning)
        if said.text:
            yield from self._collector.text(said.text)
        if said.refusal:
            yield from self._refusal(said.refusal)
        self._take_calls(choice)
        if (reason := choice.get("finish_reason")) is not None:
            self._take_reason(reason)

    def _delta_of(self, choice: dict[str, Json]) -> dict[str, Json]:
        """The piece in a choice: under `delta`, or under `message` or `text` from servers that confuse them.

        A `message` after deltas is the whole answer once more.
        """
        if isinstance(delta := choice.get("delta"), dict):
            self._came_as_delta = True
            return delta
        if isinstance(message := choice.get("message"), dict):
            return {} if self._came_as_delta and self.pieces else message
        return {"content": choice.get("text")}

    def _refusal(self, text: str) -> Iterator[StreamEvent]:
        """A refusal is something that the user must read."""
        self._refused = True
        yield from self._collector.text(text)

    def _take_calls(self, choice: dict[str, Json]) -> None:
        delta = object_of(choice.get("delta")) or object_of(choice.get("message"))
        if "tool_calls" not in delta and "function_call" not in delta:
            return
        size = self._calls.feed(delta.get("tool_calls"))
        if isinstance(old := delta.get("function_call"), dict):
            size += self._calls.feed([{"index": 0, "function": old}])
        self._collector.count(size)

    def _take_reason(self, value: Json) -> None:
        reason = string_of(value).strip().lower()
        if reason in NO_REASON:
            return
        if reason in FAULTS:
            raise failed(
                ErrorKind.OVERLOADED,
                msg("The provider broke the answer off because of a fault on its own side."),
                hint=msg("What came until then is kept. Try again in a moment."),
                code=reason,
                request_id=self.request_id,
            )
        self.ended = True
        self._reason = FINISH_REASONS.get(reason, FinishReason.STOP)

    def _report_usage(self, chunk: dict[str, Json]) -> Iterator[StreamEvent]:
        """Counts stand at the top level, in the choice (Moonshot) or in `x_groq`; each replaces the one before."""
        for place in (chunk, *list_of(chunk.get("choices")), chunk.get("x_groq")):
            if isinstance(place, dict) and isinstance(found := place.get("usage"), dict):
                usage = usage_of(found, self._usage)
                if usage != self._usage:
                    self._usage = usage
                    yield UsageReport(usage)
                return

    def _final_reason(self) -> FinishReason:
        if self._refused:
            return FinishReason.CONTENT_FILTER
        return self._reason or (FinishReason.TOOL_CALLS if self._calls else FinishReason.STOP)


def _pieces_of(delta: dict[str, Json]) -> Pieces:
    thought, text, refusal = _content_of(delta.get("content"))
    return Pieces(_reasoning_of(delta) or thought, text, string_of(delta.get("refusal")) or refusal)


def _content_of(content: Json) -> tuple[str, str, str]:
    """Reasoning, text and refusal in a `content`, which is a string or (Mistral, DashScope) a list of typed parts."""
    if isinstance(content, str):
        return "", content, ""
    thoughts: list[str] = []
    texts: list[str] = []
    refusals: list[str] = []
    for part in list_of(content):
        fields = object_of(part)
        match fields.get("type"):
            case "thinking" | "reasoning":
                thoughts.append(_flattened(fields.get("thinking") or fields.get("reasoning") or fields.get("text")))
            case "refusal":
                refusals.append(_flattened(fields.get("refusal") or fields.get("text")))
            case "text" | "output_text" | None:
                texts.append(string_of(part) or _flattened(fields.get("text")))
    return "".join(thoughts), "".join(texts), "".join(refusals)


def _reasoning_of(delta: dict[str, Json]) -> str:
    """Reasoning under the name that this vendor gave it. Where it is told twice (OpenRouter), the first counts."""
    if RARE_REASONING.isdisjoint(delta):
        return ""
    for name in REASONING:
        if found := _flattened(delta.get(name)):
            return found
    return "".join(
        string_of(detail.get("text")) or string_of(detail.get("summary"))
        for detail in map(object_of, list_of(delta.get("reasoning_details")))
    )


def _flattened(value: Json, depth: int = 3) -> str:
    """The text in a string, in `{"text": …}`, or in a list of those."""
    if isinstance(value, str):
        return value
    if depth == 0:
        return ""
    if isinstance(value, list):
        return "".join(_flattened(item, depth - 1) for item in value)
    fields = object_of(value)
    return _flattened(fields.get("text") or fields.get("content"), depth - 1) if fields else ""


def usage_of(fields: dict[str, Json], before: Usage) -> Usage:
    """The counts in a `usage` object of any of OpenAI's dialects; what it leaves out is as `before`."""

    def count(*names: str, within: dict[str, Json] = fields) -> int | None:
        return next((n for name in names if (n := count_of(within.get(name))) is not None), None)

    given = object_of(fields.get("prompt_tokens_details") or fields.get("input_tokens_details"))
    made = object_of(fields.get("completion_tokens_details") or fields.get("output_tokens_details"))
    return Usage(
        _newer(count("prompt_tokens", "input_tokens"), before.input_tokens),
        _newer(count("completion_tokens", "output_tokens"), before.output_tokens),
        _newer(count("reasoning_tokens", within=made), before.reasoning_tokens),
        _newer(
            _newer(count("cached_tokens", within=given), count("prompt_cache_hit_tokens", "cached_tokens")),
            before.cached_tokens,
        ),
    )


def _newer(count: int | None, before: int | None) -> int | None:
    return before if count is None else count


def _start_of(body: bytes) -> str:
    return body[:READ_FOR_DETAIL].decode("utf-8", "replace")


def _undecodable(data: str) -> ChatError:
    return failed(
        ErrorKind.PROTOCOL,
        msg("The server sent something that is not part of an answer and cannot be read."),
        hint=msg("Check that the address is the one of the API and that the kind of provider fits it."),
        detail=clean_detail(data[:READ_FOR_DETAIL], 500),
    )
