"""Bare text, told from what it is not, whatever its pieces are; and whatever JSON a relay sends."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktopchat.domain.errors import ChatError
from desktopchat.domain.events import Finished, StreamEvent, TextDelta
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.dashscope_errors import ERRORS
from desktopchat.providers.dashscope_native import as_completion
from desktopchat.providers.openai_stream import ChatCompletionReader
from desktopchat.providers.plain_text import Look, TextAsEvents, first_look
from desktopchat.providers.sse_relay_stream import RelayReader, as_relayed, in_known_form
from desktopchat.providers.sse_relay_words import MOST_HELD, LastWords
from desktopchat.transports.sse import SSEEvent

often = settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

TEXTS = [
    "Hello",
    "data: x",
    'He said data: {"error" and went on',
    'say data: {"error": 1}\nmore\ndata: {"error": 2}\nend',
    "ends with data: {",
    '{"a": 1} and more',
    " \n {",
    "你好 😀 data",
]


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_is_lost_or_added_wherever_it_is_cut(text: str) -> None:
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            words = LastWords()
            said = [words.feed(piece) for piece in (text[:first], text[first:second], text[second:])]
            assert "".join(said) + words.take() == text


def test_what_may_be_an_error_is_held_back_and_nothing_else() -> None:
    words = LastWords()
    assert words.feed("Hello da") == "Hello "
    assert words.feed('ta: {"err') == ""
    assert words.feed('or": "x"}\n') == ""
    assert words.take() == 'data: {"error": "x"}\n'


def test_no_more_is_held_back_than_an_error_may_have() -> None:
    words = LastWords()
    assert words.feed("{" + "x" * MOST_HELD) == "{" + "x" * MOST_HELD
    assert len(words.feed('data: {"error"' + "x" * (MOST_HELD + 1))) > 0


def test_characters_cut_in_two_are_joined_and_blanks_in_front_left_out() -> None:
    data = "\ufeff \r\n  你好 😀 ".encode()
    for cut in range(len(data)):
        decoder = TextAsEvents()
        events = [*decoder.feed(data[:cut]), *decoder.feed(data[cut:]), decoder.flush()]
        assert "".join(event.data for event in events if event) == "你好 😀 "


@pytest.mark.parametrize(
    ("start", "look"),
    [
        (b"", None), (b"d", None), (b"data", None), (b"re", None), (b"<", None), (b"<!DOC", None), (b"<br", None),
        (b"data:", Look.EVENTS), (b"event: x", Look.EVENTS), (b":", Look.EVENTS), (b"retry:", Look.EVENTS),
        (b"<!DOCTYPE html>", Look.PAGE), (b"<HTML>", Look.PAGE), (b"<br />", Look.PAGE),
        (b"dates", Look.TEXT), (b"<think>", Look.TEXT), (b"{", Look.TEXT), (b"Hello", Look.TEXT), (b"\xff", Look.TEXT),
    ],
)  # fmt: skip
def test_the_first_bytes_tell_what_a_body_is(start: bytes, look: Look | None) -> None:
    assert first_look(start) is look


# fmt: off
NAMES = [
    "content", "text", "delta", "token", "answer", "response", "message", "data", "msg", "kind", "code", "error",
    "errors", "output", "choices", "finish_reason", "usage", "input_tokens", "done", "reasoning_content", "thinking",
    "status", "tool_calls", "request_id", "role",
]
# fmt: on
WORDS = st.sampled_from(["", "a", "0", "null", "stop", "\ud83d", "[DONE]", "<think>", "200", "500", "rate_limited"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
)
TYPES = st.sampled_from(["message", "update", "error", "end", "reasoning", "usage", "ping", "fail", "text/plain", "x"])
RAW = st.sampled_from(['{"error": "a "b""}', "{", "", " ", "\n", "words", '"quoted', "data: {", '{"error"'])
DATA = VALUES.map(json.dumps) | RAW


@often
@given(st.lists(st.tuples(TYPES, DATA), max_size=5))
def test_any_relays_stream_is_an_answer_or_a_chat_error(events: list[tuple[str, str]]) -> None:
    reader = RelayReader(1000)
    said: list[StreamEvent] = []
    with suppress(ChatError):
        for kind, data in events:
            said += reader.frame(SSEEvent(kind, data))
        said += reader.close()
        assert isinstance(said[-1], Finished)
    assert "\ud83d" not in "".join(event.text for event in said if isinstance(event, TextDelta))


@often
@given(VALUES)
def test_any_relays_document_is_an_answer_or_a_chat_error(document: object) -> None:
    body = json.dumps(document).encode()
    assert isinstance(in_known_form(body), bytes)
    reader = RelayReader(1000)
    with suppress(ChatError):
        assert list(reader.document(body)) is not None
        assert reader.ended


@often
@given(st.lists(VALUES | st.fixed_dictionaries({"output": VALUES}, optional={"usage": VALUES}), max_size=4))
def test_any_native_stream_is_an_answer_or_a_chat_error(frames: list[object]) -> None:
    reader = ChatCompletionReader(Collector(TextMode.WHOLE_SO_FAR, 1000), ERRORS, as_completion)
    with suppress(ChatError):
        for value in frames:
            assert list(reader.frame(SSEEvent("result", json.dumps(value)))) is not None
        assert isinstance(list(reader.close())[-1], Finished)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"type": "ping"}, {"id": 1, "object": "x"}])
def test_what_says_nothing_stays_as_it_is(value: object) -> None:
    assert as_relayed(json.loads(json.dumps(value))) == value
