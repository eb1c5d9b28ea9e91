"""One file as a card: badge or thumbnail, name, state, progress, and the buttons for it. It is told what to show."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QHideEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.attachments.wording import Shown
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import draw_line

WIDTH = 248
"""Of a chip, in pixels of the usual size of text."""
FRAME_MS = 50
_STEP = 0.025
_COLOURS = {
    "PDF": "error",
    "DOCX": "link",
    "ODT": "link",
    "XLSX": "success",
    "ODS": "success",
    "CSV": "success",
    "TSV": "success",
    "PPTX": "warning",
    "ODP": "warning",
    "EPUB": "code_type",
    "HTML": "code_number",
    "EML": "code_type",
    "MD": "code_name",
    "PY": "code_keyword",
    "JS": "code_keyword",
    "TS": "code_keyword",
    "JSON": "code_keyword",
    "C": "code_keyword",
    "CPP": "code_keyword",
    "RS": "code_keyword",
    "GO": "code_keyword",
    "JAVA": "code_keyword",
}


class FileCard(QAbstractButton):
    """A click or Enter opens it; Delete takes it off; the menu is at the right button and the menu key."""

    opened = Signal(str)
    removeRequested = Signal(str)  # noqa: N815 - Qt's way of naming signals
    cancelRequested = Signal(str)  # noqa: N815
    retryRequested = Signal(str)  # noqa: N815
    menuRequested = Signal(str, QPoint)  # noqa: N815

    def __init__(self, key: str, parent: QWidget | None = None, *, removable: bool = True) -> None:
        super().__init__(parent)
        self.key = key
        self._shown = Shown("", "", "")
        self._image: QImage | None = None
        self._phase = 0.0
        self._moving = QTimer(self, interval=FRAME_MS)
        self._moving.timeout.connect(self._move_on)
        self.setObjectName("fileCard")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._retry = self._small_button("refresh", tr("Try again"), "retryFile")
        self._remove = self._small_button("close", tr("Remove"), "removeFile")
        self._remove.setVisible(removable)
        self._removable = removable
        self._retry.hide()
        self.clicked.connect(self._on_click)
        self._retry.clicked.connect(self._on_retry)
        self._remove.clicked.connect(self._on_remove)
        theme().changed.connect(self._dress)
        self._dress()

    @property
    def shown(self) -> Shown:
        return self._shown

    @property
    def is_moving(self) -> bool:
        """Whether it has a bar that says only that something happens."""
        return self._shown.fraction is not None and self._shown.fraction < 0

    def show_file(self, shown: Shown) -> None:
        """Shows how a file stands now."""
        if shown == self._shown:
            return
        self._shown = shown
        self.setAccessibleName(shown.name)
        self.setAccessibleDescription(shown.about)
        self.setToolTip(_plain(shown.details))
        self._retry.setVisible(shown.retry)
        words = tr("Cancel") if shown.cancel else tr("Remove")
        self._remove.setAccessibleName(words)
        self._remove.setToolTip(words)
        self._remove.setVisible(self._removable or shown.cancel)
        self._place_buttons()
        self._move_or_rest()
        self.update()

    def show_picture(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._move_or_rest()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._moving.stop()

    def sizeHint(self) -> QSize:
        return QSize(round(WIDTH * theme().icon_scale), self._high())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._high())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._removable:
            self._on_remove()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_click()
        elif key == Qt.Key.Key_Menu:
            self.menuRequested.emit(self.key, self.mapToGlobal(self.rect().bottomLeft()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menuRequested.emit(self.key, event.globalPos())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self._paint_ground(painter)
        self._paint_badge(painter, self._badge_rect())
        self._paint_words(painter)
        if self._shown.fraction is not None:
            self._paint_bar(painter, self._shown.fraction)

    def _move_or_rest(self) -> None:
        if not self.is_moving:
            self._moving.stop()
        elif self.isVisible() and not self._moving.isActive():
            self._moving.start()

    def _move_on(self) -> None:
        self._phase = (self._phase + _STEP) % 1.0
        self.update()

    # -- painting -----------------------------------------------------------------------------------------------

    def _paint_ground(self, painter: QPainter) -> None:
        failed = self._shown.tone == "error"
        ground = "error_surface" if failed else "hover" if self.underMouse() else "surface"
        focused = self.hasFocus()
        edge = "accent" if focused else "error" if failed else "border"
        painter.setBrush(theme().color(ground))
        painter.setPen(QPen(theme().color(edge), 2 if focused else 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS.card, RADIUS.card)

    def _paint_badge(self, painter: QPainter, place: QRect) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), 6, 6)
        if self._image is not None and not self._image.isNull():
            painter.save()
            painter.setClipPath(shape)
            painter.drawImage(QRectF(place), self._image, _middle(self._image))
            painter.restore()
            return
        colour = theme().color(_COLOURS.get(self._shown.badge, "text_muted"))
        ground = QColor(colour)
        ground.setAlpha(34 if theme().is_dark else 26)
        painter.fillPath(shape, ground)
        if self._shown.picture or not self._shown.badge:
            size = place.height() * 3 // 5
            corner = place.center() - QPoint(size // 2, size // 2) + QPoint(1, 1)
            painter.drawPixmap(corner, theme().pixmap("image" if self._shown.picture else "file", colour, size))
            return
        font = theme().font("small")
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * (0.92 if len(self._shown.badge) < 4 else 0.74))
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._shown.badge)

    def _paint_words(self, painter: QPainter) -> None:
        lines = self._words_rect()
        small = QFontMetrics(theme().font("small")).height()
        painter.setFont(theme().font("body"))
        painter.setPen(theme().color("text"))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(self._shown.name, Qt.TextElideMode.ElideMiddle, lines.width())
        draw_line(painter, lines.adjusted(0, 0, 0, -small), name)
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color(self._shown.tone))
        draw_line(painter, lines.adjusted(0, lines.height() - small, 0, 0), self._shown.about)

    def _paint_bar(self, painter: QPainter, fraction: float) -> None:
        ground = QRectF(self._words_rect().left(), self.height() - 6, self._words_rect().width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("border"))
        painter.drawRoundedRect(ground, 1.5, 1.5)
        done = QRectF(ground)
        if fraction < 0:
            wide = ground.width() * 0.3
            done.setWidth(wide)
            done.moveLeft(ground.left() + (ground.width() - wide) * abs(1 - 2 * self._phase))
        else:
            done.setWidth(max(3.0, ground.width() * fraction))
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(done, 1.5, 1.5)

    # -- places -------------------------------------------------------------------------------------------------

    def _high(self) -> int:
        body, small = QFontMetrics(theme().font("body")), QFontMetrics(theme().font("small"))
        return body.height() + small.height() + 2 * SPACE.s + 2

    def _badge_rect(self) -> QRect:
        size = self.height() - 2 * SPACE.s - 2
        return QRect(SPACE.s + 1, (self.height() - size) // 2, size, size)

    def _words_rect(self) -> QRect:
        left = self._badge_rect().right() + 1 + SPACE.s + 2
        shown = [button for button in (self._retry, self._remove) if not button.isHidden()]
        right = sum(button.width() for button in shown) + SPACE.xs + (2 if shown else SPACE.xs)
        return QRect(left, SPACE.s, self.width() - left - right, self.height() - 2 * SPACE.s - 1)

    def _place_buttons(self) -> None:
        x = self.width() - SPACE.xs
        for made in (self._remove, self._retry):
            if not made.isHidden():
                x -= made.width()
                made.move(x, (self.height() - made.height()) // 2)

    def _small_button(self, icon: str, name: str, object_name: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(object_name)
        made.setProperty("icon_name", icon)
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setAutoRaise(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setCursor(Qt.CursorShape.ArrowCursor)
        made.setStyleSheet("padding: 0;")
        return made

    def _dress(self) -> None:
        size = round(16 * theme().icon_scale)
        for made in (self._retry, self._remove):
            made.setIcon(theme().icon(str(made.property("icon_name")), "text_muted", size))
            made.setIconSize(QSize(size, size))
            made.setFixedSize(size + 10, size + 10)
        self._place_buttons()
        self.updateGeometry()
        self.update()

    # -- wishes -------------------------------------------------------------------------------------------------

    def _on_click(self) -> None:
        self.opened.emit(self.key)

    def _on_retry(self) -> None:
        self.retryRequested.emit(self.key)

    def _on_remove(self) -> None:
        (self.cancelRequested if self._shown.cancel else self.removeRequested).emit(self.key)


def _middle(image: QImage) -> QRectF:
    """The square in the middle of a picture."""
    side = min(image.width(), image.height())
    return QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)


def _plain(text: str) -> str:
    """Text from outside for a tooltip, which would otherwise read it as HTML."""
    from html import escape

    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
