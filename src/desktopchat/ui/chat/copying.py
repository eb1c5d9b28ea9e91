"""What goes to the clipboard: the same excerpt as plain text, as HTML for word processors, and as Markdown."""

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QClipboard, QGuiApplication

from desktopchat.render.excerpt import Excerpt, plain_text
from desktopchat.render.highlight import TokenClass
from desktopchat.render.rich import document, rich_html
from desktopchat.render.written import markdown
from desktopchat.ui.chat.look import TOKEN_COLOURS
from desktopchat.ui.theme.tokens import LIGHT

MARKDOWN = "text/markdown"
MOST_RICH = 2_000_000
"""Characters; more is copied as plain text and Markdown only: no word processor takes it."""

_ON_PAPER = {kind: LIGHT[TOKEN_COLOURS[kind]] for kind in TokenClass}
"""What is copied goes onto white paper, whatever the window looks like."""


def mime_of(excerpts: Sequence[Excerpt]) -> QMimeData:
    """All flavours of what is selected, a message after the other."""
    found = QMimeData()
    text = "\n\n".join(filter(None, map(plain_text, excerpts)))
    found.setText(text)
    if len(text) <= MOST_RICH:
        found.setHtml(document([rich_html(part.blocks, _ON_PAPER) for part in excerpts]))
    source = "\n\n".join(filter(None, map(markdown, excerpts)))
    found.setData(MARKDOWN, QByteArray(source.encode(errors="replace")))
    return found


def copy(excerpts: Sequence[Excerpt]) -> None:
    """To the clipboard; nothing selected changes nothing."""
    if excerpts:
        QGuiApplication.clipboard().setMimeData(mime_of(excerpts))


def copy_plain(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def offer_selected(text: str) -> None:
    """Where the system has it (X11), what is selected can be pasted with the middle button."""
    clipboard = QGuiApplication.clipboard()
    if text and clipboard.supportsSelection():
        clipboard.setText(text, QClipboard.Mode.Selection)
