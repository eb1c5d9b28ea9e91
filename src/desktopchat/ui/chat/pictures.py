"""Pictures of messages as thumbnails: read and decoded on another thread, kept while they are likely to be seen."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from desktopchat.ui.parts import ImageSource

log = logging.getLogger(__name__)

MOST_PIXELS = 120_000_000
"""A picture that claims more is not decoded: that many fill half a gigabyte."""
MOST_KEPT = 64
_QUARTER_TURN = 4  # the bit of QImageIOHandler.Transformation that swaps width and height
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", b"png"),
    (b"\xff\xd8\xff", b"jpeg"),
    (b"GIF8", b"gif"),
    (b"BM", b"bmp"),
    (b"II*\x00", b"tiff"),
    (b"MM\x00*", b"tiff"),
)
"""What a file of each format begins with. Only its own decoder sees it: Qt would try SVG, too, which names files."""


def decoded(content: bytes, room: QSize | None = None) -> QImage | None:
    """The picture, at most as large as `room`; None for what is none, or one too large to decode."""
    kind = _format_of(content)
    if not kind:
        return None
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not _is_sane(size):
        return None
    if room is not None and (size.width() > room.width() or size.height() > room.height()):
        turned = bool(reader.transformation().value & _QUARTER_TURN)
        reader.setScaledSize(size.scaled(room.transposed() if turned else room, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        log.info("a picture cannot be decoded: %s", reader.errorString())
        return None
    return image


def _format_of(content: bytes) -> bytes:
    """The format that a file is in, by its first bytes; b"" for one that is not decoded here."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return b"webp"
    return next((name for beginning, name in _BEGINNINGS if content.startswith(beginning)), b"")


def _is_sane(size: QSize) -> bool:
    return size.isValid() and 0 < size.width() * size.height() <= MOST_PIXELS


class Loader(QObject):
    """Reads pictures one after the other on a thread of its own; `loaded` comes on the window's thread."""

    loaded = Signal(str, object)
    """The hash, and a QImage or None."""

    def __init__(self, source: ImageSource | None = None) -> None:
        super().__init__()
        self.source = source
        self._executor: ThreadPoolExecutor | None = None

    def load(self, sha256: str, room: QSize | None = None) -> None:
        """Nothing is emitted where there is no source."""
        if self.source is None:
            return
        if self._executor is None:
            from concurrent.futures import ThreadPoolExecutor

            self._executor = ThreadPoolExecutor(1, "pictures")
        self._executor.submit(self._read, self.source, sha256, room)

    def close(self) -> None:
        """Waits for the picture that is being read; the others are not wanted any more."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(cancel_futures=True)

    def _read(self, source: ImageSource, sha256: str, room: QSize | None) -> None:
        try:
            content = source.image_of(sha256)
            image = None if content is None else decoded(content, room)
        except Exception:  # nobody waits for this thread: what goes wrong is a picture that is not there
            log.exception("a picture could not be read")
            image = None
        self.loaded.emit(sha256, image)


class Pictures(QObject):
    """Thumbnails by hash."""

    changed = Signal(str)
    """The thumbnail of this hash is there now, or will never be."""

    def __init__(self) -> None:
        super().__init__()
        self.room = QSize(720, 540)
        """In the screen's own pixels."""
        self._loader = Loader()
        self._loader.loaded.connect(self._keep)
        self._known: OrderedDict[str, QImage | None] = OrderedDict()
        self._asked: set[str] = set()

    @property
    def source(self) -> ImageSource | None:
        return self._loader.source

    @source.setter
    def source(self, source: ImageSource | None) -> None:
        self._loader.source = source

    def thumbnail(self, sha256: str) -> QImage | None:
        """The picture if it is there; else None, and `changed` once it is."""
        if sha256 in self._known:
            self._known.move_to_end(sha256)
            return self._known[sha256]
        if sha256 not in self._asked and self.source is not None:
            self._asked.add(sha256)
            self._loader.load(sha256, self.room)
        return None

    def close(self) -> None:
        self._loader.close()

    def _keep(self, sha256: str, image: QImage | None) -> None:
        self._asked.discard(sha256)
        self._known[sha256] = image
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        self.changed.emit(sha256)
