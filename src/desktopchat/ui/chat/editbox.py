"""A question being written anew, in the place where it stands."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.editor import Editor
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import button, label


class EditBox(QWidget):
    """Emits what the writer wants, and closes nothing by itself: what was written must not be lost if asking fails."""

    sendRequested = Signal(str)  # noqa: N815 - Qt's way of naming signals
    cancelRequested = Signal()  # noqa: N815
    textChanged = Signal(str)  # noqa: N815
    resized = Signal()

    def __init__(self, text: str, parent: QWidget | None = None, *, enter_sends: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName("editBox")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.editor = Editor()
        self.editor.setObjectName("editField")
        self.editor.setAccessibleName(tr("Edit the message"))
        self.editor.setAccessibleDescription("")
        self.editor.enter_sends = enter_sends
        self._build()
        self._dress()
        self.editor.set_text(text)
        self._high = self.editor.minimumHeight()
        self.editor.textChanged.connect(self._changed)
        self.editor.sendPressed.connect(self._send)
        self.editor.stopPressed.connect(self.cancelRequested)
        self.editor.focused.connect(self.update)
        theme().changed.connect(self._dress)
        self.setFocusProxy(self.editor)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        if layout is None:
            return -1
        if width != self.width():
            self.resize(width, self.height())  # the editor knows its height only in the width that it has
            layout.activate()
        return layout.totalMinimumSize().height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("accent"), 1.5))
        painter.setBrush(theme().color("surface_raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS.bubble, RADIUS.bubble)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, SPACE.m, SPACE.m, SPACE.m)
        column.setSpacing(SPACE.s)
        column.addWidget(self.editor)
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        row.addWidget(label(tr("The old question keeps its answers."), "muted", "small"), 1)
        cancel = button(tr("Cancel"))
        cancel.setObjectName("editCancel")
        cancel.clicked.connect(self.cancelRequested)
        self._send_button = button(tr("Send"), "primary")
        self._send_button.setObjectName("editSend")
        self._send_button.clicked.connect(self._send)
        row.addWidget(cancel)
        row.addWidget(self._send_button)
        column.addLayout(row)

    def _dress(self) -> None:
        self.editor.setFont(theme().font("body"))
        self.editor.setStyleSheet("QPlainTextEdit { background: transparent; border: none; padding: 0; }")

    def _changed(self) -> None:
        text = self.editor.text()
        self._send_button.setEnabled(bool(text.strip()))
        self.textChanged.emit(text)
        if self.editor.minimumHeight() != self._high:
            self._high = self.editor.minimumHeight()
            self.resized.emit()

    def _send(self) -> None:
        if (text := self.editor.text()).strip():
            self.sendRequested.emit(text)
