"""What is wider than its place: how far code or a table is moved to the side, and the thin bar that shows it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from desktopchat.ui.chat.look import look

BAR = 5
BAR_ROOM = 11
"""What the bar needs below the text."""
_SHORTEST_THUMB = 28


class Sideways:
    """Shared by all slices of one piece of code, so that their columns stay below each other. In pixels."""

    __slots__ = ("is_chosen", "offset", "room", "widest", "wraps")

    def __init__(self) -> None:
        self.offset = 0.0
        self.widest = 0.0
        self.room = 0.0
        self.wraps = False
        """Whether lines are broken instead of moved."""
        self.is_chosen = False
        """Whether the reader has said so."""

    @property
    def furthest(self) -> float:
        return max(0.0, self.widest - self.room)

    @property
    def overflows(self) -> bool:
        return self.furthest >= 1

    def measured(self, wide: float, room: float) -> None:
        """A slice turned out to be `wide`, where `room` is seen of it."""
        if room != self.room:
            self.room, self.widest = room, 0.0
        self.widest = max(self.widest, wide)
        self.offset = min(self.offset, self.furthest)

    def forget(self) -> None:
        """Lines are broken in another way from now on."""
        self.widest = self.offset = 0.0

    def move(self, by: float) -> bool:
        """Moves; False if it stands at that side already."""
        before = self.offset
        self.offset = min(max(0.0, before + by), self.furthest)
        return self.offset != before

    def reveal(self, left: float, right: float) -> None:
        """Moves as little as needed to bring a range into sight."""
        if right > self.offset + self.room:
            self.offset = min(right - self.room, self.furthest)
        if left < self.offset:
            self.offset = max(0.0, left)

    def thumb(self, track: QRectF) -> QRectF:
        """The part of the bar that shows what is seen."""
        wide = max(_SHORTEST_THUMB, track.width() * self.room / max(1.0, self.widest))
        way = track.width() - wide
        left = track.left() + way * self.offset / max(1.0, self.furthest)
        return QRectF(left, track.top(), wide, track.height())

    def per_pixel(self, track: QRectF) -> float:
        """How far the text moves when the thumb moves by one pixel."""
        return self.furthest / max(1.0, track.width() - self.thumb(track).width())

    def paint(self, painter: QPainter, track: QRectF, *, strong: bool) -> None:
        colour = look().color("text_muted")
        colour.setAlphaF(0.75 if strong else 0.3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(self.thumb(track), BAR / 2, BAR / 2)
