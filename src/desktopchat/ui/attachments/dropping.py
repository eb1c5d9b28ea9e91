"""Files dragged over the window: a veil that takes them, wherever they are dropped."""

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktopchat.i18n import tr
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE

PATIENCE_MS = 150
"""Between the window that a drag leaves and the veil that it enters."""


def has_files(data: QMimeData) -> bool:
    """Whether there is something to attach: files of this computer, or a picture. Addresses of the web are words."""
    return any(url.isLocalFile() for url in data.urls()) or (data.hasImage() and not data.hasText())


class DropVeil(QWidget):
    """Lies over a window while files are dragged over it; emits what is dropped. The window accepts nothing itself."""

    dropped = Signal(object)
    """The QMimeData; it is gone once the receiver returns."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("dropVeil")
        self.setAccessibleName(tr("Drop to attach"))
        self.setAcceptDrops(True)
        self._window = window
        self._leaving = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._leaving.timeout.connect(self.hide)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            return self._entered(event)
        if kind in (QEvent.Type.DragMove, QEvent.Type.Drop) and isinstance(event, QDropEvent):
            return self._over_the_window(event)
        if kind == QEvent.Type.DragLeave:
            self._leaving.start()
        elif kind == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._leaving.stop()
        _take(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._leaving.stop()
        _take(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        if has_files(event.mimeData()):
            _take(event)
            self.dropped.emit(event.mimeData())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme().color("window")
        ground.setAlpha(225)
        painter.fillRect(self.rect(), ground)
        frame = QRectF(self.rect()).adjusted(SPACE.l, SPACE.l, -SPACE.l, -SPACE.l)
        tint = theme().color("selected")
        tint.setAlpha(120)
        painter.setBrush(tint)
        painter.setPen(QPen(theme().color("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, RADIUS.bubble, RADIUS.bubble)
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        middle = self.rect().center()
        size = 44
        painter.drawPixmap(
            middle.x() - size // 2, middle.y() - size - SPACE.s, theme().pixmap("paperclip", "accent", size)
        )
        painter.setFont(theme().font("title"))
        painter.setPen(theme().color("text"))
        line = QRect(0, middle.y() + SPACE.s, self.width(), painter.fontMetrics().height())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, tr("Drop to attach"))
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color("text_muted"))
        line = line.translated(0, line.height() + SPACE.xs)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, tr("Nothing is sent before you press Send."))

    def _entered(self, event: QDragEnterEvent) -> bool:
        if not has_files(event.mimeData()):
            return False
        self._leaving.stop()
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        _take(event)
        return True

    def _over_the_window(self, event: QDropEvent) -> bool:
        """The drag is still the window's own: the veil has only just come."""
        if not has_files(event.mimeData()):
            return False
        _take(event)
        if event.type() == QEvent.Type.Drop:
            self.hide()
            self.dropped.emit(event.mimeData())
        return True


def _take(event: QDropEvent) -> None:
    """A copy, whatever the file manager proposes: nothing is moved away."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
