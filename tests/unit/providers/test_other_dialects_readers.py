"""The readers of Anthropic's, Google's and Ollama's dialects: any split, any JSON."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import dialect_breakers as wire

from desktopchat.domain.errors import ChatError
from desktopchat.domain.events import Finished, ReasoningDelta, StreamEvent, TextDelta
from desktopchat.providers import anthropic, gemini, ollama
from desktopchat.providers.anthropic_stream import AnthropicReader
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.gemini_stream import GeminiReader
from desktopchat.providers.json_reader import JsonReader
from desktopchat.providers.ollama_stream import OllamaReader
from desktopchat.transports.ndjson import NDJSONDecoder
from desktopchat.transports.sse import SSEDecoder, SSEEvent


def collector() -> Collector:
    return Collector(TextMode.INCREMENTS, 1000)


READERS: dict[str, Callable[[], JsonReader]] = {
    "anthropic": lambda: AnthropicReader(collector(), anthropic.ERRORS),
    "gemini": lambda: GeminiReader(collector(), gemini.ERRORS),
    "ollama": lambda: OllamaReader(collector(), ollama.ERRORS),
}
THINKS = wire.block(0, "thinking", thinking="") + wire.piece(0, "thinking_delta", thinking="想")
ANSWERS = {
    "anthropic": wire.BEGIN
    + THINKS
    + wire.block(1, "text", text="")
    + wire.piece(1, "text_delta", text="你😀")
    + wire.END,
    "gemini": wire.sse(wire.chunk({"text": "想", "thought": True}), wire.chunk({"text": "你😀"}, reason="STOP")),
    "ollama": wire.lines(wire.says("", thinking="想"), wire.says("你😀"), wire.DONE),
}


def read(kind: str, *pieces: bytes) -> list[StreamEvent]:
    reader, sse, ndjson = READERS[kind](), SSEDecoder(), NDJSONDecoder()
    events: list[StreamEvent] = []
    for piece in pieces:
        found = [SSEEvent("message", line) for line in ndjson.feed(piece)] if kind == "ollama" else sse.feed(piece)
        for event in found:
            events += reader.frame(event)
    return [*events, *reader.close()]


@pytest.mark.parametrize("kind", READERS)
def test_an_answer_cut_in_two_at_any_byte_is_the_same(kind: str) -> None:
    body = ANSWERS[kind]
    whole = read(kind, body)
    assert [event.text for event in whole if isinstance(event, TextDelta)] == ["你😀"]
    assert [event.text for event in whole if isinstance(event, ReasoningDelta)] == ["想"]
    assert isinstance(whole[-1], Finished)
    for at in range(len(body)):
        assert read(kind, body[:at], body[at:]) == whole


# fmt: off
NAMES = [
    "type", "message", "content", "text", "thinking", "delta", "content_block", "index", "id", "name", "input",
    "partial_json", "usage", "input_tokens", "output_tokens", "cache_read_input_tokens", "stop_reason",
    "candidates", "parts", "thought", "functionCall", "args", "finishReason", "promptFeedback", "blockReason",
    "usageMetadata", "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "responseId",
    "done", "done_reason", "tool_calls", "function", "arguments", "status", "eval_count", "error", "code",
    "details", "reason", "retryDelay", "models", "supportedGenerationMethods", "displayName", "inputTokenLimit",
]
WORDS = st.sampled_from([
    "text", "thinking", "tool_use", "text_delta", "thinking_delta", "input_json_delta", "message", "message_start",
    "message_delta", "message_stop", "content_block_start", "content_block_delta", "ping", "STOP", "SAFETY", "stop",
    "\ud83d", "", "a", "17s",
])
# fmt: on
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
FRAMES = (
    VALUES
    | st.fixed_dictionaries({"type": WORDS}, optional={"delta": FIELDS, "content_block": FIELDS, "message": FIELDS})
    | st.fixed_dictionaries({"candidates": st.lists(st.fixed_dictionaries({"content": FIELDS}) | FIELDS, max_size=2)})
    | st.fixed_dictionaries({"message": FIELDS, "done": st.booleans()})
)
often = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("kind", READERS)
@often
@given(frames=st.lists(FRAMES, max_size=4))
def test_any_frames_of_a_dialect_are_an_answer_or_a_chat_error(kind: str, frames: list[object]) -> None:
    reader = READERS[kind]()
    events: list[StreamEvent] = []
    with suppress(ChatError):
        for frame in frames:
            events += reader.frame(SSEEvent("message", json.dumps(frame)))
        events += reader.close()
    texts = [text for event in events if isinstance(text := getattr(event, "text", ""), str)]
    assert "\ud83d" not in "".join(texts)


@pytest.mark.parametrize("kind", READERS)
@often
@given(document=FRAMES)
def test_any_document_of_a_dialect_is_an_answer_or_a_chat_error(kind: str, document: object) -> None:
    reader = READERS[kind]()
    with suppress(ChatError):
        assert list(reader.document(json.dumps(document).encode())) is not None
        assert reader.frames


@often
@given(VALUES)
def test_any_list_of_googles_models_is_read_or_none(document: object) -> None:
    models = gemini.listed(json.loads(json.dumps(document)))
    assert models is None or all(model.id for model in models)
