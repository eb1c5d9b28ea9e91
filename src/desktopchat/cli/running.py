"""How a command runs: its event loop, its signals, and the program's core where it needs one."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktopchat.cli.output import Output
from desktopchat.settings.options import Options

if TYPE_CHECKING:
    from desktopchat.core import Core
    from desktopchat.services.trace import Trace
    from desktopchat.settings.paths import DataDir

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Call:
    """One command as it was typed."""

    options: Options
    args: argparse.Namespace
    out: Output


class Stopping:
    """What SIGINT and SIGTERM do. The second one ends the program on the spot."""

    def __init__(self) -> None:
        self.action: Callable[[], object] = lambda: None
        """Ends the work in its own way; replaced by commands that have something to keep."""
        self.status = 0
        """130 or 143 once a signal came."""

    def request(self, signum: int) -> None:
        self.status = 128 + signum
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        self.action()


def run(work: Callable[[Stopping], Coroutine[Any, Any, int]]) -> int:
    """Runs `work` on a loop of its own; returns its exit status, or the signal's where one ended it.

    Threads that hang in a system call (a name look-up, a locked keyring) are not waited for.
    """
    loop = asyncio.new_event_loop()
    try:
        return _run_until_stopped(loop, work)
    finally:
        _cancel_the_rest(loop)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _run_until_stopped(loop: asyncio.AbstractEventLoop, work: Callable[[Stopping], Coroutine[Any, Any, int]]) -> int:
    stopping = Stopping()
    main = loop.create_task(work(stopping), name="command")
    stopping.action = main.cancel
    _listen(loop, stopping)
    try:
        return loop.run_until_complete(main)
    except asyncio.CancelledError:
        return stopping.status


def _listen(loop: asyncio.AbstractEventLoop, stopping: Stopping) -> None:
    for signum in STOP_SIGNALS:
        try:
            loop.add_signal_handler(signum, stopping.request, signum)
        except (NotImplementedError, RuntimeError):  # Windows, and loops outside the main thread
            _listen_plainly(loop, stopping, signum)


def _listen_plainly(loop: asyncio.AbstractEventLoop, stopping: Stopping, signum: int) -> None:
    try:
        signal.signal(signum, lambda number, _frame: loop.call_soon_threadsafe(stopping.request, number))
    except ValueError:  # not the main thread: whoever owns it gets the signals
        return


def _cancel_the_rest(loop: asyncio.AbstractEventLoop) -> None:
    if left := asyncio.all_tasks(loop):
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=2))


def run_with_core(call: Call, work: Callable[[Core], Coroutine[Any, Any, int]]) -> int:
    """Runs a command that needs what is stored."""

    async def opened(_stopping: Stopping) -> int:
        async with core_for(call.options) as core:
            return await work(core)

    return run(opened)


@asynccontextmanager
async def core_for(options: Options) -> AsyncIterator[Core]:
    """The core on the data directory, with its log; raises `ChatError` `storage` where it cannot be opened."""
    from desktopchat import i18n
    from desktopchat.cli.settling import settle_if_no_window
    from desktopchat.core import Core
    from desktopchat.settings import schema

    core = await Core.open(options)
    with logged(core.data):
        try:
            i18n.install(core.settings.get(schema.LANGUAGE))
            await settle_if_no_window(core)
            yield core
        finally:
            await core.aclose()


@contextmanager
def logged(data: DataDir | None) -> Iterator[None]:
    """Keeps the log in the data folder while the block runs; where that cannot be done commands work without."""
    from desktopchat.services import logs

    try:
        handler = logs.start(data.logs) if data else None
    except OSError:
        handler = None
    try:
        yield
    finally:
        if handler is not None:
            logs.stop(handler)


def trace_for(options: Options) -> Trace:
    """The trace that the options ask for; raises `ChatError` `storage` where it cannot be written."""
    from desktopchat.services.trace import Trace

    return Trace.to(options.trace) if options.trace else Trace()
