"""What the dialogs share: margins, a row of buttons, forms with their explanations."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label


class Dialog(QDialog):
    """A window over the main one. Opened with `ui.eventloop.shown`; Esc closes it."""

    def __init__(self, title: str, parent: QWidget | None, *, width: int = 520, height: int = 0) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, on=False)
        self.setModal(True)
        self._width, self._height = width, height
        self._first: QWidget | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE.xl, SPACE.xl, SPACE.xl, SPACE.l)
        self.column.setSpacing(SPACE.m)

    def focus_first(self, widget: QWidget) -> None:
        """Names who has the focus when the dialog opens."""
        self._first = widget

    def showEvent(self, event: QShowEvent) -> None:
        """Fits the height to the width: wrapped words are taller than Qt's first guess."""
        if not event.spontaneous():
            layout = self.column
            width = max(self._width, layout.minimumSize().width())
            fitting = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
            room = self.screen().availableGeometry().height() - 60
            self.resize(width, min(max(fitting, self._height), room))
            if self._first is not None:
                self._first.setFocus()
        super().showEvent(event)

    def add_buttons(self, *buttons: QPushButton | None) -> None:
        """A row at the foot; None is the gap between what stands left and right."""
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        if None not in buttons:
            row.addStretch(1)
        for made in buttons:
            if made is None:
                row.addStretch(1)
            else:
                row.addWidget(made)
        self.column.addLayout(row)

    def close_button(self, text: str) -> QPushButton:
        made = button(text, "primary")
        made.setDefault(True)
        made.clicked.connect(self.accept)
        self.focus_first(made)
        return made


def field_label(text: str, buddy: QWidget) -> QLabel:
    """The name of a field, which its field is found by."""
    made = label(text, font_role="strong", wrap=False)
    made.setBuddy(buddy)
    if not buddy.accessibleName():
        buddy.setAccessibleName(text)
    return made
