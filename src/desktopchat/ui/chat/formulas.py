"""Pictures of formulas for the screen: drawn in a thread of their own, kept as pixels of one colour and size."""

import queue
import threading
from functools import cache

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap, QPixmapCache

from desktopchat.render.formula_picture import FormulaPicture, draw, is_known

_TOGETHER_MS = 15
"""Pictures that are ready within this time are shown together."""


class FormulaPictures(QObject):
    """Answers at once, with nothing while a picture is being drawn; `ready` tells that there are new ones."""

    ready = Signal()
    _drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._wanted: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting: set[str] = set()
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TOGETHER_MS)
        self._timer.timeout.connect(self.ready)
        self._drawn.connect(self._start_timer, Qt.ConnectionType.QueuedConnection)

    def find(self, source: str) -> tuple[bool, FormulaPicture | None]:
        """Whether it is known what `source` looks like, and its picture, if it can be drawn."""
        if is_known(source):
            self._waiting.discard(source)
            return True, draw(source)
        if source not in self._waiting:
            self._waiting.add(source)
            self._wanted.put(source)
            self._start_thread()
        return False, None

    def _start_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="formulas", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            draw(self._wanted.get())
            self._drawn.emit()

    def _start_timer(self) -> None:
        if not self._timer.isActive():
            self._timer.start()


@cache
def pictures() -> FormulaPictures:
    """The program's only one."""
    return FormulaPictures()


def paint(painter: QPainter, place: QRectF, picture: FormulaPicture, colour: str) -> None:
    """Paints `picture` into `place`, sharp at the device's resolution."""
    device = painter.device()
    scale = device.devicePixelRatioF() if device is not None else 1.0
    wide, high = max(1, round(place.width() * scale)), max(1, round(place.height() * scale))
    key = f"formula {hash((picture.shapes, picture.view))} {colour} {wide} {high}"
    pixels = QPixmap()
    if not QPixmapCache.find(key, pixels):
        pixels = _rendered(picture, colour, wide, high)
        QPixmapCache.insert(key, pixels)
    painter.drawPixmap(place, pixels, QRectF(pixels.rect()))


def _rendered(picture: FormulaPicture, colour: str, wide: int, high: int) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    pixels = QPixmap(wide, high)
    pixels.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(picture.svg(colour).encode())).render(painter, QRectF(0, 0, wide, high))
    painter.end()
    return pixels
