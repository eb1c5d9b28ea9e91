"""A reader's hands on a transcript: where a place is, dragging, copying."""

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest

from desktopchat.domain.message import Message
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.selection import Place
from desktopchat.ui.chat.transcript import TranscriptView

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def point_of(transcript: TranscriptView, message: Message, block: int, position: int, section: int = 1) -> QPoint:
    """Where a position of the text is in the viewport."""
    QCoreApplication.processEvents()  # a scroll bar that has appeared moves the column
    place = Place(transcript.stack.index_of(message.id), section, block, position)
    return transcript.reading.places.caret(place).center().toPoint()


def block_of(transcript: TranscriptView, message: Message, block: int, section: int = 1) -> BlockView:
    view = transcript.stack.find(message.id)
    found = view.view_of(section, block) if view is not None else None
    assert found is not None
    return found


def corner_of(transcript: TranscriptView, message: Message, block: int, section: int = 1) -> QPoint:
    """Where a block begins in the viewport."""
    return transcript.reading.places.origin(Place(transcript.stack.index_of(message.id), section, block, 0))


def drag(transcript: TranscriptView, start: QPoint, end: QPoint) -> None:
    viewport = transcript.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, (start + end) / 2)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)


def click(transcript: TranscriptView, point: QPoint) -> None:
    QTest.mouseMove(transcript.viewport(), point)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)


def press(transcript: TranscriptView, *keys: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    for key in keys:
        QTest.keyClick(transcript, key, modifier or Qt.KeyboardModifier.NoModifier)


def copied(transcript: TranscriptView) -> str:
    QGuiApplication.clipboard().clear()
    QTest.keyClick(transcript, Qt.Key.Key_C, CTRL)
    return QGuiApplication.clipboard().text()


def clipboard() -> QClipboard:
    return QGuiApplication.clipboard()
