"""The composition root: builds the program's objects and hands them to each other.

`Core` is everything without Qt, for the shell and the window alike. `create` and `run` add the window.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat import i18n
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.text import msg
from desktopchat.services.chat import ChatService, Stores
from desktopchat.services.providers import PlainNetwork, ProviderService
from desktopchat.services.tasks import Tasks
from desktopchat.services.trace import Trace
from desktopchat.settings import schema
from desktopchat.settings.keys import KeyStore
from desktopchat.settings.options import Options, split
from desktopchat.settings.paths import DataDir, data_dir
from desktopchat.settings.store import Settings
from desktopchat.storage.backup import backup
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.drafts import DraftStore
from desktopchat.storage.providers import ProviderStore
from desktopchat.storage.search import SearchIndex

if TYPE_CHECKING:
    from desktopchat.servers.demo import DemoServer
    from desktopchat.ui.main_window import MainWindow

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""With a window that is just opening or closing."""
QUIET_S = 15.0
"""After the start: whoever opens the program wants to write, not to wait for its housekeeping."""


class DemoHost:
    """Starts the demo provider's server when somebody talks to it, not before."""

    def __init__(self) -> None:
        self._server: DemoServer | None = None
        self._starting = asyncio.Lock()

    async def url(self) -> str:
        """The base address of the demo's OpenAI dialect."""
        async with self._starting:
            if self._server is None:
                from desktopchat.servers.demo import DemoServer

                server = DemoServer()
                with ThreadPoolExecutor(1, "start the demo") as executor:
                    await asyncio.get_running_loop().run_in_executor(executor, server.start)
                self._server = server
            return f"{self._server.url}/v1"

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


class Core:
    """Everything that the program can do, built on one data directory. Closed by `aclose`."""

    def __init__(self, data: DataDir, settings: Settings, database: Database, trace: Trace, keys: KeyStore) -> None:
        self.data = data
        self.settings = settings
        self.database = database
        self.trace = trace
        self.keys = keys
        self.demo = DemoHost()
        self.tasks = Tasks(_log_error)
        self.conversations = ConversationStore(database)
        self.providers = ProviderService(ProviderStore(database), keys, demo_url=self.demo.url, network=self._network)
        self._search = SearchIndex(database)
        self.chat = ChatService(
            Stores(self.conversations, self._search, DraftStore(database)),
            self.providers,
            self.tasks,
            trace=trace,
            retries=lambda: settings.get(schema.RETRIES),
        )

    @classmethod
    async def open(cls, options: Options) -> Core:
        """Opens the data directory; raises `ChatError` `storage` where that cannot be done."""
        data = data_dir(options.data_dir or None, os.environ)
        database = await Database.open(data.database)
        trace = Trace.to(Path(options.trace)) if options.trace else Trace()
        return cls(data, Settings(data.settings), database, trace, KeyStore())

    async def aclose(self) -> None:
        """Ends what runs, keeps what came, and closes everything. Safe to call once only."""
        await self.chat.stop_all()
        if left := await self.tasks.cancel_all():
            log.error("tasks did not end: %s", ", ".join(task.get_name() for task in left))
        await self.providers.aclose()
        self.demo.stop()
        self.settings.close()
        self.keys.close()
        await self.database.close()
        self.trace.close()

    async def keep_house(self) -> None:
        """What a long-running program does beside its work: a daily backup, space for a full disk, the search index."""
        try:
            await backup(self.database, self.data.backups)
            await self.database.make_reserve()
            await self._search.catch_up()
        except ChatError as error:
            log.warning("%s (%s)", error, error.failure.detail)
            self.chat.trouble.emit(error.failure)

    def _network(self) -> PlainNetwork:
        return PlainNetwork(self.settings.get(schema.PROXY) or "system", self.settings.get(schema.CA_FILE))


def _log_error(error: BaseException) -> None:
    log.error("a task failed", exc_info=error)


def create(argv: Sequence[str]) -> Program:
    """The whole program with its window, not running yet. `argv` is what would follow the program's name.

    Raises `ChatError` `storage` where the data directory cannot be used. Whoever creates a program without running
    it calls `close`.
    """
    options, _rest = split(argv)
    return Program(options)


def run(options: Options) -> int:
    """Opens the window, or raises the one that is open on this data directory; returns the exit status."""
    from filelock import FileLock, Timeout

    _require_display()
    data = data_dir(options.data_dir or None, os.environ)
    try:
        lock = FileLock(data.lock, timeout=1).acquire()  # a shell command may look at it for a moment
    except Timeout:
        return _raise_the_other(data)
    with lock:
        try:
            program = Program(options, complete=False)
        except ChatError as error:
            _show(error.failure)
            raise
        return program.run()


def _show(failure: Failure) -> None:
    """Says in a window why there is none; whoever started the program from a menu sees no terminal."""
    from desktopchat.ui.fatal import show

    show(failure)


