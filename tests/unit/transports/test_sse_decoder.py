"""The SSE decoder against the rules of the HTML standard, at every split."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.transports.sse import SSEDecoder, SSEEvent

E = SSEEvent


def e(data: str, kind: str = "message", event_id: str = "") -> SSEEvent:
    return SSEEvent(kind, data, event_id)


VECTORS: dict[str, tuple[bytes, list[SSEEvent]]] = {
    "nothing": (b"", []),
    "one event": (b"data: a\n\n", [e("a")]),
    "two events": (b"data: a\n\ndata: b\n\n", [e("a"), e("b")]),
    "no space after the colon": (b"data:a\n\n", [e("a")]),
    "only one space goes": (b"data:  a \n\n", [e(" a ")]),
    "a tab stays": (b"data:\ta\n\n", [e("\ta")]),
    "CRLF": (b"data: a\r\ndata: b\r\n\r\n", [e("a\nb")]),
    "CR": (b"data: a\rdata: b\r\r", [e("a\nb")]),
    "mixed ends": (b"data: a\r\ndata: b\rdata: c\n\r\n", [e("a\nb\nc")]),
    "CR, CRLF, LF in a row": (b"data: a\r\r\n\ndata: b\n\n", [e("a"), e("b")]),
    "LF CR is two ends": (b"data: a\n\rdata: b\n\r", [e("a"), e("b")]),
    "several data lines": (b"data: a\ndata\ndata: b\n\n", [e("a\n\nb")]),
    "empty data is an event": (b"data:\n\n", [e("")]),
    "data without a colon is an event": (b"data\n\n", [e("")]),
    "two empty data lines": (b"data\ndata\n\n", [e("\n")]),
    "the standard's own example": (b"data:\n\ndata\ndata\n\ndata:test\n\n", [e(""), e("\n"), e("test")]),
    "a type": (b"event: update\ndata: a\n\n", [e("a", "update")]),
    "the type is forgotten": (b"event: update\ndata: a\n\ndata: b\n\n", [e("a", "update"), e("b")]),
    "a type without data is no event": (b"event: end\n\ndata: b\n\n", [e("b")]),
    "an empty type is message": (b"event:\ndata: a\n\n", [e("a")]),
    "the last type counts": (b"event: x\nevent: y\ndata: a\n\n", [e("a", "y")]),
    "an id stays": (b"id: 1\ndata: a\n\ndata: b\n\n", [e("a", event_id="1"), e("b", event_id="1")]),
    "an empty id resets": (b"id: 1\ndata: a\n\nid\ndata: b\n\n", [e("a", event_id="1"), e("b")]),
    "an id with NUL is ignored": (b"id: 1\nid: 2\x003\ndata: a\n\n", [e("a", event_id="1")]),
    "an id without data counts": (b"id: 7\n\ndata: a\n\n", [e("a", event_id="7")]),
    "comments": (b": hello\n:\n:data: x\ndata: a\n: between\ndata: b\n\n", [e("a\nb")]),
    "unknown fields": (b"foo: 1\ndatax: 2\n data: 3\nDATA: 4\ndata: a\n\n", [e("a")]),
    "colons in the value": (b"data: a: b:c\n\n", [e("a: b:c")]),
    "a colon first and more": (b"::\ndata::\n\n", [e(":")]),
    "NUL in data": (b"data: a\x00b\n\n", [e("a\x00b")]),
    "BOM": (b"\xef\xbb\xbfdata: a\n\n", [e("a")]),
    "a second BOM is data": (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [e("b")]),
    "a BOM in a value is data": ("data: \ufeffa\n\n".encode(), [e("\ufeffa")]),
    "half a BOM is none": (b"\xef\xbbdata: a\ndata: b\n\n", [e("b")]),
    "UTF-8": ("data: 你好 🙂 é\n\n".encode(), [e("你好 🙂 é")]),
    "U+2028 and the like end nothing": (
        "data: a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\n\n".encode(),
        [e("a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg")],
    ),
    "malformed UTF-8": (b"data: a\xff\xc3(\xe4\xbd\n\n", [e("a\ufffd\ufffd(\ufffd")]),
    "an encoded surrogate is malformed": (b"data: \xed\xa0\x80\n\n", [e("\ufffd\ufffd\ufffd")]),
    "blank lines only": (b"\n\n\r\n\r\r\n", []),
    "no final blank line": (b"data: a\n\ndata: b\n", [e("a")]),
    "no final line end": (b"data: a\n\ndata: b", [e("a")]),
    "retry in between": (b"retry: 100\ndata: a\nretry: x\n\n", [e("a")]),
    "pretty-printed JSON": (b'data: {\ndata:   "a": 1\ndata: }\n\n', [e('{\n  "a": 1\n}')]),
    "DONE without a space": (b"data:[DONE]\n\n", [e("[DONE]")]),
}


def decoded(pieces: list[bytes]) -> list[SSEEvent]:
    decoder = SSEDecoder()
    return [event for piece in pieces for event in decoder.feed(piece)]


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_gives_its_events_at_every_split(name: str) -> None:
    data, events = VECTORS[name]
    for at in range(len(data) + 1):
        assert decoded([data[:at], data[at:]]) == events, f"split at {at}"
    assert decoded([data[i : i + 1] for i in range(len(data))]) == events


@given(
    st.lists(st.sampled_from([b"data: x", b"data", b":", b"id: 1", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b"\xe4"]))
)
def test_pieces_never_change_the_events(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    assert decoded(parts) == decoded([whole]) == decoded([whole[i : i + 1] for i in range(len(whole))])


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (b"data: [DONE]", "[DONE]"),
        (b"data: [DONE]\n", "[DONE]"),
        (b"data: a\r", "a"),
        (b"data: a\ndata: b", "a\nb"),
    ],
)
def test_what_stands_at_the_end_is_given_out_as_unfinished(data: bytes, left: str) -> None:
    decoder = SSEDecoder()
    assert decoder.feed(data) == []
    assert decoder.flush() == SSEEvent("message", left, unfinished=True)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb", b"data: a\n\n", b"event: x\n", b": c", b"id: 1"])
def test_nothing_is_left_where_there_is_no_data(data: bytes) -> None:
    decoder = SSEDecoder()
    decoder.feed(data)
    assert decoder.flush() is None


def test_comments_bytes_and_the_wish_to_reconnect_are_counted() -> None:
    decoder = SSEDecoder()
    decoder.feed(b": a\n:\nretry: 2500\nretry: 1e3\nretry: -1\nretry: " + "٣".encode() + b"\n")
    assert (decoder.comments, decoder.bytes_seen, decoder.retry_ms) == (2, 49, 2500)


@pytest.mark.parametrize("step", [1, 7, 4096])
def test_a_line_too_long_is_refused_after_the_events_before_it(step: int) -> None:
    data = b"data: ok\n\ndata: " + b"x" * 100 + b"\n\ndata: later\n\n"
    decoder = SSEDecoder(max_line_bytes=50)
    seen: list[SSEEvent] = []

    def feed_all() -> None:
        for at in range(0, len(data), step):
            seen.extend(decoder.feed(data[at : at + step]))
        decoder.flush()

    with pytest.raises(ChatError) as caught:
        feed_all()
    assert caught.value.kind is ErrorKind.TOO_LARGE
    assert seen == [e("ok")]


def test_an_event_too_large_is_refused() -> None:
    decoder = SSEDecoder(max_event_bytes=50)
    with pytest.raises(ChatError) as caught:
        decoder.feed(b"data: 12345678901234567890\n" * 3)
    assert caught.value.kind is ErrorKind.TOO_LARGE


def test_a_line_just_within_the_limit_is_taken() -> None:
    assert SSEDecoder(max_line_bytes=7).feed(b"data: a\n\n") == [e("a")]


def test_a_huge_line_in_pieces_does_not_hang() -> None:
    line = b"data: " + b"x" * (15 * 1024 * 1024) + b"\n\n"
    decoder = SSEDecoder()
    begin = time.process_time()
    events = [event for at in range(0, len(line), 65536) for event in decoder.feed(line[at : at + 65536])]
    assert len(events[0].data) == 15 * 1024 * 1024
    small = SSEDecoder()
    for at in range(100_000):
        small.feed(line[at : at + 1])
    assert time.process_time() - begin < 120  # a fifth of a second where each byte is looked at once
