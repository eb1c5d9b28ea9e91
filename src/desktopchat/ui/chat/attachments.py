"""The files of a message: pictures as thumbnails, everything else as chips with name, size and kind."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.i18n import tr
from desktopchat.ui.chat import wording
from desktopchat.ui.chat.context import Context
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import draw_line

ALONE, AMONG_OTHERS = QSize(320, 240), QSize(160, 120)
"""The size of a thumbnail. It does not depend on the picture, so nothing moves when that has been read."""
WIDEST_CHIP = 40
"""Letters of ordinary width."""


class AttachmentStrip(QWidget):
    """Flows into as many rows as it needs."""

    def __init__(
        self,
        attachments: Sequence[ImagePart | FilePart],
        context: Context,
        parent: QWidget | None = None,
        *,
        at_right: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentStrip")
        self._at_right = at_right
        images = [part for part in attachments if isinstance(part, ImagePart)]
        size = ALONE if len(images) == 1 else AMONG_OTHERS
        self._items: list[QWidget] = [Thumbnail(part, size, context, self) for part in images]
        self._items += [Chip(part, context, self) for part in attachments if isinstance(part, FilePart)]

    def heightForWidth(self, width: int) -> int:
        return max((place.bottom() + 1 for _, place in self._rows(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for item, place in self._rows(self.width()):
            item.setGeometry(place)

    def _rows(self, width: int) -> Iterator[tuple[QWidget, QRect]]:
        """Each item with its place."""
        row: list[tuple[QWidget, QRect]] = []
        x = y = 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(width, 10_000))
            if row and x + size.width() > width:
                yield from self._aligned(row, width)
                y = max(place.bottom() for _, place in row) + 1 + SPACE.s
                row, x = [], 0
            row.append((item, QRect(QPoint(x, y), size)))
            x += size.width() + SPACE.s
        yield from self._aligned(row, width)

    def _aligned(self, row: list[tuple[QWidget, QRect]], width: int) -> list[tuple[QWidget, QRect]]:
        if not row or not self._at_right:
            return row
        free = width - 1 - row[-1][1].right()
        return [(item, place.translated(free, 0)) for item, place in row]


class _Item(QAbstractButton):
    """Something that paints itself and can be reached by keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def outline(self, painter: QPainter, radius: int) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        focused = self.hasFocus()
        painter.setPen(QPen(theme().color("accent" if focused else "border"), 2 if focused else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)


class Thumbnail(_Item):
    """A picture, cut to a fixed shape; a click shows all of it."""

    def __init__(self, part: ImagePart, size: QSize, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._part, self._size, self._context = part, size, context
        name = part.name or tr("Picture")
        self.setObjectName("imageThumbnail")
        self.setAccessibleName(tr("Picture: {name}", name=name))
        self.setToolTip(tr("Show the picture"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        context.pictures.changed.connect(self._arrived)

    def sizeHint(self) -> QSize:
        return self._size

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS.card, RADIUS.card)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme().color("surface"))
        image = self._context.pictures.thumbnail(self._part.sha256)
        if image is None:
            middle = self.rect().center() - QPoint(16, 16)
            painter.drawPixmap(middle, theme().pixmap("image", "text_muted", 32))
        else:
            painter.drawImage(QRectF(self.rect()), image, _cut(image, self.size()))
        painter.setClipping(False)
        self.outline(painter, RADIUS.card)

    def _arrived(self, sha256: str) -> None:
        if sha256 == self._part.sha256:
            self.update()

    def _open(self) -> None:
        self._context.open_picture(self._part.sha256, self._part.name)


class Chip(_Item):
    """A file's name, size and kind; a click shows what is in it."""

    def __init__(self, part: FilePart, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._part, self._context = part, context
        self.setObjectName("fileChip")
        self.setToolTip(tr("Show the text in it"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        self._name = part.name or tr("File")
        self._about = " · ".join(
            words for words in (_kind(part), wording.size(part.size) if part.size else "") if words
        )
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(self._about)

    def sizeHint(self) -> QSize:
        letters = QFontMetrics(theme().font("body"))
        name = letters.horizontalAdvance(self._name)
        about = QFontMetrics(theme().font("small")).horizontalAdvance(self._about)
        high = letters.height() + QFontMetrics(theme().font("small")).height() + 16
        return QSize(min(WIDEST_CHIP * letters.averageCharWidth(), max(name, about) + 40 + high // 2), high)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS.card, RADIUS.card)
        size = self.height() // 2
        painter.drawPixmap(12, (self.height() - size) // 2, theme().pixmap("file", "accent", size))
        self._paint_words(painter)
        self.outline(painter, RADIUS.card)

    def _open(self) -> None:
        self._context.open_file(self._part)

    def _paint_words(self, painter: QPainter) -> None:
        small = QFontMetrics(theme().font("small")).height()
        lines = self.rect().adjusted(self.height() // 2 + 22, 8, -12, -8)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text"))
        draw_line(painter, lines.adjusted(0, 0, 0, -small), self._name)
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color("text_muted"))
        draw_line(painter, lines.adjusted(0, lines.height() - small, 0, 0), self._about)


def _cut(image: QImage, room: QSize) -> QRectF:
    """The middle of the picture, in the shape of `room`."""
    wanted = QSize(room).scaled(image.size(), Qt.AspectRatioMode.KeepAspectRatio)
    cut = QRectF(0, 0, wanted.width(), wanted.height())
    cut.moveCenter(QRectF(image.rect()).center())
    return cut


def _kind(part: FilePart) -> str:
    """PDF for report.pdf; the media type's second half where the name has no ending."""
    _, dot, ending = part.name.rpartition(".")
    if dot and 0 < len(ending) <= 5 and ending.isalnum():
        return ending.upper()
    return part.media_type.rpartition("/")[2].upper()[:12]
