"""Where a caret stands in a block, and where it comes to. Positions count in the block's own text."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextCursor

from desktopchat.ui.chat.document import Document
from desktopchat.ui.chat.positions import Positions


def rect(document: Document, where: Positions, position: int) -> QRectF:
    """The caret in the document's coordinates: a line one pixel wide; invalid where there is no line."""
    place = where.in_document(position)
    block = document.findBlock(place)
    line = block.layout().lineForTextPosition(place - block.position())
    if not line.isValid():
        return QRectF()
    x = line.cursorToX(place - block.position())
    corner = document.documentLayout().blockBoundingRect(block).topLeft()
    return QRectF(corner.x() + float(x[0] if isinstance(x, tuple) else x), corner.y() + line.y(), 1, line.height())


def word(document: Document, where: Positions, position: int) -> tuple[int, int]:
    """Where the word around a position begins and ends."""
    cursor = _cursor(document, where, position)
    cursor.select(QTextCursor.SelectionType.WordUnderCursor)
    return where.in_text(cursor.selectionStart()), where.in_text(cursor.selectionEnd())


def moved(document: Document, where: Positions, position: int, move: QTextCursor.MoveOperation) -> int:
    """Where a caret comes to; the same position at the document's end. Places that are no text are passed over."""
    cursor = _cursor(document, where, position)
    before = -1
    while before != cursor.position():
        before = cursor.position()
        cursor.movePosition(move)
        found = where.in_text(cursor.position())
        if found != position:
            return found
    return position


def _cursor(document: Document, where: Positions, position: int) -> QTextCursor:
    cursor = QTextCursor(document)
    cursor.setPosition(min(where.in_document(position), document.length()))
    return cursor