def _require_display() -> None:
    """Raises `ChatError` where no window can be shown; Qt itself would abort the process."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in wanted):
        raise failed(
            ErrorKind.INTERNAL,
            msg("There is no display here, so no window can be opened."),
            hint=msg("The shell commands work without one: see `desktopchat ask --help`."),
        )


def _raise_the_other(data: DataDir) -> int:
    """Asks the window that is open on `data` to come to the front."""
    from desktopchat.ui.single import ask_to_raise

    give_up = time.monotonic() + PATIENCE_S
    while not ask_to_raise(data.root):
        if time.monotonic() > give_up:
            raise failed(
                ErrorKind.STORAGE,
                msg("Another window uses the data folder {folder}, and it does not answer.", folder=str(data.root)),
                hint=msg("Close it, or wait until it has ended, and start again."),
            )
        time.sleep(0.2)  # it is starting, and does not listen yet
    return 0


class Program:
    """The window and everything behind it.

    Without `complete`, what the first picture does not show is made after it.
    """

    def __init__(self, options: Options, *, complete: bool = True) -> None:
        opening = _opened_aside(options)  # the disk is read while Qt is loaded
        from desktopchat.ui import eventloop
        from desktopchat.ui.reporter import Reporter

        self.application = eventloop.application(["desktopchat"])
        self.core = opening.result()
        self._options = options
        self._log: logging.Handler | None = None
        self._status = 0
        self._closing: asyncio.Event | None = None
        i18n.install(self.core.settings.get(schema.LANGUAGE))
        self.reporter = Reporter()
        self.core.tasks.on_error = self.reporter.report
        self.window = self._build(complete)

    def run(self) -> int:
        """Shows the window and returns the exit status when it was closed and everything is safe."""
        from desktopchat.ui import eventloop

        trace = self.core.trace
        return eventloop.run(
            self.application,
            self._main,
            report=self.reporter.report,
            on_signal=self._end_by_signal,
            on_stall=(lambda ms: trace.event("loop.stall", ms=round(ms, 1))) if trace.on else None,
        )

    def close(self) -> None:
        """Ends a program that was created and never run."""
        self.window.controller.close()
        self.window.deleteLater()
        asyncio.run(self._finish())

    async def _main(self) -> int:
        self._closing = asyncio.Event()
        self.window.bring_up()  # where no window manager does it, keys would go nowhere
        start = self.core.tasks.start(self._start(), name="start")
        await self._closing.wait()
        start.cancel()
        try:
            await self.window.controller.save_draft()
        except ChatError as error:  # a full disk must not keep the program from ending
            log.warning("the draft was not kept: %s", error)
        self.window.hide()
        self.window.controller.close()
        await self._finish()
        return self._status

    async def _start(self) -> None:
        """What can wait until the window is there, most wanted first."""
        await self.window.controller.first_picture()
        from desktopchat.services import logs
        from desktopchat.ui.single import RaiseListener

        self._log = logs.start(self.core.data.logs)
        await self.core.conversations.settle_interrupted()
        await self.window.controller.start()
        self._others = RaiseListener(self.core.data.root)
        self._others.raised.connect(self._bring_up)
        if not self._others.listen():
            log.warning("a second start will not be able to raise this window")
        await asyncio.sleep(QUIET_S)
        await self.core.keep_house()

    async def _finish(self) -> None:
        await self.core.aclose()
        if self._log is not None:
            from desktopchat.services import logs

            logs.stop(self._log)

    def _bring_up(self) -> None:
        self.window.bring_up()

    def _end(self) -> None:
        if self._closing is not None:
            self._closing.set()

    def _end_by_signal(self, number: int) -> None:
        self._status = 128 + number
        self._end()

    def _build(self, complete: bool) -> MainWindow:
        from desktopchat.ui import main_window
        from desktopchat.ui.parts import WindowParts

        core = self.core
        parts = WindowParts(
            chat=core.chat,
            providers=core.providers,
            settings=core.settings,
            tasks=core.tasks,
            trace=core.trace,
            data_dir=core.data,
            report=self.reporter.report,
            start_with_demo=self._options.demo,
        )
        window = main_window.build(parts, complete=complete)
        window.closing.connect(self._end)
        window.languageChanged.connect(self._change_language)
        return window

    def _change_language(self) -> None:
        """Builds the window anew in the other language; what runs goes on."""
        i18n.install(self.core.settings.get(schema.LANGUAGE))
        old = self.window
        old.save_state()
        old.controller.close()
        self.window = self._build(complete=True)
        self.window.show()
        self.core.tasks.start(self.window.controller.start(), name="start in another language")
        old.hide()
        old.deleteLater()


def _opened_aside(options: Options) -> Future[Core]:
    """Opens the core on another thread; nothing of it is bound to that thread's loop."""
    executor = ThreadPoolExecutor(1, "open")
    opening = executor.submit(lambda: asyncio.run(Core.open(options)))
    executor.shutdown(wait=False)
    return opening
