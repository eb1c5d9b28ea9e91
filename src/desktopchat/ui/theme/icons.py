"""Our own icons: small SVG drawings in one stroke style, painted in any colour and at any scale."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from desktopchat.i18n.catalogue import resource


@cache
def drawing(name: str) -> str:
    """The SVG text of an icon; raises FileNotFoundError for a name that nobody has drawn."""
    return (resource("icons") / f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: QColor, size: int, scale: float) -> QPixmap:
    """The icon in `size` × `size` logical pixels for a screen of `scale` device pixels to one of them."""
    from PySide6.QtSvg import QSvgRenderer

    image = QPixmap(QSize(size, size) * scale)
    image.fill(Qt.GlobalColor.transparent)
    svg = drawing(name).replace("currentColor", colour.name())
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


def icon(name: str, colour: QColor, size: int, scale: float) -> QIcon:
    """The icon; its disabled state is the style's own."""
    return QIcon(pixmap(name, colour, size, scale))
