"""A Qt event loop that runs coroutines, for every test of the window (pytest-qt's own waiting functions nest loops)."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from tests.support.waiting import until as wait_until


@pytest.fixture(autouse=True)
def garbage_of_this_thread(qapp: QApplication) -> Iterator[None]:
    """Widgets in reference cycles die here, not on whatever thread Python happens to collect (see `ui.eventloop`)."""
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """What the offscreen platform cannot do is no news."""
    config.getini("qt_log_ignore").append("This plugin does not support")


@pytest.fixture
def qloop(qapp: QApplication) -> Iterator[QEventLoop]:
    """A fresh loop; what it lost or left running fails the test."""
    qapp.setQuitOnLastWindowClosed(False)
    lost: list[dict[str, Any]] = []
    loop, hooks = QEventLoop(qapp), sys.get_asyncgen_hooks()
    loop.set_exception_handler(lambda _loop, context: lost.append(context))
    asyncio.set_event_loop(loop)
    sys.set_asyncgen_hooks(loop._asyncgen_firstiter_hook, loop._asyncgen_finalizer_hook)
    yield loop
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    if left:
        assert not loop.run_until_complete(asyncio.wait(left, timeout=2))[1], "a task does not end"
    loop.run_until_complete(loop.shutdown_asyncgens())
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    sys.set_asyncgen_hooks(*hooks)
    loop.close()
    asyncio.set_event_loop(None)
    assert not lost, lost


@pytest.fixture
def run(qloop: QEventLoop) -> Callable[..., Any]:
    """Runs a coroutine on the Qt loop, with a time limit in seconds."""

    def runner(coro: Coroutine[Any, Any, Any], timeout: float = 10) -> Any:
        return qloop.run_until_complete(asyncio.wait_for(coro, timeout))

    return runner


@pytest.fixture
def until() -> Callable[..., Coroutine[Any, Any, None]]:
    """`await until(lambda: …)`: waits, without a nested loop, for something to become true."""
    return wait_until
