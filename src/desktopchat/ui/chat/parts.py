"""What a message has beside its blocks: the author's line, the line of numbers, the sign of work, embedded widgets."""

import math
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from desktopchat.ui.chat.blockview import Mark
from desktopchat.ui.chat.look import look
from desktopchat.ui.theme import theme


class Part(Protocol):
    """A strip of a message. `BlockView` is one, too."""

    height: int
    measured: bool

    def guess(self, width: int) -> int: ...
    def measure(self, width: int) -> int: ...
    def paint(self, painter: QPainter, marks: list[Mark]) -> None: ...
    def release(self) -> None: ...


class Line:
    """A painted line of fixed height."""

    def __init__(self) -> None:
        self.height = 0
        self.measured = False
        self.width = 0

    def guess(self, width: int) -> int:
        return self.measure(width)

    def measure(self, width: int) -> int:
        self.width = width
        self.height = self._lines()
        self.measured = True
        return self.height

    def release(self) -> None:
        return

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        raise NotImplementedError

    def _lines(self) -> int:
        return round(look().small_line)


class AuthorLine(Line):
    """Who answers, with a sign in front."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        painter.drawPixmap(QPointF(0, (self.height - 8 - 18) / 2), theme().pixmap("sparkle", "accent", 18))
        painter.setFont(look().strong)
        painter.setPen(look().color("text"))
        rect = QRectF(26, 0, self.width - 26, self.height - 8)
        name = QFontMetricsF(look().strong).elidedText(self.name, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)

    def _lines(self) -> int:
        return max(20, round(QFontMetricsF(look().strong).height())) + 8


class MetaLine(Line):
    """Small grey words below a message, with a badge in front where the answer is not whole."""

    def __init__(self, text: str, badge: str = "", *, at_right: bool = False) -> None:
        super().__init__()
        self.text, self.badge, self.at_right = text, badge, at_right

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        painter.setFont(look().small)
        rect = QRectF(0, 8, self.width, self.height - 8)
        if self.badge:
            rect.setLeft(self._paint_badge(painter, rect) + 8)
        painter.setPen(look().color("text_muted"))
        side = Qt.AlignmentFlag.AlignRight if self.at_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, self.text)

    def _paint_badge(self, painter: QPainter, rect: QRectF) -> float:
        wide = QFontMetricsF(look().small).horizontalAdvance(self.badge) + 16
        frame = QRectF(0, rect.top() - 2, wide, rect.height() + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().color("warning_surface"))
        painter.drawRoundedRect(frame, 8, 8)
        painter.setPen(look().color("warning"))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.badge)
        return frame.right()

    def _lines(self) -> int:
        return round(look().small_line) + 10


class WorkLine(Line):
    """Three dots that breathe while nothing has come yet, or words on what is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = 0.0
        """In seconds; whoever animates it sets it."""
        self.words = ""

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        colour = look().color("text_muted")
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height / 2
        for number in range(3):
            wave = 0.5 + 0.5 * math.sin(2 * math.pi * (self.phase / 1.2 - number / 6))
            colour.setAlphaF(0.3 + 0.7 * wave)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(5 + number * 13, middle), 3.5, 3.5)
        if self.words:
            painter.setFont(look().small)
            painter.setPen(look().color("text_muted"))
            painter.drawText(QRectF(52, 0, self.width - 52, self.height), Qt.AlignmentFlag.AlignVCenter, self.words)

    def _lines(self) -> int:
        return round(look().line) + 6


class Embedded:
    """A real widget in the column: made when it comes near, deleted when it is far. `place` moves it."""

    def __init__(self, make: Callable[[], QWidget], guess: int, *, fills: bool, gap: int = 0) -> None:
        self.height = guess
        self.measured = False
        self.widget: QWidget | None = None
        self._make, self._fills, self._gap = make, fills, gap

    def guess(self, _width: int) -> int:
        return self.height

    def measure(self, width: int) -> int:
        if self.widget is None:
            self.widget = self._make()
        wide = width if self._fills else min(width, self.widget.sizeHint().width())
        high = self.widget.heightForWidth(wide) if self._fills else self.widget.sizeHint().height()
        self.widget.resize(wide, high)
        self.height = high + self._gap
        self.measured = True
        return self.height

    def place(self, x: int, y: int) -> None:
        if self.widget is not None:
            self.widget.move(x, y + self._gap)
            self.widget.show()

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        return

    def release(self) -> None:
        widget, self.widget = self.widget, None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        self.measured = False


class Space:
    """Nothing, of some height."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.measured = True

    def guess(self, _width: int) -> int:
        return self.height

    def measure(self, _width: int) -> int:
        self.measured = True
        return self.height

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        return

    def release(self) -> None:
        return
