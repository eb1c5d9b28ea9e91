"""`‹ 2/3 ›` below a message: the way to its alternatives."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.context import Alternatives
from desktopchat.ui.chat.parts import bar_height, icon_size
from desktopchat.ui.theme import theme
from desktopchat.ui.widgets import label


class Pager(QWidget):
    """Emits -1 or 1. The arrow keys turn it, too, while it has the focus."""

    stepped = Signal(int)

    def __init__(self, alternatives: Alternatives, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        place, count = alternatives
        self.setObjectName("alternativesPager")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.before = self._button("chevron-left", tr("Previous alternative"), "previousAlternative")
        self.after = self._button("chevron-right", tr("Next alternative"), "nextAlternative")
        self.before.setEnabled(place > 1)
        self.after.setEnabled(place < count)
        self.before.clicked.connect(self._back)
        self.after.clicked.connect(self._on)
        words = label(f"{place}/{count}", "muted", "small", wrap=False)
        words.setAccessibleName(tr("Alternative {place} of {count}", place=place, count=count))
        for widget in (self.before, words, self.after):
            row.addWidget(widget)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Left and self.before.isEnabled():
            self._back()
        elif event.key() == Qt.Key.Key_Right and self.after.isEnabled():
            self._on()
        else:
            super().keyPressEvent(event)

    def _button(self, icon: str, name: str, object_name: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(object_name)
        made.setIcon(theme().icon(icon, "text_muted", icon_size()))
        made.setIconSize(QSize(icon_size(), icon_size()))
        made.setFixedSize(bar_height() - 4, bar_height())
        made.setAutoRaise(True)
        made.setAccessibleName(name)
        made.setToolTip(name)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setStyleSheet("padding: 0;")
        return made

    def _back(self) -> None:
        self.stepped.emit(-1)

    def _on(self) -> None:
        self.stepped.emit(1)
