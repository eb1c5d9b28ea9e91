"""How often and when a question is sent again by itself, and the pause before, which a person can end either way.

When a failure is worth it, and how long the pause is, are the rules of `transports.retry`.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from desktopchat.domain.errors import Failure


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often a request may be sent again before anything was shown; `delay` gives seconds, or None for no."""

    retries: int = 0
    delay: Callable[[Failure, int], float | None] = lambda _failure, _attempt: None

    def pause_after(self, failure: Failure, attempt: int) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 0) has failed; None: that was the last one."""
        return None if attempt >= self.retries else self.delay(failure, attempt)


def retry_rule(retries: int) -> RetryRule:
    """`retries` further attempts, with the pauses that the transports ask for."""
    from random import SystemRandom

    from desktopchat.transports.retry import delay_before_retry

    return RetryRule(retries, lambda failure, attempt: delay_before_retry(failure, attempt, SystemRandom().random))


class Pause:
    """The time until a request is sent again after `failure`."""

    def __init__(self, seconds: float, failure: Failure) -> None:
        self.failure = failure
        self._ends_at = time.monotonic() + seconds
        self._decided = asyncio.Event()
        self._given_up = False

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._ends_at - time.monotonic())

    def end_now(self) -> None:
        """Somebody does not want to wait."""
        self._decided.set()

    def give_up(self) -> None:
        """Somebody does not want it to be sent again."""
        self._given_up = True
        self._decided.set()

    async def over(self) -> bool:
        """Waits; says whether the request is to be sent again."""
        try:
            async with asyncio.timeout(self.seconds_left):
                await self._decided.wait()
        except TimeoutError:
            return True
        return not self._given_up
