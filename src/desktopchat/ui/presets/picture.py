"""The picture of a preset: one of our icons by name, or whatever its author wrote there, an emoji mostly."""

from functools import cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from desktopchat.i18n.catalogue import resource
from desktopchat.ui.theme import theme

USUAL = "preset"
OFFERED = ("preset", "translate", "globe", "edit", "book", "code", "file", "info", "clock", "sparkle", "chat", "quote")
"""Our icons that fit a preset, for whoever makes one."""


@cache
def is_ours(name: str) -> bool:
    return name.isascii() and name.replace("-", "").isalpha() and (resource("icons") / f"{name}.svg").is_file()


def draw(painter: QPainter, place: QRect, icon: str, color: str = "text_muted") -> None:
    """Draws the picture in the middle of `place`."""
    if icon and not is_ours(icon):
        font = painter.font()
        font.setPixelSize(round(place.height() * 0.8))
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, icon)
        return
    painter.drawPixmap(place.topLeft(), theme().pixmap(icon or USUAL, color, place.height()))


def pixmap(icon: str, color: str = "text_muted", size: int = 16) -> QPixmap:
    """The picture by itself."""
    if not icon or is_ours(icon):
        return theme().pixmap(icon or USUAL, color, size)
    scale = theme().pixmap(USUAL, color, size).devicePixelRatio()
    made = QPixmap(round(size * scale), round(size * scale))
    made.setDevicePixelRatio(scale)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setFont(theme().font("body"))
    draw(painter, QRectF(0, 0, size, size).toRect(), icon, color)
    painter.end()
    return made


def icon_of(icon: str, color: str = "text_muted", size: int = 16) -> QIcon:
    return QIcon(pixmap(icon, color, size))
