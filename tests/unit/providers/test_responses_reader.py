"""The Responses dialect: every event that means something, every form that other servers give it, every end."""

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.asking import Outcome, ask
from tests.support.rawserver import answering, raw_server
from tests.support.rawserver import response as http_response
from tests.support.responses_wire import completed, event, message, response, says, text_part, usage

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, StreamEvent
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.domain.request import Limits
from desktopchat.domain.values import Json
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.openai_errors import OPENAI_ERRORS
from desktopchat.providers.responses_stream import ResponsesReader
from desktopchat.transports.sse import SSEDecoder, SSEEvent

HI = says("Hel", "lo")


def new_reader() -> ResponsesReader:
    return ResponsesReader(Collector(TextMode.INCREMENTS, 10_000), OPENAI_ERRORS)


def read(*pieces: bytes) -> tuple[Outcome, ResponsesReader]:
    """What the reader makes of a body that comes in these pieces."""
    reader, outcome = new_reader(), Outcome()
    outcome.events.extend(_events(reader, pieces, outcome))
    return outcome, reader


def _events(reader: ResponsesReader, pieces: tuple[bytes, ...], outcome: Outcome) -> Iterator[StreamEvent]:
    decoder = SSEDecoder(10_000, 10_000)
    try:
        for piece in pieces:
            for found in decoder.feed(piece):
                yield from reader.frame(found)
        if reader.ended:
            yield from reader.close()
        else:
            yield from reader.held()
    except ChatError as error:
        outcome.failure = error.failure


def answer(body: bytes) -> Outcome:
    outcome, _ = read(body)
    return outcome


def failing(code: str) -> bytes:
    return event("failed", response=response("failed", error={"code": code, "message": "m"}))


FULL = (
    event("created", response=response("in_progress"), sequence_number=0)
    + event("in_progress", response=response("in_progress"))
    + event("output_item.added", output_index=0, item={"type": "reasoning", "summary": []})
    + event("reasoning_summary_part.added", summary_index=0, part={"type": "summary_text", "text": ""})
    + event("reasoning_summary_text.delta", summary_index=0, delta="First ")
    + event("reasoning_summary_text.delta", summary_index=0, delta="this.")
    + event("reasoning_summary_text.done", summary_index=0, text="First this.")
    + event("reasoning_summary_part.added", summary_index=1, part={"type": "summary_text", "text": ""})
    + event("reasoning_summary_text.delta", summary_index=1, delta="Then 那.")
    + event("output_item.done", output_index=0, item={"type": "reasoning", "summary": [{"text": "First this."}]})
    + event("content_part.added", output_index=1, part=text_part(""))
    + says("Grüße, ", "世界", " 😀")
    + event("output_text.annotation.added", annotation={"type": "url_citation", "url": "https://a.example"})
    + event("web_search_call.searching", item_id="ws_1")
    + event("code_interpreter_call_code.done", code="print(400)")
    + event("output_text.done", text="Grüße, 世界 😀")
    + event("content_part.done", part=text_part("Grüße, 世界 😀"))
    + event("output_item.done", output_index=1, item=message(text_part("Grüße, 世界 😀")))
    + completed(output=[message(text_part("Grüße, 世界 😀"))], usage=usage(37, 11, cached=5, thought=4))
)


def check_full(outcome: Outcome) -> None:
    assert outcome.failure is None
    assert outcome.text == "Grüße, 世界 😀"
    assert outcome.reasoning == "First this.\n\nThen 那."
    assert outcome.usage == Usage(37, 11, 4, 5)
    assert outcome.events[-1] == Finished(FinishReason.STOP)


def test_an_answer_means_the_same_wherever_it_is_cut() -> None:
    for at in range(len(FULL) + 1):
        check_full(read(FULL[:at], FULL[at:])[0])


def test_an_answer_means_the_same_byte_by_byte_and_with_other_line_ends() -> None:
    for body in (FULL, FULL.replace(b"\n", b"\r\n"), FULL.replace(b"\n", b"\r")):
        check_full(read(*(body[at : at + 1] for at in range(len(body))))[0])


def test_event_lines_are_not_needed() -> None:
    bare = b"".join(line + b"\n" for line in FULL.split(b"\n") if not line.startswith(b"event:"))
    check_full(answer(bare))


