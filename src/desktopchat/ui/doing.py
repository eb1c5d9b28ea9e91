"""Starting work from the window: known failures are said where it was asked for, the rest goes to the error window."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from desktopchat.domain.errors import ChatError, Failure
from desktopchat.services.tasks import Tasks

Run = Callable[[Coroutine[Any, Any, Any], str], object]
"""Starts a coroutine under a name for the log."""


def start(
    tasks: Tasks, coro: Coroutine[Any, Any, Any], name: str, say: Callable[[Failure], object]
) -> asyncio.Task[None]:
    """Runs `coro` as one of `tasks`; a `ChatError` in it is handed to `say`."""
    task = tasks.start(_said(coro, say), name=name)
    task.add_done_callback(lambda _task: coro.close())  # a task that is cancelled at once never looks at it
    return task


async def _said(coro: Coroutine[Any, Any, Any], say: Callable[[Failure], object]) -> None:
    try:
        await coro
    except ChatError as error:
        say(error.failure)
