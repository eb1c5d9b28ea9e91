"""Files come into the draft by button, drop, paste and folder: with real events, in the real window."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QPushButton, QWidget
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.settings import schema
from desktopchat.ui.attachments.card import FileCard
from desktopchat.ui.attachments.dropping import DropVeil
from desktopchat.ui.attachments.folders import FolderDialog
from desktopchat.ui.attachments.tray import MOST, Stage, Tray
from desktopchat.ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Play:
    """Plays a scenario in a window of its own."""

    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path / "data") as found:
                await scenario(found, await found.show())

        run(played(), timeout=60)

    return player


def tray(window: MainWindow) -> Tray:
    return window.controller.attachments.tray


async def attached(window: MainWindow, count: int = 1) -> None:
    """Waits until so many files are in the store and were looked at."""
    await until(lambda: len(tray(window).parts) == count and not any(i.is_being_read for i in tray(window).items), 30)


def text_file(folder: Path, name: str = "notes.txt", text: str = "The sky is blue.") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def of_files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def enter(window: MainWindow, data: QMimeData, place: QPoint) -> QDragEnterEvent:
    """A drag comes over the window, as the window system tells it."""
    event = QDragEnterEvent(
        place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.windowHandle(), event)
    return event


def move(window: MainWindow, data: QMimeData, place: QPoint) -> QDragMoveEvent:
    event = QDragMoveEvent(
        place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.windowHandle(), event)
    return event


def drop(window: MainWindow, data: QMimeData, place: QPoint) -> QDropEvent:
    event = QDropEvent(
        QPointF(place), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window.windowHandle(), event)
    return event


def middle_of(window: MainWindow, widget: QWidget) -> QPoint:
    return widget.mapTo(window, widget.rect().center())


@pytest.mark.parametrize("where", ["transcript", "composer", "conversationList", "attachButton"])
def test_a_file_can_be_dropped_anywhere(play: Play, tmp_path: Path, where: str) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        data, place = of_files(text_file(tmp_path)), middle_of(window, child(window, QWidget, where))
        veil = child(window, DropVeil)
        assert enter(window, data, place).isAccepted()
        assert veil.isVisible()
        assert veil.geometry() == window.rect()
        assert move(window, data, place).isAccepted()
        event = drop(window, data, place)
        assert event.isAccepted()
        assert event.dropAction() is Qt.DropAction.CopyAction
        assert not veil.isVisible()
        await attached(window)
        assert [part.name for part in tray(window).parts] == ["notes.txt"]
        assert window.composer.text() == ""

    play(scenario)


def test_a_drag_that_leaves_takes_the_veil_along(play: Play, tmp_path: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        data, place = of_files(text_file(tmp_path)), QPoint(400, 300)
        enter(window, data, place)
        move(window, data, place)
        QApplication.sendEvent(window.windowHandle(), QDragLeaveEvent())
        await until(lambda: not child(window, DropVeil).isVisible())
        assert len(tray(window)) == 0

    play(scenario)


def test_dragged_words_are_still_words(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        data = QMimeData()
        data.setText("some words")
        enter(window, data, middle_of(window, window.composer.editor))
        assert not child(window, DropVeil).isVisible()
        address = QMimeData()
        address.setUrls([QUrl("https://example.com/picture.png")])
        enter(window, address, QPoint(400, 300))
        assert not child(window, DropVeil).isVisible()  # nothing is fetched from the web

    play(scenario)


def test_files_are_pasted_and_text_stays_text(play: Play, tmp_path: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        editor = window.composer.editor
        QGuiApplication.clipboard().setMimeData(of_files(text_file(tmp_path), text_file(tmp_path, "更多.md", "# 标题")))
        QTest.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await attached(window, 2)
        assert {part.name for part in tray(window).parts} == {"notes.txt", "更多.md"}
        QGuiApplication.clipboard().setText("words")
        QTest.keyClick(editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert window.composer.text() == "words"
        assert len(tray(window)) == 2

    play(scenario)


def test_a_pasted_picture_is_attached_and_shown(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(QColor("teal"))
        QGuiApplication.clipboard().setImage(image)
        QTest.keyClick(window.composer.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await attached(window)
        part = tray(window).parts[0]
        assert isinstance(part, ImagePart)
        assert part.media_type == "image/png"
        card = child(window.composer, FileCard)
        await until(lambda: card._image is not None)
        assert card._image.pixelColor(5, 5) == QColor("teal")

    play(scenario)


def test_a_long_paste_becomes_a_file_and_text_again(play: Play) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        text = "A sentence that somebody wrote. " * 400
        QGuiApplication.clipboard().setText(text)
        QTest.keyClick(window.composer.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await attached(window)
        part = tray(window).parts[0]
        assert isinstance(part, FilePart)
        assert part.size == len(text)
        assert part.name.endswith(".txt")
        assert window.composer.text() == ""
        QTest.mouseClick(window.toast.button, Qt.MouseButton.LeftButton)
        await until(lambda: window.composer.text() == text)
        assert len(tray(window)) == 0

    play(scenario)


def test_a_long_paste_stays_text_where_that_is_wanted(play: Play) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        text = "word " * 4000
        QGuiApplication.clipboard().setText(text)
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window.composer.editor, Qt.Key.Key_V, both)
        assert window.composer.text() == text
        window.composer.set_text("")
        found.core.settings.set(schema.LONG_PASTE, 0)
        QTest.keyClick(window.composer.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert window.composer.text() == text
        assert len(tray(window)) == 0

    play(scenario)


def test_the_button_opens_a_dialog_for_several_files(play: Play, tmp_path: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        QTest.mouseClick(window.attach_button, Qt.MouseButton.LeftButton)
        dialog = child(window, QFileDialog, "attachDialog")
        assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
        dialog.filesSelected.emit([str(text_file(tmp_path)), str(text_file(tmp_path, "b.csv", "a,b\n1,2\n"))])
        dialog.close()
        await attached(window, 2)
        assert [card.shown.badge for card in window.composer.findChildren(FileCard)] == ["TXT", "CSV"]

    play(scenario)


def test_of_a_folder_it_is_asked_which_files(play: Play, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / ".git").mkdir()
    text_file(folder, "a.txt")
    text_file(folder / "deep", "b.txt")
    text_file(folder, "c.md")
    text_file(folder / ".git", "config")
    (folder / "loop").symlink_to(folder)

    async def scenario(_found: Opened, window: MainWindow) -> None:
        drop_folder(window, folder)
        await until(lambda: window.findChild(FolderDialog) is not None)
        dialog = child(window, FolderDialog)
        assert {path.name for path in dialog.wanted} == {"a.txt", "b.txt", "c.md"}
        child(dialog, QCheckBox, "kind_MD").setChecked(False)
        QTest.mouseClick(child(dialog, QPushButton, "attachFolder"), Qt.MouseButton.LeftButton)
        await attached(window, 2)
        assert {part.name for part in tray(window).parts} == {"a.txt", "b.txt"}

    play(scenario)


def drop_folder(window: MainWindow, folder: Path) -> None:
    data, place = of_files(folder), QPoint(500, 300)
    enter(window, data, place)
    move(window, data, place)
    drop(window, data, place)


def test_what_cannot_be_attached_says_why_and_can_be_removed(play: Play, tmp_path: Path) -> None:
    program = tmp_path / "tool.exe"
    program.write_bytes(b"\x7fELF" + bytes(200))

    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.controller.attachments.attach([program, tmp_path / "gone.txt"])
        await until(lambda: [item.stage for item in tray(window).items] == [Stage.FAILED] * 2)
        cards = window.composer.findChildren(FileCard)
        assert all(card.shown.tone == "error" and card.shown.retry for card in cards)
        assert "program" in cards[0].shown.about
        QTest.keyClick(cards[0], Qt.Key.Key_Delete)
        assert [item.name for item in tray(window).items] == ["gone.txt"]
        text_file(tmp_path, "gone.txt")
        QTest.mouseClick(child(cards[1], QWidget, "retryFile"), Qt.MouseButton.LeftButton)
        await attached(window)
        assert not cards[1].shown.retry

    play(scenario)


def test_more_files_than_a_question_can_have_are_refused(play: Play, tmp_path: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        tray(window).add([(b"x", f"{n}.txt") for n in range(MOST + 1)])
        assert len(tray(window)) == 0
        assert str(MOST) in window.toast.accessibleName()

    play(scenario)


def test_a_drop_event_on_the_window_itself_is_taken_too(play: Play, tmp_path: Path) -> None:
    """Some systems send the drop before the veil has had its first event."""

    async def scenario(_found: Opened, window: MainWindow) -> None:
        data = of_files(text_file(tmp_path))
        QApplication.sendEvent(
            window,
            QDragEnterEvent(
                QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
            ),
        )
        event = QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QEvent.Type.Drop,
        )
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert not child(window, DropVeil).isVisible()
        await attached(window)

    play(scenario)
