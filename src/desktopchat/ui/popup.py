"""A frame that opens under a button and closes when the user looks elsewhere."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

MARGIN = 4


class Popup(QFrame):
    """A window without a frame of the system, placed so that it stays on the screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")

    def open_under(self, anchor: QWidget) -> None:
        """Shows it below `anchor`, their right edges in line, or above where there is no room below."""
        self.adjustSize()
        room = anchor.screen().availableGeometry()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + MARGIN))
        place = QRect(corner, self.size())
        if place.bottom() > room.bottom():
            place.moveBottom(anchor.mapToGlobal(QPoint(0, -MARGIN)).y())
        place.moveLeft(max(room.left(), min(place.left(), room.right() - place.width())))
        self.move(max(place.left(), room.left()), max(place.top(), room.top()))
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
