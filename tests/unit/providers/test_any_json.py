"""Whatever JSON a server sends, wherever it puts it: an answer or a `ChatError`, and nothing else."""

import json
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktopchat.domain.errors import ChatError
from desktopchat.domain.events import StreamEvent
from desktopchat.providers.capabilities import listed_models
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.vendor_errors import error_for_status
from desktopchat.transports.sse import SSEEvent

# fmt: off
NAMES = [
    "choices", "delta", "message", "content", "text", "type", "thinking", "reasoning", "reasoning_content",
    "reasoning_details", "refusal", "tool_calls", "function_call", "function", "name", "arguments", "index",
    "id", "finish_reason", "usage", "prompt_tokens", "completion_tokens", "prompt_tokens_details",
    "cached_tokens", "x_groq", "error", "errors", "code", "detail", "loc", "msg", "object", "base_resp",
    "status_code", "data", "models", "architecture", "input_modalities", "meta", "request_id", "summary",
]
# fmt: on

WORDS = st.sampled_from(
    ["stop", "error", "null", "", "thinking", "text", "<think>", "</think>", "\ud83d", "a", "0", "400"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)
CHOICE = st.dictionaries(st.sampled_from(["delta", "message", "text", "finish_reason", "index", "error"]), VALUES)
CHUNK = VALUES | st.fixed_dictionaries({"choices": st.lists(CHOICE, max_size=2)}, optional={"usage": VALUES})
often = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(st.lists(CHUNK, max_size=4), st.sampled_from(TextMode))
def test_any_stream_is_an_answer_or_a_chat_error(chunks: list[object], mode: TextMode) -> None:
    reader = ChatCompletionReader(Collector(mode, 1000), OPENAI_ERRORS)
    events: list[StreamEvent] = []
    with suppress(ChatError):
        for chunk in chunks:
            events += reader.frame(SSEEvent("message", json.dumps(chunk)))
        events += reader.close()
    texts = [text for event in events if isinstance(text := getattr(event, "text", ""), str)]
    assert "\ud83d" not in "".join(texts)


@often
@given(CHUNK)
def test_any_document_is_an_answer_or_a_chat_error(document: object) -> None:
    reader = ChatCompletionReader(Collector(TextMode.INCREMENTS, 1000), OPENAI_ERRORS)
    with suppress(ChatError):
        assert list(reader.document(json.dumps(document).encode())) is not None
        assert reader.ended


@often
@given(VALUES, st.integers(300, 599))
def test_any_refusal_is_a_chat_error_that_can_be_shown(document: object, status: int) -> None:
    failure = error_for_status(status, {}, json.dumps(document).encode(), OPENAI_ERRORS, None).failure
    assert failure.status == status
    assert f"{failure.detail}{failure.code}{failure.request_id}".encode()


@often
@given(VALUES)
def test_any_list_of_models_is_read_or_none(document: object) -> None:
    models = listed_models(json.loads(json.dumps(document)))
    assert models is None or all(model.id for model in models)
