"""asyncio on Qt's loop: ends, signals, errors, dialogs."""

import asyncio
import gc
import os
import re
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, qWarning
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid
from tests.support.waiting import until

from desktopchat.ui import eventloop

SOURCES = Path(__file__).parents[3] / "src" / "desktopchat" / "ui"


def unexpected(error: BaseException) -> None:
    raise AssertionError(error)


def test_the_result_of_main_is_the_result_of_the_run(qapp: QApplication) -> None:
    async def main() -> int:
        await asyncio.sleep(0)
        return 7

    assert eventloop.run(qapp, main, report=unexpected) == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_wakes_a_program_that_waits(qapp: QApplication, number: int) -> None:
    async def main() -> int:
        caught: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        box.append(caught)
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        return await asyncio.wait_for(caught, 5)

    box: list[asyncio.Future[int]] = []
    handlers = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    result = eventloop.run(qapp, main, report=unexpected, on_signal=lambda n: box.pop().set_result(n))
    assert result == number
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


def test_errors_in_slots_and_threads_reach_the_one_place(qapp: QApplication) -> None:
    reported: list[BaseException] = []

    def fail_in_slot() -> None:
        raise ValueError("slot")

    def fail_in_thread() -> None:
        raise ValueError("thread")

    async def main() -> int:
        QTimer.singleShot(0, fail_in_slot)
        threading.Thread(target=fail_in_thread).start()
        await until(lambda: len(reported) == 2)
        return 0

    eventloop.run(qapp, main, report=reported.append)
    assert {str(error) for error in reported} == {"slot", "thread"}


@pytest.mark.qt_log_ignore("a word from Qt")
def test_what_qt_says_goes_to_the_log(qapp: QApplication, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> int:
        qWarning("a word from Qt")
        return 0

    eventloop.run(qapp, main, report=unexpected)
    assert "a word from Qt" in caplog.text


def test_a_held_loop_is_told_when_somebody_listens(qapp: QApplication) -> None:
    stalls: list[float] = []

    async def main() -> int:
        await asyncio.sleep(0.05)
        time.sleep(0.1)  # noqa: ASYNC251 - holding the loop is the point
        await asyncio.sleep(0.05)
        return 0

    eventloop.run(qapp, main, report=unexpected, on_stall=stalls.append)
    assert any(80 < stall < 1000 for stall in stalls)


def test_a_generator_that_is_left_half_read_is_closed(qapp: QApplication) -> None:
    closed = asyncio.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.set()

    async def main() -> int:
        async for _ in numbers():
            break
        await asyncio.wait_for(closed.wait(), 5)
        return 0

    assert eventloop.run(qapp, main, report=unexpected) == 0


def test_a_widget_in_a_cycle_is_destroyed_on_its_own_thread(qapp: QApplication) -> None:
    collected_on: list[int] = []

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            collected_on.append(threading.get_ident())

    def allocate() -> None:
        for _ in range(100):
            [[] for _ in range(2000)]

    async def main() -> int:
        Cycle()
        thread = threading.Thread(target=allocate)
        thread.start()
        thread.join()
        kept: list[list[int]] = []
        while not collected_on:
            kept.extend([] for _ in range(1000))
            await asyncio.sleep(0.05)
        return 0

    eventloop.run(qapp, main, report=unexpected)
    assert collected_on == [threading.get_ident()]
    assert not gc.isenabled()  # as the fixture had it


def test_other_tasks_go_on_behind_a_dialog(qapp: QApplication) -> None:
    ticks: list[int] = []

    async def tick() -> None:
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)

    async def main() -> int:
        ticking = asyncio.create_task(tick())
        dialog = QDialog()
        QTimer.singleShot(60, dialog.accept)
        result = await eventloop.shown(dialog)
        ticking.cancel()
        return result

    assert eventloop.run(qapp, main, report=unexpected) == QDialog.DialogCode.Accepted.value
    assert len(ticks) > 5


def test_a_cancelled_wait_closes_the_dialog(qapp: QApplication) -> None:
    async def main() -> int:
        dialog = QDialog()
        waiting = asyncio.create_task(eventloop.shown(dialog))
        await asyncio.sleep(0.02)
        assert dialog.isVisible()
        waiting.cancel()
        await asyncio.wait([waiting])
        return int(isValid(dialog) and dialog.isVisible())

    assert eventloop.run(qapp, main, report=unexpected) == 0


def test_nothing_in_the_window_opens_a_nested_loop() -> None:
    nested = re.compile(r"\.exec_?\(|QMessageBox\.(question|warning|information|critical|about)\(|processEvents\(")
    lines = (line for path in SOURCES.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines())
    assert [line for line in lines if nested.search(line) and "# before any loop runs" not in line] == []
