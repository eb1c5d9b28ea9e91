"""The main job, done by nobody: types a question into the real window, prints the answer as it comes, takes a picture.

`python -m desktopchat.ui.tour --question TEXT --screenshot PATH [--data-dir DIR]`. For machines without a display
(with Qt's offscreen platform or a virtual X server), and as a proof that the program works.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktopchat.domain.message import Message, MessageState
from desktopchat.services.streaming import StreamSession

PATIENCE_S = 60.0
SETTLED_S = 0.4
"""After the last word, so that what is animated has come to rest."""


def main(argv: Sequence[str] | None = None) -> int:
    options = _arguments(argv)
    with tempfile.TemporaryDirectory(prefix="desktopchat-tour-") as folder:
        program = new_program(options.data_dir or folder)
        tour = Tour(program, options.question, options.screenshot)
        QTimer.singleShot(0, tour.start)
        status: int = program.run()
        return status or tour.status


def new_program(data_dir: str) -> Any:
    """The whole program on a data directory, with the demo chosen. A script like this one stands above `app`."""
    return import_module("desktopchat.app").create(["--demo", "--data-dir", data_dir])


class Tour:
    """One question and its answer. `status` is 0 once the answer was complete and the picture is on the disk."""

    def __init__(self, program: Any, question: str, screenshot: Path) -> None:
        self.status = 1
        self._program = program
        self._question = question
        self._screenshot = screenshot

    def start(self) -> None:
        self._program.core.tasks.start(self._run(), name="tour")

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                message = await self._ask()
                await asyncio.sleep(SETTLED_S)
            saved = save(self._program.window, self._screenshot)
            self.status = 0 if saved and message.state is MessageState.DONE else 1
        except TimeoutError:
            sys.stderr.write("the answer did not come in time\n")
        finally:
            self._program.window.close()

    async def _ask(self) -> Message:
        chat = self._program.core.chat
        started: asyncio.Future[StreamSession] = asyncio.get_running_loop().create_future()
        off = chat.session_started.connect(_once(started))
        try:
            editor = self._program.window.composer.focusProxy()
            await until(lambda: bool(QApplication.focusWidget() is editor or self._program.window.isVisible()))
            type_text(editor, self._question)
            press(editor, Qt.Key.Key_Return, "\r")
            session = await started
        finally:
            off()
        _write(session.text)
        session.text_added.connect(_write)
        message = await session.wait()
        _write("\n")
        return message


def type_text(widget: QWidget, text: str) -> None:
    """Types `text` as a keyboard would, a character at a time; a line break is Shift+Enter."""
    for character in text:
        if character == "\n":
            press(widget, Qt.Key.Key_Return, "\r", Qt.KeyboardModifier.ShiftModifier)
        else:
            press(widget, Qt.Key.Key_unknown, character)


def press(
    widget: QWidget, key: Qt.Key, text: str, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """One key down and up."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers, text))


def save(widget: QWidget, path: Path) -> bool:
    """Writes what the widget looks like now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return bool(widget.grab().save(str(path)))


async def until(check: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Waits for something to become true; TimeoutError if it does not."""
    async with asyncio.timeout(timeout_s):
        while not check():  # noqa: ASYNC110 - looks from outside, like a person
            await asyncio.sleep(0.02)


def _once(future: "asyncio.Future[StreamSession]") -> Callable[[StreamSession], None]:
    def started(session: StreamSession) -> None:
        if not future.done():
            future.set_result(session)

    return started


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m desktopchat.ui.tour", description=__doc__)
    parser.add_argument("--question", required=True, help="what to ask the demo")
    parser.add_argument("--screenshot", required=True, type=Path, metavar="PATH", help="where the picture goes (PNG)")
    parser.add_argument("--data-dir", default="", metavar="DIR", help="a data directory to keep; else a temporary one")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
