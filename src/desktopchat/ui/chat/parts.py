"""What a message has beside its blocks: the author's line, the line below, the sign of work, embedded widgets."""

import math
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from desktopchat.ui.chat.blockview import Mark
from desktopchat.ui.chat.look import look
from desktopchat.ui.theme import theme

FOOTER_GAP = 4
"""Between a message's text and the line below it."""
_OUT_OF_SIGHT = -30_000


class Part(Protocol):
    """A strip of a message. `BlockView` is one, too."""

    height: int
    measured: bool

    def guess(self, width: int) -> int: ...
    def measure(self, width: int) -> int: ...
    def paint(self, painter: QPainter, marks: list[Mark]) -> None: ...
    def release(self) -> None: ...


class Around:
    """A strip that is no text: it may have a widget, which `place` moves and `withdraw` takes away."""

    height: int
    measured: bool

    def guess(self, width: int) -> int:
        return self.measure(width)

    def measure(self, width: int) -> int:
        raise NotImplementedError

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        return

    def release(self) -> None:
        return

    def place(self, x: int, y: int) -> None:
        """`x` and `y` are its corner in the viewport."""
        return

    def withdraw(self) -> None:
        """It is out of sight."""
        return


class Line(Around):
    """A painted line of fixed height."""

    def __init__(self) -> None:
        self.height = 0
        self.measured = False
        self.width = 0

    def measure(self, width: int) -> int:
        self.width = width
        self.height = self._lines()
        self.measured = True
        return self.height

    def _lines(self) -> int:
        return round(look().small_line)


class AuthorLine(Line):
    """Who answers, with a sign in front."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        size = self.height - 10
        painter.drawPixmap(QPointF(0, 1), theme().pixmap("sparkle", "accent", size))
        painter.setFont(look().strong)
        painter.setPen(look().color("text"))
        rect = QRectF(size + 8, 0, self.width - size - 8, self.height - 8)
        name = QFontMetricsF(look().strong).elidedText(self.name, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)

    def _lines(self) -> int:
        return max(20, round(QFontMetricsF(look().strong).height())) + 8


class Footer(Line):
    """The line below a message: the way to its alternatives, a badge, small grey words, and room for the actions.

    The room is kept whether the actions are shown or not, so that nothing moves when they come.
    """

    def __init__(
        self, text: str, badge: str = "", *, at_right: bool = False, make_pager: Callable[[], QWidget] | None = None
    ) -> None:
        super().__init__()
        self.text, self.badge, self.at_right = text, badge, at_right
        self._make_pager = make_pager
        self._pager: QWidget | None = None

    @property
    def _pager_width(self) -> int:
        return 0 if self._pager is None else self._pager.width() + 8

    @property
    def _badge_width(self) -> int:
        return self._wide(self.badge) + 24 if self.badge else 0

    def measure(self, width: int) -> int:
        if self._make_pager is not None and self._pager is None:
            self._pager = self._make_pager()
            self._pager.hide()  # until it is placed: a child that is made while its parent comes up is shown with it
            self._pager.adjustSize()
        return super().measure(width)

    def bar_left(self, wide: int) -> int:
        """Where a bar of this width stands, counted from the left of the column: beside the words."""
        taken = self._pager_width + self._badge_width + self._wide(self.text)
        if self.at_right:
            return max(0, self.width - taken - wide)
        return max(0, min(taken, self.width - wide))

    def place(self, x: int, y: int) -> None:
        if self._pager is not None:
            left = self.width - self._wide(self.text) - self._pager_width - 2 if self.at_right else -6
            self._pager.move(x + left, y + FOOTER_GAP + (self.height - FOOTER_GAP - self._pager.height()) // 2)
            self._pager.show()

    def withdraw(self) -> None:
        self.release()

    def release(self) -> None:
        pager, self._pager = self._pager, None
        if pager is not None:
            pager.hide()
            pager.deleteLater()
        self.measured = False

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        painter.setFont(look().small)
        rect = QRectF(0, FOOTER_GAP, self.width, self.height - FOOTER_GAP)
        if not self.at_right:
            rect.setLeft(self._pager_width - (6 if self._pager else 0))
        if self.badge:
            rect.setLeft(self._paint_badge(painter, rect) + 8)
        painter.setPen(look().color("text_muted"))
        side = Qt.AlignmentFlag.AlignRight if self.at_right else Qt.AlignmentFlag.AlignLeft
        words = QFontMetricsF(look().small).elidedText(self.text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_badge(self, painter: QPainter, rect: QRectF) -> float:
        high = look().small_line + 4
        frame = QRectF(rect.left(), rect.center().y() - high / 2, self._badge_width - 8, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().color("warning_surface"))
        painter.drawRoundedRect(frame, 8, 8)
        painter.setPen(look().color("warning"))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.badge)
        return frame.right()

    def _wide(self, words: str) -> int:
        return math.ceil(QFontMetricsF(look().small).horizontalAdvance(words))

    def _lines(self) -> int:
        return FOOTER_GAP + bar_height()


def bar_height() -> int:
    """How high the bar of actions is."""
    return max(28, round(look().small_line) + 10)


def icon_size() -> int:
    """The size of icons beside small words."""
    return round(bar_height() * 0.62)


class WorkLine(Line):
    """Three dots that breathe while nothing has come yet."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = 0.0
        """In seconds; whoever animates it sets it."""

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        colour = look().color("text_muted")
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height / 2
        for number in range(3):
            wave = 0.5 + 0.5 * math.sin(2 * math.pi * (self.phase / 1.2 - number / 6))
            colour.setAlphaF(0.3 + 0.7 * wave)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(5 + number * 13, middle), 3.5, 3.5)

    def _lines(self) -> int:
        return round(look().line) + 6


class Embedded(Around):
    """A real widget in the column: made when it comes near, deleted when it is far; with `keep`, only put aside."""

    def __init__(
        self, make: Callable[[], QWidget], guess: int, *, fills: bool, gap: int = 0, keep: bool = False
    ) -> None:
        self.height = guess
        self.measured = False
        self.widget: QWidget | None = None
        self._make, self._fills, self._gap, self._keep = make, fills, gap, keep

    def guess(self, _width: int) -> int:
        return self.height

    def measure(self, width: int) -> int:
        if self.widget is None:
            self.widget = self._make()
            self.widget.hide()  # until it is placed, see `Footer`
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

    def withdraw(self) -> None:
        self.release()

    def release(self) -> None:
        if not self._keep:
            self.drop()
        elif self.widget is not None:
            self.widget.move(self.widget.x(), _OUT_OF_SIGHT)  # hiding it would take the focus from who writes in it
        self.measured = False

    def drop(self) -> None:
        """The widget is not needed any more."""
        widget, self.widget = self.widget, None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class Space(Around):
    """Nothing, of some height."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.measured = True

    def measure(self, _width: int) -> int:
        self.measured = True
        return self.height
