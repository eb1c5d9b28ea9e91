import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import ReasoningDelta, StreamEvent, TextDelta, TextReplaced
from desktopchat.providers.collecting import Collector, TextMode
from desktopchat.providers.jsontext import count_of, parse


def test_half_characters_are_joined_across_pieces() -> None:
    collector = Collector(TextMode.INCREMENTS, 100)
    events = [*collector.text("a\ud83d"), *collector.text("\ude00b"), *collector.flush()]
    assert events == [TextDelta("a"), TextDelta("😀b")]


def test_text_and_reasoning_do_not_mix_their_halves() -> None:
    collector = Collector(TextMode.INCREMENTS, 100)
    events = [*collector.reasoning("\ud83d"), *collector.text("a"), *collector.reasoning("\ude00")]
    assert events == [TextDelta("a"), ReasoningDelta("😀")]


def test_empty_pieces_are_no_events_and_no_content() -> None:
    collector = Collector(TextMode.INCREMENTS, 100)
    assert [*collector.text(""), *collector.reasoning("")] == []
    assert collector.pieces == 0


def test_cumulative_text_is_told_as_what_is_new() -> None:
    collector = Collector(TextMode.WHOLE_SO_FAR, 100)
    events: list[StreamEvent] = []
    for whole in ("I", "I did", "I did", "You did"):
        events += collector.text(whole)
    assert events == [TextDelta("I"), TextDelta(" did"), TextReplaced("You did")]


def test_the_limit_counts_bytes_and_cuts_at_a_character() -> None:
    collector = Collector(TextMode.INCREMENTS, 6)
    told = collector.text("ab中文")
    assert next(told) == TextDelta("ab中")
    with pytest.raises(ChatError) as caught:
        next(told)
    assert caught.value.kind is ErrorKind.TOO_LARGE


def test_replaced_text_counts_once() -> None:
    collector = Collector(TextMode.WHOLE_SO_FAR, 10)
    for whole in ("12345678", "abcdefgh", "12345678"):
        assert list(collector.text(whole))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "1" * 5000, b"\xff\xfe{}"])
def test_bad_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (3, 3),
        (3.0, 3),
        (0, 0),
        (True, None),
        (-1, None),
        ("3", None),
        (None, None),
        (float("inf"), None),
        (10**30, None),
    ],
)
def test_counts_are_believed_only_when_they_can_be_true(value: object, count: int | None) -> None:
    assert count_of(value) == count  # type: ignore[arg-type]
