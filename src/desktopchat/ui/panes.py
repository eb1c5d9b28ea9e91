"""Three columns: the sidebar, the conversation, the panel. In a narrow window the outer two lie over the middle one."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktopchat.ui.theme import theme

NARROW = 720
"""Below this width in pixels the columns lie over each other."""
NARROWEST, WIDEST = 200, 480
HANDLE = 6


@dataclass(slots=True)
class _Side:
    widget: QWidget
    width: int
    visible: bool


class Panes(QWidget):
    """Lays out the columns and lets the user drag their borders. Who is visible is said by `show_left`/`show_right`."""

    visibilityChanged = Signal()  # noqa: N815 - Qt's way of naming signals
    widthsChanged = Signal()  # noqa: N815

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left = _Side(left, 272, visible=True)
        self._right = _Side(right, 280, visible=False)
        self._middle = middle
        self._scrim = _Scrim(self)
        self._scrim.clicked.connect(self.close_overlays)
        self._overlay = False  # whether the left column was asked for in a narrow window
        for widget in (middle, left, right):
            widget.setParent(self)
        self._handles = (_Handle(self, self._left, 1), _Handle(self, self._right, -1))

    @property
    def is_narrow(self) -> bool:
        return self.width() < NARROW

    @property
    def left_shown(self) -> bool:
        return self._overlay if self.is_narrow else self._left.visible

    @property
    def right_shown(self) -> bool:
        return self._right.visible

    @property
    def left_wanted(self) -> bool:
        """Whether the left column is shown where there is room."""
        return self._left.visible

    @property
    def widths(self) -> tuple[int, int]:
        return self._left.width, self._right.width

    def set_widths(self, left: int, right: int) -> None:
        self._left.width = max(NARROWEST, min(left, WIDEST))
        self._right.width = max(NARROWEST, min(right, WIDEST))
        self._arrange()

    def show_left(self, visible: bool) -> None:
        if self.is_narrow:
            self._overlay = visible
        else:
            self._left.visible = visible
        self._changed()

    def set_left_wanted(self, visible: bool) -> None:
        """As `show_left` in a wide window; opens nothing over a narrow one."""
        self._left.visible = visible
        self._changed()

    def show_right(self, visible: bool) -> None:
        self._right.visible = visible
        self._changed()

    def close_overlays(self) -> bool:
        """Puts away what lies over the middle column; returns whether something did."""
        if not self.is_narrow or not (self._overlay or self._right.visible):
            return False
        self._overlay = self._right.visible = False
        self._changed()
        return True

    def resizeEvent(self, _event: QResizeEvent) -> None:
        if not self.is_narrow:
            self._overlay = False
        self._arrange()
        self.visibilityChanged.emit()

    def _changed(self) -> None:
        self._arrange()
        self.visibilityChanged.emit()

    def _arrange(self) -> None:
        height, narrow = self.height(), self.is_narrow
        left, right = self.left_shown, self._right.visible
        left_width = min(self._left.width, self.width() - 60)
        right_width = min(self._right.width, self.width() - 60)
        taken_left = left_width if left and not narrow else 0
        taken_right = right_width if right and not narrow else 0
        self._middle.setGeometry(taken_left, 0, self.width() - taken_left - taken_right, height)
        self._left.widget.setGeometry(0, 0, left_width, height)
        self._right.widget.setGeometry(self.width() - right_width, 0, right_width, height)
        self._left.widget.setVisible(left)
        self._right.widget.setVisible(right)
        self._place_handles(left and not narrow, right and not narrow)
        self._place_scrim(narrow and (left or right))

    def _place_handles(self, left: bool, right: bool) -> None:
        for handle, shown, x in zip(
            self._handles,
            (left, right),
            (self._left.widget.geometry().right() - HANDLE // 2, self._right.widget.x() - HANDLE // 2),
            strict=True,
        ):
            handle.setGeometry(x, 0, HANDLE, self.height())
            handle.setVisible(shown)
            handle.raise_()

    def _place_scrim(self, shown: bool) -> None:
        self._scrim.setGeometry(self.rect())
        self._scrim.setVisible(shown)
        if shown:
            self._scrim.raise_()
            self._right.widget.raise_()
            self._left.widget.raise_()

    def drag(self, side: _Side, width: int) -> None:
        """A border was pulled so that its column would be `width` wide."""
        side.width = max(NARROWEST, min(width, WIDEST, self.width() // 2))
        self._arrange()


class _Handle(QWidget):
    """The border of a column, as something to pull at."""

    def __init__(self, panes: Panes, side: _Side, direction: int) -> None:
        super().__init__(panes)
        self._panes, self._side, self._direction = panes, side, direction
        self._from: tuple[QPoint, int] | None = None
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = (event.globalPosition().toPoint(), self._side.width)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            start, width = self._from
            moved = event.globalPosition().toPoint().x() - start.x()
            self._panes.drag(self._side, width + moved * self._direction)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._from = None
        self._panes.widthsChanged.emit()


class _Scrim(QWidget):
    """Dims what lies under an open column; a click on it closes the column."""

    clicked = Signal()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shade = theme().color("text" if not theme().is_dark else "window")
        shade.setAlpha(90)
        painter.fillRect(QRect(QPoint(0, 0), self.size()), shade)
