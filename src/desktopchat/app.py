"""The window program: one process, one window, everything behind it. `core` holds what needs no window.

The window is painted before the rest is loaded: its picture is what people wait for, and whatever they type while
the core is being opened is waiting in the queue of events.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktopchat import i18n
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.text import msg
from desktopchat.services.trace import Trace
from desktopchat.settings import schema
from desktopchat.settings.options import Options, split
from desktopchat.settings.paths import DataDir, data_dir
from desktopchat.settings.store import Settings

if TYPE_CHECKING:
    import asyncio  # 45 ms that the first picture does not need

    from desktopchat.core import Core

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""With a window that is just opening or closing."""
QUIET_S = 15.0
"""After the start: whoever opens the program wants to write, not to wait for its housekeeping."""


def create(argv: Sequence[str]) -> Program:
    """The whole program with its window, not shown and not running yet. `argv` is what would follow the program's name.

    Raises `ChatError` `storage` where the data directory cannot be used. Whoever creates a program without running
    it calls `close`.
    """
    options, _rest = split(argv)
    program = Program(options)
    program.load()
    program.window.complete()
    return program


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
            program = Program(options)
            program.show_first_picture()
            program.load()
        except ChatError as error:
            _show(error.failure)
            raise
        return program.run()


class Program:
    """The window and everything behind it."""

    def __init__(self, options: Options) -> None:
        from desktopchat.ui import eventloop, main_window
        from desktopchat.ui.reporter import Reporter

        self.core: Core
        self._options = options
        self._data = data_dir(options.data_dir or None, os.environ)
        self._settings = Settings(self._data.settings)
        self._trace = _trace(options.trace)
        self._log: logging.Handler | None = None
        self._status = 0
        self._ended = False
        self._closing: asyncio.Event | None = None
        self.reporter = Reporter()
        self.application = eventloop.application(["desktopchat"])
        i18n.install(self._settings.get(schema.LANGUAGE))
        self.window = main_window.new(self._settings)
        self.window.firstPainted.connect(self._note_first_paint)
        self.window.closing.connect(self._end)

    def show_first_picture(self) -> None:
        """Shows the window and returns once it is painted, or after a second where nothing paints."""
        from desktopchat.ui import eventloop

        self.window.bring_up()  # where no window manager does it, keys would go nowhere
        eventloop.turn_until(self.application, lambda: self.window.was_painted, limit_s=1.0)

    def load(self) -> None:
        """Loads everything else, opens the database and connects the window; raises `ChatError` `storage`."""
        try:
            self.core = self._opened()
        except ChatError:
            self.window.hide()
            self._trace.close()
            raise
        self.core.tasks.on_error = self.reporter.report
        self._connect()

    def run(self) -> int:
        """Shows the window and returns the exit status when it was closed and everything is safe."""
        from desktopchat.ui import eventloop

        trace = self._trace
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
        import asyncio

        asyncio.run(self._finish())

    async def _main(self) -> int:
        import asyncio

        self._closing = asyncio.Event()
        if self._ended:  # closed while the rest was being loaded
            self._closing.set()
        elif not self.window.was_painted:
            self.window.bring_up()
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
        import asyncio

        from desktopchat.services import logs
        from desktopchat.ui.single import RaiseListener

        self._log = logs.start(self._data.logs)
        await self.core.conversations.settle_interrupted()
        await self.window.controller.start()
        self._others = RaiseListener(self._data.root)
        self._others.raised.connect(self._bring_up)
        if not self._others.listen():
            log.warning("a second start will not be able to raise this window")
        if self._settings.get(schema.RELAY_AT_START):
            await self._start_relay()
        await asyncio.sleep(QUIET_S)
        await self.core.keep_house()

    async def _start_relay(self) -> None:
        await self.core.relay.start(self._settings.get(schema.RELAY_PORT))
        if self.core.relay.failure is not None:
            self.window.banner.show_trouble(self.core.relay.failure)

    async def _finish(self) -> None:
        await self.core.aclose()
        if self._log is not None:
            from desktopchat.services import logs

            logs.stop(self._log)

    def _opened(self) -> Core:
        """Opens the core on another thread: the caller may be inside a loop, and nothing of it is bound to one."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        from desktopchat.core import Core

        with ThreadPoolExecutor(1, "open") as executor:
            return executor.submit(lambda: asyncio.run(Core.on(self._data, self._settings, self._trace))).result()

    def _connect(self) -> None:
        from desktopchat.ui import main_window
        from desktopchat.ui.attachments.stored import StoredPictures
        from desktopchat.ui.parts import WindowParts

        core = self.core
        parts = WindowParts(
            chat=core.chat,
            providers=core.providers,
            presets=core.presets,
            relay=core.relay,
            settings=core.settings,
            tasks=core.tasks,
            trace=core.trace,
            data_dir=core.data,
            attachments=core.attachments,
            files=core.files,
            images=StoredPictures(core.attachments),
            report=self.reporter.report,
            start_with_demo=self._options.demo,
        )
        main_window.connect(self.window, parts)
        self.window.languageChanged.connect(self._change_language)

    def _change_language(self) -> None:
        """Builds the window anew in the other language; what runs goes on."""
        from desktopchat.ui import main_window

        i18n.install(self._settings.get(schema.LANGUAGE))
        old = self.window
        old.save_state()
        self.window = main_window.new(self._settings)
        self.window.closing.connect(self._end)
        self._connect()
        self.window.controller.take_over(old.controller)
        old.controller.close()
        self.window.show()
        self.core.tasks.start(self.window.controller.start(), name="start in another language")
        old.hide()
        old.deleteLater()

    def _note_first_paint(self) -> None:
        self._trace.event("startup.first_paint")

    def _bring_up(self) -> None:
        self.window.bring_up()

    def _end(self) -> None:
        self._ended = True
        if self._closing is not None:
            self._closing.set()

    def _end_by_signal(self, number: int) -> None:
        self._status = 128 + number
        self._end()


def _trace(path: str) -> Trace:
    return Trace.to(Path(path)) if path else Trace()


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


def _show(failure: Failure) -> None:
    """Says in a window why there is none; whoever started the program from a menu sees no terminal."""
    from desktopchat.ui.fatal import show

    show(failure)
