"""What moves the deadline of an answer and what does not."""

import asyncio

import pytest

from desktopchat.domain.request import Limits
from desktopchat.transports.clock import ContentClock, Wait


@pytest.mark.parametrize(
    ("url", "slow", "limits", "first", "idle", "headers"),
    [
        ("https://api.example.com", False, Limits(), 120, 120, 120),
        ("https://api.example.com", True, Limits(), 600, 600, 600),
        ("http://127.0.0.1:11434", False, Limits(), 600, 600, 600),
        ("localhost", False, Limits(first_content_s=3, idle_s=4), 3, 4, 3),
        ("https://api.example.com", False, Limits(headers_s=5), 120, 120, 5),
        ("https://api.example.com", False, Limits(headers_s=500), 120, 120, 120),
    ],
)
def test_patience_suits_the_endpoint(
    url: str, slow: bool, limits: Limits, first: float, idle: float, headers: float
) -> None:
    patience = ContentClock(limits, url, slow_model=slow).patience
    assert (patience.first_content_s, patience.idle_s, patience.headers_s) == (first, idle, headers)


def test_content_moves_the_deadline_and_the_end_fixes_it() -> None:
    async def follow() -> list[float]:
        clock = ContentClock(Limits(first_content_s=100, idle_s=200, after_end_s=2), "h.example")
        assert (clock.deadline, clock.wait, clock.is_over()) == (None, Wait.FIRST_CONTENT, False)
        clock.start()
        begin, deadlines = asyncio.get_running_loop().time(), [clock.deadline]
        clock.content()
        assert clock.wait is Wait.CONTENT
        deadlines.append(clock.deadline)
        clock.was_away(0.5)
        deadlines.append(clock.deadline)
        clock.was_away(50)
        deadlines.append(clock.deadline)
        clock.ended()
        deadlines.append(clock.deadline)
        clock.content()
        clock.ended(30)
        deadlines.append(clock.deadline)
        return [round((deadline or 0) - begin) for deadline in deadlines]

    assert asyncio.run(follow()) == [100, 200, 200, 250, 2, 2]
