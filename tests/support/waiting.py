"""Waiting for something to become true, in a coroutine, without a nested loop and without fixed pauses."""

import asyncio
from collections.abc import Callable


async def until(check: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Returns once `check()` is truthy; raises TimeoutError after `timeout_s` seconds."""
    async with asyncio.timeout(timeout_s):
        while not check():  # noqa: ASYNC110 - the one place that polls
            await asyncio.sleep(0.005)
