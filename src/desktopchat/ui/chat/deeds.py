"""What can be done with a message: one table for the bar below it, its menu, and the keys of a focused message."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt

from desktopchat.domain.text import Text, msg
from desktopchat.ui.chat.messageview import MessageView


@dataclass(frozen=True, slots=True)
class Deed:
    """A row. `tip` explains more than the title where that helps; `key` works on a message that has the focus."""

    name: str
    title: Text
    icon: str
    tip: Text | None = None
    key: Qt.Key | None = None
    in_bar: bool = False
    of_questions: bool = True
    of_answers: bool = True
    needs_end: bool = False
    """Not while the message is still coming."""

    def fits(self, view: MessageView) -> bool:
        if self.needs_end and view.is_streaming:
            return False
        return self.of_questions if view.is_user else self.of_answers


# To add one: a row here, and an entry in `chrome.Chrome` that does it.
DEEDS: Final = (
    Deed("edit", msg("Edit"), "edit", msg("Edit and ask again (E)"), Qt.Key.Key_E, in_bar=True, of_answers=False),
    Deed("copy", msg("Copy message"), "copy", msg("Copy message (C)"), Qt.Key.Key_C, in_bar=True),
    Deed("copy_markdown", msg("Copy as Markdown"), "markdown", msg("Copy as Markdown (M)"), Qt.Key.Key_M),
    Deed(
        "retry",
        msg("Retry"),
        "refresh",
        msg("Ask again; this answer stays (Ctrl+R)"),
        Qt.Key.Key_R,
        in_bar=True,
        of_questions=False,
        needs_end=True,
    ),
    Deed(
        "retry_with",
        msg("Retry with another model…"),
        "swap",
        in_bar=True,
        of_questions=False,
        needs_end=True,
    ),
    Deed("quote", msg("Quote"), "quote", msg("Quote in your next message (Q)"), Qt.Key.Key_Q, in_bar=True),
    Deed("delete", msg("Move to trash"), "trash", key=Qt.Key.Key_Delete),
)
BY_NAME: Final = {deed.name: deed for deed in DEEDS}
