"""A picture of a message in a window of its own: zoom, move, copy, save."""

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.pictures import Loader
from desktopchat.ui.parts import ImageSource
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, label

SMALLEST, LARGEST = 0.05, 16.0
STEP = 1.25


class PictureViewer(QWidget):
    """Closes with Esc. What is saved is the file as it was sent, not the picture as it is shown."""

    def __init__(self, source: ImageSource, sha256: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("imageViewer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(" ".join(name.split())[:120] or tr("Picture"))
        self._source, self._sha256, self._name = source, sha256, name
        self.canvas = Canvas()
        self._loader = Loader(source)
        self._loader.loaded.connect(self._show_picture)
        self._build()
        self.resize(900, 680)
        self._loader.load(sha256)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        keys = {
            Qt.Key.Key_Escape: self.close,
            Qt.Key.Key_Plus: self.canvas.zoom_in,
            Qt.Key.Key_Equal: self.canvas.zoom_in,
            Qt.Key.Key_Minus: self.canvas.zoom_out,
            Qt.Key.Key_0: self.canvas.fit,
            Qt.Key.Key_1: self.canvas.show_full_size,
        }
        if control and event.key() == Qt.Key.Key_C:
            self.copy()
        elif control and event.key() == Qt.Key.Key_S:
            self.save()
        elif event.key() in keys:
            keys[Qt.Key(event.key())]()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._loader.close()
        super().closeEvent(event)

    def copy(self) -> None:
        if self.canvas.image is not None:
            QGuiApplication.clipboard().setImage(self.canvas.image)

    def save(self) -> None:
        """Asks where to, without holding anything up."""
        dialog = QFileDialog(self, tr("Save the picture"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(_file_name(self._name))
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, path: str) -> None:
        content = self._source.image_of(self._sha256)
        try:
            Path(path).write_bytes(content or b"")
            self._state.setText(tr("Saved"))
        except OSError as error:
            self._state.setText(tr("Not saved: {reason}", reason=error.strerror or ""))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE.m, SPACE.s, SPACE.m, SPACE.s)
        self._state = label(tr("Loading…"), "muted", "small", wrap=False)
        self.scale_label = label("", "muted", "small", wrap=False)
        row.addWidget(self._state, 1)
        for icon, name, do in (
            ("minus", tr("Smaller (−)"), self.canvas.zoom_out),
            ("plus", tr("Larger (+)"), self.canvas.zoom_in),
            ("fit", tr("Fit into the window (0)"), self.canvas.fit),
            ("copy", tr("Copy (Ctrl+C)"), self.copy),
            ("download", tr("Save as… (Ctrl+S)"), self.save),
        ):
            button = IconButton(icon, name, parent=self)
            button.setObjectName(f"viewer_{icon}")
            button.clicked.connect(do)
            row.addWidget(button)
            if icon == "minus":
                row.addWidget(self.scale_label)
        column.addLayout(row)
        self.canvas.scaled.connect(self._show_scale)

    def _show_picture(self, _sha256: str, image: QImage | None) -> None:
        if image is None:
            self._state.setText(tr("This picture cannot be shown."))
            return
        self._state.setText(tr("{width} × {height} pixels", width=image.width(), height=image.height()))
        self.canvas.show_image(image)

    def _show_scale(self, scale: float) -> None:
        self.scale_label.setText(tr("{n} %", n=round(scale * 100)))


class Canvas(QWidget):
    """The picture, as large as one wants it, moved with the mouse."""

    scaled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictureCanvas")
        self.setAccessibleName(tr("Picture"))
        self.setMinimumSize(160, 120)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.image: QImage | None = None
        self.scale = 1.0
        self._fits = True
        self._centre = QPointF()
        """The point of the picture that stands in the middle."""
        self._dragged: QPointF | None = None

    def show_image(self, image: QImage) -> None:
        self.image = image
        self.fit()

    def fit(self) -> None:
        """All of it is in sight, at most in its own size."""
        if self.image is not None:
            self._fits = True
            self._centre = QRectF(self.image.rect()).center()
            wide, high = self.width() / self._pixels().width(), self.height() / self._pixels().height()
            self._set_scale(min(1.0, wide, high))

    def show_full_size(self) -> None:
        self.zoom(1.0, QPointF(self.rect().center()))

    def zoom_in(self) -> None:
        self.zoom(self.scale * STEP, QPointF(self.rect().center()))

    def zoom_out(self) -> None:
        self.zoom(self.scale / STEP, QPointF(self.rect().center()))

    def zoom(self, scale: float, around: QPointF) -> None:
        """Another size; the point `around` of the window stays where it is."""
        if self.image is None:
            return
        scale = max(SMALLEST, min(scale, LARGEST))
        away = around - QPointF(self.rect().center())
        ratio = self.devicePixelRatioF()
        self._centre += away * (ratio / self.scale - ratio / scale)
        self._fits = False
        self._set_scale(scale)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("surface"))
        if self.image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 4)
        size = QRectF(self.image.rect()).size() * (self.scale / self.devicePixelRatioF())
        corner = QPointF(self.rect().center()) - self._centre * (self.scale / self.devicePixelRatioF())
        painter.drawImage(QRectF(corner, size), self.image)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(self.scale * 1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragged = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            moved = event.position() - self._dragged
            self._dragged, self._fits = event.position(), False
            self._centre -= moved * (self.devicePixelRatioF() / self.scale)
            self._stay_inside()
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._dragged = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._fits and self.scale < 1:
            self.zoom(1.0, event.position())
        else:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    def _pixels(self) -> QSize:
        """The size of the picture on this screen, in the window's units."""
        return QSize(1, 1) if self.image is None else self.image.size() / self.devicePixelRatioF()

    def _set_scale(self, scale: float) -> None:
        self.scale = scale
        self._stay_inside()
        self.update()
        self.scaled.emit(scale)

    def _stay_inside(self) -> None:
        """The middle of the window stays on the picture."""
        if self.image is not None:
            self._centre.setX(max(0.0, min(self._centre.x(), float(self.image.width()))))
            self._centre.setY(max(0.0, min(self._centre.y(), float(self.image.height()))))


def _file_name(name: str) -> str:
    """A name from outside as one that cannot leave its folder."""
    plain = "".join(c for c in Path(name.replace("\\", "/")).name if c.isprintable() and c not in ':*?"<>|')
    return plain.strip(". ")[:120] or "picture"
