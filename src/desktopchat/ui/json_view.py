"""JSON (or another language) in colours, to be read or written."""

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktopchat.render.highlight import highlight
from desktopchat.ui.chat.document import colour
from desktopchat.ui.theme import theme


class JsonView(QPlainTextEdit):
    """Colours what stands in it whenever that changes. Plain text: nothing in it is ever loaded or run."""

    def __init__(self, parent: QWidget | None = None, *, read_only: bool = False, language: str = "json") -> None:
        super().__init__(parent)
        self._language = language
        self.setProperty("role", "field")
        self.setReadOnly(read_only)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._colour)
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFont(theme().font("code"))
        self.setTabStopDistance(4 * QFontMetricsF(self.font()).horizontalAdvance(" "))
        self._colour()

    def _colour(self) -> None:
        """Layouts alone are touched, so that this is no change of the text."""
        colour(self.document(), highlight(self.toPlainText(), self._language))
