"""Pieces that arrive together may be told as one, for those who only show them."""

from collections.abc import Iterator

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.events import ReasoningDelta, StreamEvent, TextDelta, UsageReport
from desktopchat.domain.message import Usage
from desktopchat.domain.text import msg
from desktopchat.providers.reading import joined

COUNTED = UsageReport(Usage(1, 2))


def test_neighbours_of_one_kind_become_one_and_the_order_stays() -> None:
    events: list[StreamEvent] = [
        ReasoningDelta("a"), ReasoningDelta("b"), TextDelta("c"), TextDelta("d"), COUNTED, TextDelta("e"),
    ]  # fmt: skip
    assert list(joined(iter(events))) == [ReasoningDelta("ab"), TextDelta("cd"), COUNTED, TextDelta("e")]


def test_what_came_before_an_error_is_told_first() -> None:
    def broken() -> Iterator[StreamEvent]:
        yield TextDelta("a")
        yield TextDelta("b")
        raise failed(ErrorKind.OVERLOADED, msg("busy"))

    events = joined(broken())
    assert next(events) == TextDelta("ab")
    with pytest.raises(ChatError):
        next(events)
