"""Where one writes: the editor in its card, the tools beside it, and one button for Send and Stop."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.editor import Editor
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE

WIDEST = 820
BUTTON = 36


class Composer(QWidget):
    """Emits what the writer wants. It clears nothing by itself: whoever took the text says so with `set_text("")`."""

    sendRequested = Signal(str)  # noqa: N815 - Qt's way of naming signals
    stopRequested = Signal()  # noqa: N815
    recallRequested = Signal()  # noqa: N815
    """Up was pressed in the empty box: the last question is wanted again."""
    textChanged = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._streaming = False
        self._has_files = False
        self.editor = Editor()
        self.send_button = SendButton()
        self._card = Card()
        self._build()
        self.setFocusProxy(self.editor)
        self.editor.setPlaceholderText(tr("Write a message…"))
        self.editor.textChanged.connect(self._changed)
        self.editor.sendPressed.connect(self._send)
        self.editor.stopPressed.connect(self._escape)
        self.editor.recallPressed.connect(self.recallRequested)
        self.editor.focused.connect(self._card.set_focused)
        self.send_button.clicked.connect(self._clicked)
        theme().changed.connect(self._dress)
        self._dress()
        self._update_button()

    def text(self) -> str:
        """The draft, exactly as written."""
        return self.editor.text()

    def set_text(self, text: str) -> None:
        self.editor.set_text(text)

    def set_streaming(self, streaming: bool) -> None:
        """While an answer comes the button is Stop, and Esc stops."""
        if streaming != self._streaming:
            self._streaming = streaming
            self._update_button()

    def set_send_key(self, key: str) -> None:
        """ "enter": Enter sends and Shift+Enter breaks the line. "ctrl_enter": Ctrl+Enter sends, Enter breaks."""
        self.editor.enter_sends = key != "ctrl_enter"
        self._update_button()

    def add_tool(self, button: QWidget) -> None:
        """Puts a control at the left of the editor."""
        self._tools.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        QWidget.setTabOrder(self.editor, button)

    def add_above(self, widget: QWidget) -> None:
        """Puts something above the words, inside the card."""
        self._above.addWidget(widget)
        QWidget.setTabOrder(widget, self.editor)

    def set_has_files(self, has_files: bool) -> None:
        """Whether there is something to send besides words."""
        if has_files != self._has_files:
            self._has_files = has_files
            self._update_button()

    def _build(self) -> None:
        column = QVBoxLayout(self._card)
        column.setContentsMargins(SPACE.s, SPACE.s - 2, SPACE.s, SPACE.s - 2)
        column.setSpacing(0)
        self._above = QVBoxLayout()
        column.addLayout(self._above)
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        column.addLayout(row)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(SPACE.xs)
        row.addLayout(self._tools)
        middle = QVBoxLayout()
        middle.setContentsMargins(SPACE.xs, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(self.editor)
        middle.addStretch(1)
        row.addLayout(middle, 1)
        row.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        self._card.setMaximumWidth(WIDEST)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(SPACE.l, SPACE.xs, SPACE.l, SPACE.l)
        outer.addStretch(1)
        outer.addWidget(self._card, 1000)
        outer.addStretch(1)

    def _dress(self) -> None:
        self.editor.setFont(theme().font("body"))
        self.editor.setStyleSheet("QPlainTextEdit { background: transparent; border: none; padding: 0; }")
        self.send_button.refresh()
        self.update()

    def _changed(self) -> None:
        self._update_button()
        self.textChanged.emit()

    def _update_button(self) -> None:
        key = tr("Enter") if self.editor.enter_sends else tr("Ctrl+Enter")
        self.send_button.show_state(stops=self._streaming, enabled=self._streaming or self._has_words(), key=key)

    def _has_words(self) -> bool:
        """Whether there is something to send. Looks at the first lines only: this runs at every key."""
        if self._has_files:
            return True
        block, seen = self.editor.document().begin(), 0
        while block.isValid() and seen < 1000:
            if block.text().strip():
                return True
            block, seen = block.next(), seen + 1
        return block.isValid()

    def _send(self) -> None:
        if not self._streaming and ((text := self.text()).strip() or self._has_files):
            self.sendRequested.emit(text)

    def _clicked(self) -> None:
        if self._streaming:
            self.stopRequested.emit()
        else:
            self._send()
        self.editor.setFocus()

    def _escape(self) -> None:
        if self._streaming:
            self.stopRequested.emit()


class SendButton(QToolButton):
    """A round button: an arrow to send, a square to stop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops = False
        self.setObjectName("sendButton")
        self.setFixedSize(BUTTON, BUTTON)
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_state(self, *, stops: bool, enabled: bool, key: str) -> None:
        self._stops = stops
        self.setEnabled(enabled)
        self.setAccessibleName(tr("Stop") if stops else tr("Send"))
        self.setToolTip(tr("Stop (Esc)") if stops else tr("Send ({key})", key=key))
        self.refresh()

    def refresh(self) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "accent_hover" if self.underMouse() and self.isEnabled() else "accent"
        colour = theme().color(ground if self.isEnabled() else "hover")
        circle = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(circle)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("text"), 2))
            painter.drawEllipse(circle)
        picture = theme().pixmap(
            "stop" if self._stops else "send", "accent_text" if self.isEnabled() else "text_muted", 20
        )
        painter.drawPixmap((self.width() - 20) // 2, (self.height() - 20) // 2, picture)


class Card(QWidget):
    """The rounded ground of the editor, outlined in the accent's colour while one writes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focused = False

    def set_focused(self, focused: bool) -> None:
        self._focused = focused
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 1.5 if self._focused else 1.0
        painter.setPen(QPen(theme().color("accent" if self._focused else "border_strong"), width))
        painter.setBrush(theme().color("surface_raised"))
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(inside, RADIUS.bubble, RADIUS.bubble)
