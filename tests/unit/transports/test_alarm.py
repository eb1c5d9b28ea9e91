"""One timer for the many waits of an answer: it rings at the deadline and never between."""

import asyncio

import pytest

from desktopchat.domain.request import Limits
from desktopchat.transports.clock import Alarm, ContentClock


class Counting(asyncio.SelectorEventLoop):
    """Counts the timers that are set."""

    timers = 0

    def call_at(self, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        self.timers += 1
        return super().call_at(*args, **kwargs)  # type: ignore[arg-type]


def clock_with(idle_s: float) -> ContentClock:
    clock = ContentClock(Limits(first_content_s=idle_s, idle_s=idle_s, after_end_s=0.01), "h.example")
    clock.start()
    return clock


def test_many_waits_share_one_timer() -> None:
    async def main() -> int:
        clock = clock_with(100)
        alarm = Alarm(clock)
        for _ in range(200):
            with alarm:
                await asyncio.sleep(0)
            clock.content()
        alarm.drop()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Counting)
        return loop.timers

    with asyncio.Runner(loop_factory=Counting) as runner:
        assert runner.run(main()) == 1


def test_a_wait_ends_at_the_deadline() -> None:
    async def main() -> None:
        alarm = Alarm(clock_with(0.05))
        with pytest.raises(TimeoutError), alarm:
            await asyncio.sleep(60)
        assert alarm.rang
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    asyncio.run(main())


def test_an_earlier_deadline_counts() -> None:
    async def main() -> None:
        clock = clock_with(100)
        alarm = Alarm(clock)
        with alarm:
            await asyncio.sleep(0)
        clock.ended()
        with pytest.raises(TimeoutError), alarm:
            await asyncio.sleep(60)

    asyncio.run(main())


def test_a_moved_deadline_is_waited_for() -> None:
    async def main() -> None:
        clock = clock_with(0.05)
        alarm = Alarm(clock)
        with alarm:
            clock.allow(60)
            await asyncio.sleep(0.1)
        assert not alarm.rang
        alarm.drop()

    asyncio.run(main())


def test_who_is_cancelled_is_not_told_of_time() -> None:
    async def main() -> None:
        alarm = Alarm(clock_with(100))

        async def wait() -> None:
            with alarm:
                await asyncio.sleep(60)

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        alarm.drop()

    asyncio.run(main())
