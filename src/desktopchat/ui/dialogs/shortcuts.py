"""The list of keyboard shortcuts, from the commands' table."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from desktopchat.domain.text import msg
from desktopchat.i18n import render, tr
from desktopchat.ui.actions import COMMANDS
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label

COMPOSER_KEYS = (
    (msg("Send"), "Return"),
    (msg("New line"), "Shift+Return"),
    (msg("Last question, in an empty field"), "Up"),
)
TRANSCRIPT_KEYS = (
    (msg("Message before, in the conversation"), "Up"),
    (msg("Message after"), "Down"),
    (msg("What can be done with the message"), "Return"),
    (msg("The buttons of its code"), "Tab"),
    (msg("Select from there"), "Shift+Down"),
)


class ShortcutsDialog(Dialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Keyboard shortcuts"), parent, width=480, height=640)
        self.setObjectName("shortcutsDialog")
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, SPACE.m, 0)
        grid.setVerticalSpacing(SPACE.s)
        rows = [(c.title, "   ".join(map(_native, c.keys))) for c in COMMANDS if c.keys]
        rows += [(title, _native(keys)) for title, keys in (*COMPOSER_KEYS, *TRANSCRIPT_KEYS)]
        for at, (title, keys) in enumerate(rows):
            grid.addWidget(label(render(title)), at, 0)
            shown = label(keys, "muted", wrap=False)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(shown, at, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        self.column.addWidget(scroll)
        self.add_buttons(self.close_button(tr("Close")))


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
