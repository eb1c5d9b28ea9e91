"""A rich text document that opens nothing, and what is drawn of it."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
    QTextOption,
)

from desktopchat.render.highlight import Run
from desktopchat.ui.chat import washes
from desktopchat.ui.chat.look import look

_NOTHING_TO_SEE = QImage(1, 1, QImage.Format.Format_ARGB32)
_NOTHING_TO_SEE.fill(0)


class Document(QTextDocument):
    """Never loads anything: Qt would read local files and ask for addresses that stand in a text."""

    def __init__(self, font: QFont) -> None:
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setDefaultFont(font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setDefaultTextOption(option)

    def loadResource(self, kind: int, _name: QUrl) -> QImage | QByteArray:
        """Something empty, whatever is asked for. Not None: then Qt would open the picture's file by itself."""
        return _NOTHING_TO_SEE if kind == QTextDocument.ResourceType.ImageResource.value else QByteArray()

    def length(self) -> int:
        """The number of positions."""
        return max(0, self.characterCount() - 1)

    def text_between(self, start: int, end: int) -> str:
        cursor = QTextCursor(self)
        cursor.setPosition(min(start, self.length()))
        cursor.setPosition(min(end, self.length()), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText()

    def set_wraps(self, wraps: bool) -> None:
        """Whether long lines are broken, or run out to the side."""
        mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if wraps else QTextOption.WrapMode.NoWrap
        option = self.defaultTextOption()
        if option.wrapMode() != mode:
            option.setWrapMode(mode)
            self.setDefaultTextOption(option)

    def extend(self, text: str) -> None:
        """Adds plain text at the end."""
        cursor = QTextCursor(self)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text)

    def set_line_height(self, percent: float) -> None:
        cursor = QTextCursor(self)
        cursor.select(QTextCursor.SelectionType.Document)
        shape = cursor.blockFormat()
        shape.setLineHeight(percent, 1)  # QTextBlockFormat.LineHeightTypes.ProportionalHeight
        cursor.setBlockFormat(shape)

    def colour(self, runs: Sequence[Run]) -> None:
        """Gives runs of the text the colours of their classes; the text itself is not touched."""
        colour(self, runs)

    def draw(self, painter: QPainter, text: QColor, marks: Sequence[tuple[int, int, QColor]]) -> None:
        """Draws the text at the painter's origin. `marks` are ranges with their background."""
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, text)
        marks = washes.in_sight(painter, self, marks)
        if len(marks) > 1 and len(marks) * self.characterCount() > washes.AFFORDABLE:
            washes.paint(painter, self, marks)
            marks = ()
        selections = [mark for start, end, colour in marks if (mark := self._selection(start, end, colour))]
        if selections:
            context.selections = selections
        context.clip = painter.clipBoundingRect()
        self.documentLayout().draw(painter, context)

    def _selection(self, start: int, end: int, colour: QColor) -> QAbstractTextDocumentLayout.Selection | None:
        start, end = min(start, self.length()), min(end, self.length())
        if start >= end:
            return None
        selection = QAbstractTextDocumentLayout.Selection()
        cursor = QTextCursor(self)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        shape = QTextCharFormat()
        shape.setBackground(colour)
        selection.cursor = cursor
        selection.format = shape
        return selection


def colour(document: QTextDocument, runs: Sequence[Run]) -> None:
    """Gives runs of a text the colours of their classes; the text itself is not touched."""
    runs = _in_utf16(document.toRawText(), runs)
    block = document.begin()
    index = 0
    while block.isValid():
        start, end = block.position(), block.position() + block.length()
        formats: list[QTextLayout.FormatRange] = []
        while index < len(runs) and runs[index].start < end:
            run = runs[index]
            formats.append(_format(max(run.start, start) - start, min(run.start + run.length, end) - start, run))
            if run.start + run.length > end:
                break
            index += 1
        block.layout().setFormats(formats)
        block = block.next()
    document.markContentsDirty(0, document.characterCount())


def _in_utf16(text: str, runs: Sequence[Run]) -> Sequence[Run]:
    """The runs as Qt counts: a character beyond the first plane, such as an emoji, is two there."""
    pairs = [index for index, character in enumerate(text) if character > "\uffff"]
    if not pairs:
        return runs
    places = [(run.start + bisect_left(pairs, run.start), run) for run in runs]
    return [
        Run(start, run.start + run.length + bisect_left(pairs, run.start + run.length) - start, run.kind)
        for start, run in places
    ]


def _format(start: int, end: int, run: Run) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = start, end - start
    shape = QTextCharFormat()
    shape.setForeground(look().token(run.kind))
    found.format = shape
    return found
