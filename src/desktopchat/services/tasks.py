"""Who owns the running coroutines: every task is kept, named, and its error reported."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks:
    """Keeps every task alive until it ends, and says how it ended. Event loops alone hold tasks weakly."""

    def __init__(self, on_error: Callable[[BaseException], object]) -> None:
        self.on_error = on_error
        self._running: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Runs `coro` on the running loop; an exception in it reaches `on_error`, cancelling is silent."""
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.on_error(error)

    async def cancel_all(self, timeout_s: float = 5.0) -> set[asyncio.Task[Any]]:
        """Cancels what runs (but not the caller) and waits; returns the tasks that did not end in time."""
        tasks = self._running - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if not tasks:
            return set()
        return (await asyncio.wait(tasks, timeout=timeout_s))[1]