def test_what_comes_behind_the_end_changes_nothing() -> None:
    check_full(answer(FULL + b"data: [DONE]\n\n" + b": bye\n\n" + b"event: keepalive\ndata: x\n\n"))


@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n", b'event: keepalive\ndata: {"type":"keepalive"}\n\n'])
def test_without_its_own_end_signal_nothing_is_complete(end: bytes) -> None:
    outcome, reader = read(HI + event("output_text.done", text="Hello") + end)
    assert outcome.text == "Hello"
    assert not reader.ended
    assert reader.frames > 0


@pytest.mark.parametrize(
    "body",
    [
        event("output_text.done", text="Hello") + completed(),
        event("output_text.done", text="Hello") + completed(output=[message(text_part("Hello"))]),
        completed(output=[message(text_part("Hel"), text_part("lo"))]),
        HI + completed(output=[message(text_part("Hello"))]),
        HI + event("output_text.done", text="Hello") + completed(output=None),
        event("output_text.delta", delta=None) + event("output_text.delta", delta=7) + HI + completed(),
    ],
)
def test_text_is_told_once_whichever_events_carry_it(body: bytes) -> None:
    outcome = answer(body)
    assert (outcome.text, outcome.reason) == ("Hello", FinishReason.STOP)


def test_a_whole_answer_is_read_from_its_items() -> None:
    reasoning: Json = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}
    body = response("completed", output=[reasoning, message(text_part("Hello"))], usage=usage(3, 4), error=None)
    reader, outcome = new_reader(), Outcome()
    outcome.events += [*reader.document(json.dumps(body).encode()), *reader.close()]
    assert reader.ended
    assert (outcome.reasoning, outcome.text, outcome.reason) == ("Hm.", "Hello", FinishReason.STOP)
    assert outcome.usage == Usage(3, 4, 0, 0)


def test_raw_reasoning_of_open_models_is_read() -> None:
    body = event("reasoning_text.delta", delta="Hm.") + HI + completed()
    assert answer(body).reasoning == "Hm."


def test_a_refusal_is_shown_and_ends_as_filtered() -> None:
    refused = event("refusal.delta", delta="I ") + event("refusal.delta", delta="can't.") + completed()
    outcome = answer(refused)
    assert (outcome.text, outcome.reason) == ("I can't.", FinishReason.CONTENT_FILTER)
    whole = answer(completed(output=[message({"type": "refusal", "refusal": "I can't."})]))
    assert (whole.text, whole.reason) == ("I can't.", FinishReason.CONTENT_FILTER)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"reason": "max_output_tokens"}, FinishReason.LENGTH),
        ({"reason": "content_filter"}, FinishReason.CONTENT_FILTER),
        ({"reason": "something new"}, FinishReason.STOP),
        (None, FinishReason.LENGTH),
    ],
)
def test_an_incomplete_answer_says_why(details: Json, reason: FinishReason) -> None:
    end = event("incomplete", response=response("incomplete", incomplete_details=details, usage=usage(1, 2)))
    outcome = answer(HI + end)
    assert (outcome.text, outcome.reason, outcome.failure) == ("Hello", reason, None)
    assert outcome.usage == Usage(1, 2, 0, 0)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (failing("server_error"), "overloaded", "server_error"),
        (failing("rate_limit_exceeded"), "rate_limited", "rate_limit_exceeded"),
        (failing("invalid_prompt"), "bad_request", "invalid_prompt"),
        (failing("image_too_large"), "file_rejected", "image_too_large"),
        (event("failed", response=response("failed")), "overloaded", None),
        (event("completed", response=response("failed", error={"message": "m"})), "overloaded", None),
        (event("error", code="string_above_max_length", message="m"), "context_length", "string_above_max_length"),
        (event("error", error={"code": "insufficient_quota", "message": "m"}), "quota", "insufficient_quota"),
        (event("error", named=False, message="m"), "overloaded", None),
        (b'event: error\ndata: {"code":400,"message":"m"}\n\n', "bad_request", "400"),
        (b"event: error\ndata: it broke\n\n", "overloaded", None),
        (b'event: error\ndata: {"message":"m"}\n\n', "overloaded", None),
        (b'data: {"error":{"message":"m","code":"invalid_api_key"}}\n\n', "auth", "invalid_api_key"),
        (b"data: {cut\n\n", "protocol", None),
    ],
)
def test_an_error_has_its_kind_and_keeps_the_text(body: bytes, kind: str, code: str | None) -> None:
    outcome = answer(HI + body + completed())
    assert outcome.failure is not None
    assert outcome.text == "Hello"
    assert (outcome.failure.kind, outcome.failure.code) == (kind, code)
    assert outcome.failure.hint is not None


