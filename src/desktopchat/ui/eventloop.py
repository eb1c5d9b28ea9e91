"""asyncio on Qt's event loop: starting, ending, signals from the system, and where exceptions go. No widgets."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QObject,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid

if TYPE_CHECKING:
    import asyncio

Report = Callable[[BaseException], object]

STALL_MS: Final = 30
STALL_TICK_MS: Final = 10
GARBAGE_MS: Final = 1000
FUSION: Final = ("-style", "Fusion")

_qt_log = logging.getLogger("qt")
_log = logging.getLogger(__name__)


def application(argv: list[str]) -> QApplication:
    """The program's QApplication, made on the first call. Closing windows does not end it: `run`'s main does.

    The style is chosen through Qt's own option: `setStyle` hands out a QStyle, and wrapping one costs 15 ms of enums.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        os.environ.setdefault("QT_API", "pyside6")  # several bindings may be installed; qasync asks here
        QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        app = QApplication([*argv, *FUSION])
    app.setApplicationName("desktopchat")
    app.setApplicationDisplayName("Desktop Chat")
    app.setDesktopFileName("desktopchat")
    app.setQuitOnLastWindowClosed(False)
    return app


def new_loop(app: QApplication, report: Report) -> asyncio.AbstractEventLoop:
    """An asyncio loop that turns in Qt's, with the hooks that close half-read asynchronous generators."""
    from desktopchat.ui.qtloop import QtLoop

    loop: Any = QtLoop(app)
    # qasync does not install them, and a stream that is left half-read would keep its connection
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)
    loop.set_exception_handler(lambda _loop, context: report(_error_of(context)))
    return loop  # type: ignore[no-any-return]


def run(
    app: QApplication,
    main: Callable[[], Coroutine[Any, Any, int]],
    *,
    report: Report,
    on_signal: Callable[[int], object] = lambda _number: None,
    on_stall: Callable[[float], object] | None = None,
) -> int:
    """Runs `main()` to its end on Qt's loop and returns its result.

    Errors that nobody awaits reach `report`; SIGINT and SIGTERM call `on_signal` with their number, on this
    thread; `on_stall` is told (in milliseconds) when the loop was held longer than 30 ms.
    """
    import asyncio

    hooks = sys.get_asyncgen_hooks()
    with routed_exceptions(report), caught_signals(on_signal), measured_stalls(on_stall), garbage_collected_here():
        try:
            with asyncio.Runner(loop_factory=lambda: new_loop(app, report)) as runner:
                return runner.run(main())
        finally:
            sys.set_asyncgen_hooks(*hooks)


def turn_until(app: QApplication, done: Callable[[], bool], *, limit_s: float) -> None:
    """Handles Qt's events until `done()`, `limit_s` at most. Only for the time before the loop runs."""
    give_up = time.monotonic() + limit_s
    while not done() and time.monotonic() < give_up:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)  # before any loop runs


@contextmanager
def routed_exceptions(report: Report) -> Iterator[None]:
    """Sends what nobody caught to `report`, from slots, threads and the interpreter alike; Qt's words to the log."""
    before, before_threads = sys.excepthook, threading.excepthook

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
        else:
            report(error)

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            report(args.exc_value)

    sys.excepthook, threading.excepthook = uncaught, uncaught_in_thread
    qt_before = qInstallMessageHandler(_log_qt)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before, before_threads
        qInstallMessageHandler(qt_before)


@contextmanager
def caught_signals(on_signal: Callable[[int], object]) -> Iterator[None]:
    """Calls `on_signal` for SIGINT and SIGTERM while Qt waits: a byte on a socket wakes the loop, nothing polls."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    waker = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)

    def drain() -> None:
        # Python runs its handlers before this slot, since the slot itself is Python
        with contextlib.suppress(BlockingIOError):
            ours.recv(4096)

    def handler(number: int, _frame: FrameType | None) -> None:
        on_signal(number)

    waker.activated.connect(drain)
    fd_before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
        signal.set_wakeup_fd(fd_before)
        waker.setEnabled(False)
        ours.close()
        theirs.close()


@contextmanager
def measured_stalls(on_stall: Callable[[float], object] | None) -> Iterator[None]:
    """Tells `on_stall` how late a fast timer came, when that is more than 30 ms. Costs nothing without a listener."""
    if on_stall is None:
        yield
        return
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    last = time.monotonic()

    def tick() -> None:
        nonlocal last
        moment = time.monotonic()
        late_ms = (moment - last) * 1000 - STALL_TICK_MS
        last = moment
        if late_ms > STALL_MS:
            on_stall(late_ms)

    timer.timeout.connect(tick)
    timer.start(STALL_TICK_MS)
    try:
        yield
    finally:
        timer.stop()


@contextmanager
def garbage_collected_here() -> Iterator[None]:
    """Has cyclic garbage collected by a timer of this thread alone.

    Python collects on whatever thread allocates; a widget in a cycle would be destroyed on a worker's, which
    crashes. What is collected, and when, follows Python's own thresholds.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()  # the program itself is no garbage; looking through it would hold the window for 30 ms
    timer = QTimer()
    timer.timeout.connect(_collect_garbage)
    timer.start(GARBAGE_MS)
    try:
        yield
    finally:
        timer.stop()
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _collect_garbage() -> None:
    for generation, (count, most) in reversed(list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))):
        if count > most:
            gc.collect(generation)
            return


async def shown(dialog: QDialog) -> int:
    """Shows a modal dialog without a nested loop; returns its result. The dialog is deleted afterwards.

    A nested loop (`exec`) would leave other tasks pending for ever. A cancelled wait closes the dialog.
    """
    import asyncio

    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finished(code: int) -> None:
        if not done.done():
            done.set_result(code)

    def destroyed() -> None:
        finished(QDialog.DialogCode.Rejected.value)  # its window went away under it

    dialog.finished.connect(finished)
    dialog.destroyed.connect(destroyed)
    dialog.open()
    try:
        return await done
    finally:
        if isValid(dialog):
            dialog.finished.disconnect(finished)
            dialog.destroyed.disconnect(destroyed)
            dialog.close()
            dialog.deleteLater()


def soon(receiver: QObject, call: Callable[[], object]) -> None:
    """Calls `call` from the event loop, after what is happening now; not at all once `receiver` is gone."""
    QTimer.singleShot(0, receiver, call)


def _error_of(context: dict[str, Any]) -> BaseException:
    error = context.get("exception")
    return error if isinstance(error, BaseException) else RuntimeError(str(context.get("message", "unknown error")))


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _log_qt(level: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _qt_log.log(_LEVELS.get(level, logging.WARNING), "%s: %s", context.category or "default", message)
