"""The panel at the right. Its place and its name are here; what it lists comes with attachments."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.header import HEIGHT
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, IconLabel, label


class AttachmentPanel(QFrame):
    """Says honestly that it is empty and why."""

    closeRequested = Signal()  # noqa: N815 - Qt's way of naming signals

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentPanel")
        self.setProperty("role", "panel")
        self.setAccessibleName(tr("Files"))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, 0, SPACE.s, SPACE.l)
        column.addLayout(self._top())
        column.addStretch(1)
        picture = IconLabel("paperclip", "text_muted", 32, self)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for text, role in (
            (tr("Files will be listed here"), "strong"),
            (tr("Attaching files comes with a later version."), "small"),
        ):
            words = label(text, "muted" if role == "small" else "", role)
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        column.addStretch(2)

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        title = label(tr("Files"), font_role="strong", wrap=False)
        title.setFixedHeight(HEIGHT)
        close = IconButton("close", tr("Close the files"), parent=self)
        close.clicked.connect(self.closeRequested)
        row.addWidget(title, 1)
        row.addWidget(close)
        return row