def test_calls_are_collected_once() -> None:
    call: Json = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"at":1}'}
    other: Json = {"type": "function_call", "call_id": "c2", "name": "look", "arguments": '{"at":2}'}
    body = (
        event("function_call_arguments.delta", delta='{"at"')
        + event("output_item.done", item=call)
        + event("output_item.done", item=other)
        + completed(output=[call, other])
    )
    outcome = answer(body)
    assert [(made.id, made.arguments) for made in outcome.calls] == [("c1", '{"at":1}'), ("c2", '{"at":2}')]
    assert outcome.reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    ("body", "media_type", "kind", "text"),
    [
        (HI, "text/event-stream", ErrorKind.TRUNCATED, "Hello"),
        (event("created", response=response("queued")), "text/event-stream", ErrorKind.TRUNCATED, ""),
        (b"", "text/event-stream", ErrorKind.PROTOCOL, ""),
        (b'{"object":"list","data":[]}', "application/json", ErrorKind.PROTOCOL, ""),
        (b'{"error":{"message":"m","code":"model_not_found"}}', "application/json", ErrorKind.NOT_FOUND, ""),
        (json.dumps(response("failed", error={"message": "m"})).encode(), "application/json", ErrorKind.OVERLOADED, ""),
        (json.dumps(response("in_progress")).encode(), "application/json", ErrorKind.TRUNCATED, ""),
        (b"<html><title>Login</title>", "text/html", ErrorKind.PROTOCOL, ""),
    ],
)
def test_what_is_no_complete_answer_has_its_kind_over_http(
    body: bytes, media_type: str, kind: ErrorKind, text: str
) -> None:
    with raw_server(answering(http_response(body, media_type=media_type))) as server:
        outcome = ask("openai-responses", f"{server.url}/v1")
    assert outcome.failure is not None
    assert (outcome.failure.kind, outcome.text) == (kind, text)


def test_an_answer_longer_than_allowed_stops_at_its_limit() -> None:
    with raw_server(answering(http_response(says("x" * 60, "y" * 60) + completed()))) as server:
        outcome = ask("openai-responses", f"{server.url}/v1", limits=Limits(max_reply_bytes=100))
    assert outcome.failure is not None
    assert outcome.failure.kind is ErrorKind.TOO_LARGE
    assert len(outcome.text) == 100


# fmt: off
NAMES = [
    "type", "response", "delta", "text", "refusal", "item", "output", "content", "summary", "status", "error", "code",
    "message", "usage", "input_tokens", "output_tokens_details", "reasoning_tokens", "incomplete_details", "reason",
    "name", "arguments", "call_id", "id", "object", "part", "detail", "output_index",
]
TYPES = [
    "output_text.delta", "output_text.done", "refusal.delta", "reasoning_text.delta", "reasoning_summary_text.delta",
    "reasoning_summary_part.added", "output_item.done", "completed", "incomplete", "failed", "created", "x",
]
# fmt: on
WORDS = st.sampled_from(
    ["completed", "incomplete", "failed", "function_call", "reasoning", "message", "error", "", "\ud83d", "response"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
)
FRAME = VALUES | st.fixed_dictionaries(
    {"type": st.sampled_from([f"response.{name}" for name in TYPES]) | VALUES},
    optional=dict.fromkeys(("delta", "text", "item", "response", "error", "code"), VALUES),
)
often = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(st.lists(FRAME, max_size=4), st.sampled_from(["message", "error", "response.completed"]))
def test_any_stream_is_an_answer_or_a_chat_error(frames: list[object], name: str) -> None:
    reader = new_reader()
    events: list[StreamEvent] = []
    with suppress(ChatError):
        for frame in frames:
            events += reader.frame(SSEEvent(name, json.dumps(frame)))
        events += reader.close()
    texts = [text for found in events if isinstance(text := getattr(found, "text", ""), str)]
    assert "\ud83d" not in "".join(texts)


@often
@given(FRAME)
def test_any_document_is_an_answer_or_a_chat_error(document: object) -> None:
    reader = new_reader()
    with suppress(ChatError):
        assert list(reader.document(json.dumps(document).encode())) is not None
        assert reader.frames
