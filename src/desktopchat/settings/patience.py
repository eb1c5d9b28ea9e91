"""Work that blocks, in a thread of its own, with a limit on how long anybody waits for it."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from desktopchat.domain.observe import Signal

R = TypeVar("R")


class StillBusyError(Exception):
    """The time is up; the work may still go on, but nobody waits for it any more."""


class AbandonedError(Exception):
    """Raised in the thread: nobody waits for this work any more, so it should change nothing."""


@dataclass(slots=True)
class Attempt:
    """What the work and those who wait for it tell each other. Each flag is set by one side only."""

    begun: bool = False
    """It is no longer queued behind other work."""
    asking: bool = False
    """A dialog may be open: a person needs longer than a machine."""
    abandoned: bool = False

    def check(self) -> None:
        """Raises `AbandonedError` when nobody waits any more."""
        if self.abandoned:
            raise AbandonedError


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until we say that we wait, until we give up on a machine, and until we give up on a person.

    Work is given at least `machine_s` from when it begins, and at most twice that; waiting in the queue is free
    unless what stands in front is stuck.
    """

    silent_s: float = 1.0
    machine_s: float = 5.0
    person_s: float = 60.0


class PatientThread:
    """Runs one piece of work at a time, in order.

    Not an executor: those are joined when the interpreter ends, and a key store that hangs would keep the program
    from ending.
    """

    def __init__(self, patience: Patience) -> None:
        self.waiting: Signal[bool] = Signal()
        self._patience = patience
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stuck: Future[Any] | None = None

    async def run(self, work: Callable[[Attempt], R]) -> R:
        """What `work` returns or raises; raises `StillBusyError` when that takes too long.

        While work that was given up still runs, new work is given up at once. Cancelling stops the waiting.
        """
        if self._is_stuck():
            raise StillBusyError
        attempt = Attempt()
        future = self._submit(work, attempt)
        try:
            return await self._wait(asyncio.wrap_future(future), attempt)
        except StillBusyError:
            self._stuck = future
            raise
        finally:
            attempt.abandoned = True

    def close(self) -> None:
        """Ends the thread after what it is doing; does not wait for it."""
        self._work.put(None)
        self._thread = None

    def _submit(self, work: Callable[[Attempt], R], attempt: Attempt) -> "Future[R]":
        future: Future[R] = Future()
        self._work.put(lambda: _settle(future, work, attempt))
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="keys", daemon=True)
            self._thread.start()
        return future

    def _loop(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    async def _wait(self, answer: "asyncio.Future[R]", attempt: Attempt) -> R:
        patience = self._patience
        try:
            if not await _within(answer, patience.silent_s):
                self.waiting.emit(True)
                try:
                    await self._wait_longer(answer, attempt)
                finally:
                    self.waiting.emit(False)
            return answer.result()
        finally:
            answer.cancel()

    async def _wait_longer(self, answer: "asyncio.Future[R]", attempt: Attempt) -> None:
        patience = self._patience
        slice_s = patience.machine_s - patience.silent_s
        while True:
            counts = attempt.begun
            if await _within(answer, slice_s):
                return
            if attempt.asking and await _within(answer, patience.person_s - patience.machine_s):
                return
            if counts or attempt.asking or self._is_stuck():
                raise StillBusyError
            slice_s = patience.machine_s

    def _is_stuck(self) -> bool:
        return self._stuck is not None and not self._stuck.done()


async def _within(answer: "asyncio.Future[R]", seconds: float) -> bool:
    done, _ = await asyncio.wait({answer}, timeout=max(seconds, 0))
    return bool(done)


def _settle(future: "Future[R]", work: Callable[[Attempt], R], attempt: Attempt) -> None:
    if not future.set_running_or_notify_cancel():
        return
    attempt.begun = True
    try:
        future.set_result(work(attempt))
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        future.set_exception(error)
