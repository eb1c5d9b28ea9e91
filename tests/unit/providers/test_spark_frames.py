"""What Spark's frames mean, without a network."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.websocket_wire import spark, spark_error

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, ReasoningDelta, StreamEvent, TextDelta, ToolCallReady, UsageReport
from desktopchat.domain.message import FinishReason, Usage
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.spark_stream import SparkReader
from desktopchat.providers.spark_versions import VERSIONS, version_at

USAGE = {"text": {"question_tokens": 4, "prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}}


def reader() -> SparkReader:
    return SparkReader(Collector(TextMode.INCREMENTS, 10_000), "generalv3.5")


def read(*messages: bytes) -> list[StreamEvent]:
    reading = reader()
    events = [event for message in messages for event in reading.message(message)]
    assert reading.ended
    return [*events, *reading.close()]


def failing(*messages: bytes) -> tuple[str, ChatError]:
    reading, text = reader(), ""
    try:
        for message in messages:
            for event in reading.message(message):
                text += getattr(event, "text", "")
    except ChatError as error:
        return text, error
    pytest.fail("no error came")


def test_the_last_frame_brings_text_and_usage() -> None:
    assert read(spark(0, "我可以"), spark(1, "帮助你"), spark(2, "。", usage=USAGE)) == [
        TextDelta("我可以"),
        TextDelta("帮助你"),
        TextDelta("。"),
        UsageReport(Usage(5, 9)),
        Finished(FinishReason.STOP),
    ]


def test_an_answer_in_one_frame_is_whole() -> None:
    assert read(spark(2, "yes")) == [TextDelta("yes"), Finished(FinishReason.STOP)]


def test_a_binary_message_or_one_with_blanks_around_it_is_read() -> None:
    assert read(b" \n" + spark(2, "yes") + b"\n") == [TextDelta("yes"), Finished(FinishReason.STOP)]


def test_thoughts_come_before_the_answer_and_apart() -> None:
    thought = {"reasoning_content": "hm", "content": "", "role": "assistant", "index": 0}
    assert read(spark(0, thought), spark(2, "yes"))[:2] == [ReasoningDelta("hm"), TextDelta("yes")]


def test_usage_of_nothing_but_zeros_is_no_usage() -> None:
    zeros = {"text": dict.fromkeys(USAGE["text"], 0)}
    assert read(spark(2, "yes", usage=zeros)) == [TextDelta("yes"), Finished(FinishReason.STOP)]


@pytest.mark.parametrize("name", ["function_call", "tool_calls"])
def test_a_call_comes_in_one_frame(name: str) -> None:
    call = {"name": "weather", "arguments": '{"city":"合肥"}'}
    fragment: object = call if name == "function_call" else [{"id": "call_0", "type": "function", "function": call}]
    assert read(spark(2, {"content": "", "role": "assistant", "content_type": "text", name: fragment})) == [
        ToolCallReady("call_0", "weather", '{"city":"合肥"}'),
        Finished(FinishReason.TOOL_CALLS),
    ]


def test_halves_of_a_character_in_two_frames_are_joined() -> None:
    first, second = (
        json.dumps(json.loads(spark(status))).replace('""', half).encode()
        for status, half in ((0, '"\\ud83d"'), (2, '"\\ude00"'))
    )
    assert read(first, second)[0] == TextDelta("😀")


@pytest.mark.parametrize("code", [10013, "10013", 10014])
def test_a_moderated_answer_is_an_error_and_what_was_said_stays(code: object) -> None:
    text, error = failing(spark(0, "begin"), spark_error(code, payload={"choices": {"text": [{"content": "no"}]}}))
    assert text == "begin"
    assert (error.kind, error.failure.code, error.failure.request_id) == (
        ErrorKind.CONTENT_FILTERED,
        str(code),
        "sid-1",
    )


def test_the_verdict_on_a_whole_answer_does_not_cost_its_last_words() -> None:
    payload = {"choices": {"status": 2, "text": [{"content": " end"}]}}
    text, error = failing(spark(0, "begin"), spark_error(10019, payload=payload))
    assert text == "begin end"
    assert error.kind is ErrorKind.CONTENT_FILTERED


def test_a_verdict_behind_the_last_frame_wins_over_it() -> None:
    text, error = failing(spark(2, "all"), spark_error(10019))
    assert text == "all"
    assert error.failure.code == "10019"


def test_text_behind_the_last_frame_is_not_taken() -> None:
    assert read(spark(2, "all"), spark(1, "more")) == [TextDelta("all"), Finished(FinishReason.STOP)]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"<html>", ErrorKind.PROTOCOL),
        (b"\xff\xfe", ErrorKind.PROTOCOL),
        (b'{"header":', ErrorKind.PROTOCOL),
        (b'{"error":{"message":"x","code":"invalid_api_key"}}', ErrorKind.AUTH),
        (b'{"code":10404,"message":"m","sid":"s"}', ErrorKind.NOT_FOUND),
        (b'{"header":{"code":10907,"message":"m"},"payload":null}', ErrorKind.CONTEXT_LENGTH),
    ],
)
def test_what_is_no_answer_is_an_error(message: bytes, kind: ErrorKind) -> None:
    assert failing(message)[1].kind is kind


@pytest.mark.parametrize("message", [b"", b" ", b"null", b"[]", b"{}", b'{"type":"ping"}', b"7"])
def test_what_says_nothing_is_let_pass(message: bytes) -> None:
    reading = reader()
    assert list(reading.message(message)) == []
    assert (reading.frames, reading.ended, reading.pieces) == (0, False, 0)


NAMES = [
    "header", "code", "message", "sid", "status", "payload", "choices", "seq", "text", "content", "role", "index",
    "reasoning_content", "function_call", "tool_calls", "function", "name", "arguments", "usage", "prompt_tokens",
    "completion_tokens", "error", "detail",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "2", "a", "\ud83d", "<think>"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)
CHOICES = st.fixed_dictionaries({"text": st.lists(VALUES, max_size=2)}, optional={"status": VALUES})
FRAMES = VALUES | st.fixed_dictionaries(
    {"header": st.fixed_dictionaries({"code": st.just(0)}, optional={"status": VALUES, "sid": VALUES})},
    optional={"payload": st.fixed_dictionaries({"choices": CHOICES}, optional={"usage": VALUES})},
)


@settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FRAMES, max_size=4))
def test_any_frames_are_an_answer_or_a_chat_error(frames: list[object]) -> None:
    reading, events = reader(), list[StreamEvent]()
    with suppress(ChatError):
        for value in frames:
            events += reading.message(json.dumps(value).encode())
        events += reading.close()
    assert "".join(getattr(event, "text", "") for event in events).encode() is not None


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("wss://spark-api.xf-yun.com/v1.1/chat", "lite"),
        ("wss://spark-api.xf-yun.com/v4.0/chat/", "4.0Ultra"),
        ("wss://spark-api.xf-yun.com/chat/max-32k", "max-32k"),
        ("wss://spark-api.xf-yun.com/v1/x1", "spark-x"),
        ("wss://gateway.test/llm/v3.5/chat?a=1", "generalv3.5"),
    ],
)
def test_the_model_is_the_one_of_the_path(url: str, domain: str) -> None:
    version = version_at(url)
    assert version is not None
    assert version.domains[0] == domain


@pytest.mark.parametrize("url", ["wss://maas-api.cn-huabei-1.xf-yun.com/v1.1/chat", "wss://x.test/v9/chat", "wss://x"])
def test_an_unknown_address_has_no_model_of_its_own(url: str) -> None:
    assert version_at(url) is None


def test_every_version_is_found_at_its_own_address() -> None:
    assert [version_at(version.url) for version in VERSIONS] == list(VERSIONS)
