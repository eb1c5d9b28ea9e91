"""What a paste or a drop holds, as sources for the tray. Reads no file; pictures are packed on another thread."""

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage

from desktopchat.i18n import tr


@dataclass(frozen=True, slots=True)
class Incoming:
    """Files and folders of this computer, a picture, or a long text."""

    paths: tuple[Path, ...] = ()
    image: QImage | None = None
    long_text: str = ""

    def __bool__(self) -> bool:
        return bool(self.paths or self.image is not None or self.long_text)


def incoming(data: QMimeData, long_from: int) -> Incoming:
    """What of `data` is attached. Text wins over a picture that comes with it, as word processors offer both;
    one of more than `long_from` characters counts as a file (0: no text does)."""
    paths = tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile() and url.toLocalFile())
    if paths:
        return Incoming(paths)
    if data.hasText():
        text = data.text() if long_from else ""
        return Incoming(long_text=text) if len(text) > long_from > 0 else Incoming()
    if data.hasImage():
        image = QImage(data.imageData())
        return Incoming(image=None if image.isNull() else image)
    return Incoming()


async def packed(image: QImage, executor: Executor) -> bytes:
    """The picture as a PNG file."""
    import asyncio

    return await asyncio.get_running_loop().run_in_executor(executor, _png, image)


def picture_name() -> str:
    return f"{tr('Picture')} {_moment()}.png"


def text_name() -> str:
    return f"{tr('Pasted text')} {_moment()}.txt"


def _moment() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d %H-%M-%S}"


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())
