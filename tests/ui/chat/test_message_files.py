"""Pictures and files of messages: thumbnails, chips, the window that shows a picture."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot
from tests.support.waiting import until
from tests.support.widgets import child

from desktopchat.domain.message import FilePart, ImagePart, user_message
from desktopchat.ui.chat.attachments import AttachmentStrip, Chip, Thumbnail
from desktopchat.ui.chat.context import Context
from desktopchat.ui.chat.pictures import Pictures, decoded
from desktopchat.ui.chat.transcript import TranscriptView
from desktopchat.ui.chat.viewer import Canvas, PictureViewer, _file_name


def png(width: int = 400, height: int = 300, colour: str = "#cc3322") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    return bytes(data.data())


class Stored:
    """Pictures in memory; remembers what was asked for."""

    def __init__(self, *contents: bytes) -> None:
        self.files = {sha256(content).hexdigest(): content for content in contents}
        self.asked: list[str] = []

    def image_of(self, sha256: str) -> bytes | None:
        self.asked.append(sha256)
        return self.files.get(sha256)

    @property
    def parts(self) -> list[ImagePart]:
        return [ImagePart(key, "image/png", f"{number}.png") for number, key in enumerate(self.files)]


@pytest.fixture
def transcript(qtbot: QtBot) -> TranscriptView:
    made = TranscriptView()
    qtbot.addWidget(made)
    made.resize(760, 600)
    made.show()
    return made


def test_a_picture_is_read_once_shown_small_and_opened_by_a_click(
    transcript: TranscriptView, run: Callable[..., Any]
) -> None:
    stored = Stored(png())
    pictures = transcript.chrome.context.pictures
    pictures.source = stored
    (part,) = stored.parts
    transcript.show_path([user_message("see", attachments=[part])])
    thumbnail = child(transcript, Thumbnail)
    high = transcript.stack.total

    async def loaded() -> None:
        await until(lambda: pictures.thumbnail(part.sha256) is not None)

    thumbnail.grab()
    run(loaded())
    middle = thumbnail.rect().center()
    assert thumbnail.grab().toImage().pixelColor(middle) == QColor("#cc3322")
    assert stored.asked == [part.sha256]
    assert transcript.stack.total == high  # nothing moved when the picture came
    wanted = QSignalSpy(transcript.pictureRequested)
    QTest.mouseClick(thumbnail, Qt.MouseButton.LeftButton)
    thumbnail.setFocus()
    QTest.keyClick(thumbnail, Qt.Key.Key_Space)
    assert [tuple(wanted.at(n)) for n in range(wanted.count())] == [(part.sha256, "0.png")] * 2
    pictures.close()


def test_files_are_chips_with_name_kind_and_size(transcript: TranscriptView) -> None:
    files = [
        FilePart("0" * 64, "application/pdf", "Report & plan.pdf", 2_214_000),
        FilePart("1" * 64, "text/plain", "notes"),
    ]
    transcript.show_path([user_message("see", attachments=files)])
    chips = transcript.findChildren(Chip)
    assert [chip.accessibleName() for chip in chips] == ["Report & plan.pdf", "notes"]
    assert [chip.accessibleDescription() for chip in chips] == ["PDF · 2.2 MB", "PLAIN"]


@pytest.mark.parametrize("width", [300, 500, 760])
def test_many_files_flow_into_rows_and_stay_inside(qtbot: QtBot, width: int) -> None:
    parts = [FilePart("0" * 64, "text/plain", f"a file with a name {n}.txt", 10) for n in range(9)]
    strip = AttachmentStrip(parts, Context(), at_right=True)
    qtbot.addWidget(strip)
    strip.resize(width, strip.heightForWidth(width))
    strip.show()
    boxes = [chip.geometry() for chip in strip.findChildren(Chip)]
    assert all(strip.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_a_picture_beside_a_document_is_shown_whole(qtbot: QtBot) -> None:
    picture = ImagePart("1" * 64, "image/png", "hills.png", 10)
    strip = AttachmentStrip([picture, FilePart("0" * 64, "text/plain", "a.txt", 10)], Context(), at_right=True)
    qtbot.addWidget(strip)
    strip.resize(600, strip.heightForWidth(600))
    strip.show()
    shown = child(strip, Thumbnail)
    assert shown.height() == shown.sizeHint().height()
    assert strip.rect().contains(shown.geometry())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        png()[:60],
    ],
)
def test_what_is_no_picture_stays_a_sign(qapp: Any, content: bytes) -> None:
    assert decoded(content) is None


def test_a_picture_is_decoded_no_larger_than_asked(qapp: Any) -> None:
    image = decoded(png(4_000, 3_000), QSize(720, 540))
    assert image is not None
    assert image.size() == QSize(720, 540)


def test_thumbnails_are_forgotten_when_there_are_too_many(qapp: Any) -> None:
    pictures = Pictures()
    for number in range(200):
        pictures._keep(str(number), QImage(1, 1, QImage.Format.Format_RGB32))
    assert len(pictures._known) < 100


def test_the_viewer_shows_zooms_copies_and_saves(qtbot: QtBot, run: Callable[..., Any], tmp_path: Path) -> None:
    content = png(2_000, 1_000)
    stored = Stored(content)
    viewer = PictureViewer(stored, stored.parts[0].sha256, "hills.png")
    qtbot.addWidget(viewer)
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    viewer.show()

    async def loaded() -> None:
        await until(lambda: viewer.canvas.image is not None)

    run(loaded())
    assert viewer.windowTitle() == "hills.png"
    fitted = viewer.canvas.scale
    assert 0 < fitted < 1
    QTest.keyClick(viewer, Qt.Key.Key_Plus)
    assert viewer.canvas.scale > fitted
    QTest.keyClick(viewer, Qt.Key.Key_1)
    assert viewer.canvas.scale == 1
    QTest.mouseClick(child(viewer, QToolButton, "viewer_fit"), Qt.MouseButton.LeftButton)
    assert viewer.canvas.scale == fitted
    QTest.keyClick(viewer, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().size() == QSize(2_000, 1_000)
    viewer.save_to(str(tmp_path / "saved.png"))
    assert (tmp_path / "saved.png").read_bytes() == content
    QTest.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()


def test_zooming_keeps_the_point_under_the_mouse(qtbot: QtBot) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.show()
    image = QImage(800, 800, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for x in range(300, 340):
        for y in range(300, 340):
            image.setPixelColor(x, y, QColor("#0000ff"))
    canvas.show_image(image)
    point = QPoint(160, 160)  # the middle of the blue square at half size
    for scale in (1.0, 2.5, 0.8):
        canvas.zoom(scale, QPointF(point))
        assert canvas.grab().toImage().pixelColor(point) == QColor("#0000ff")


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\evil.png", "a/b\0c", "", "....", 'q"<>|?.png'])
def test_a_name_from_outside_cannot_lead_out_of_the_folder(name: str) -> None:
    found = _file_name(name)
    assert found
    assert not set(found) & set('/\\\0:*?"<>|')
    assert not found.startswith(".")
