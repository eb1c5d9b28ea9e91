"""Widgets in rows, as many as fit; past a few rows they scroll."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktopchat.ui.theme.tokens import SPACE

MOST_ROWS = 3


class Flow(QScrollArea):
    """Keeps its own height: that of its rows, `MOST_ROWS` at most. Its widgets share the width of a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setStyleSheet("QScrollArea { background: transparent; }")
        self._inside = QWidget()
        self._widgets: Sequence[QWidget] = ()
        self.setWidget(self._inside)  # which makes it fill its ground
        self._inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    @property
    def inside(self) -> QWidget:
        """The parent of the widgets."""
        return self._inside

    def show_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Lays these out, in their order. Who is not among them any more is the caller's to delete."""
        self._widgets = tuple(widgets)
        for widget in widgets:
            widget.setParent(self._inside)
            widget.show()
        self.arrange()

    def arrange(self) -> None:
        """Finds everybody's place again."""
        width = self.viewport().width()
        bottom = rows = 0
        for places in self._rows(width):
            for widget, place in places:
                widget.setGeometry(place)
                bottom = place.bottom() + 1
            rows += 1
        self._inside.resize(width, bottom)
        high = self._widgets[0].sizeHint().height() if self._widgets else 0
        most = MOST_ROWS * (high + SPACE.s) - SPACE.s
        self.setFixedHeight(min(bottom, most) if rows else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _rows(self, width: int) -> Iterator[list[tuple[QWidget, QRect]]]:
        if not self._widgets:
            return
        wanted = self._widgets[0].sizeHint()
        columns = max(1, (width + SPACE.s) // (wanted.width() + SPACE.s))
        full = (width - (columns - 1) * SPACE.s) // columns
        each = full if len(self._widgets) >= columns else min(wanted.width(), width)
        for at in range(0, len(self._widgets), columns):
            y = at // columns * (wanted.height() + SPACE.s)
            row = self._widgets[at : at + columns]
            step = each + SPACE.s
            yield [(w, QRect(QPoint(n * step, y), QSize(each, wanted.height()))) for n, w in enumerate(row)]
