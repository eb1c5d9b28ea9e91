"""Many coloured ranges behind a text: rectangles, since Qt draws all of a text anew for each of its selections."""

from collections.abc import Iterator, Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock, QTextDocument

Range = tuple[int, int, QColor]
AFFORDABLE = 20_000
"""Ranges times characters that may be drawn as selections: about 20 ms."""
LINE = 300
"""No line has more characters. In one that runs from right to left, its corners are not its first and last ones."""


def in_sight(painter: QPainter, document: QTextDocument, marks: Sequence[Range]) -> Sequence[Range]:
    """Those of `marks` that may be seen on what is painted on, the document standing at the painter's origin."""
    if len(marks) < 2:
        return marks
    seen = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.viewport()))
    layout = document.documentLayout()
    first = layout.hitTest(seen.topLeft(), Qt.HitTestAccuracy.FuzzyHit)
    last = layout.hitTest(seen.bottomRight(), Qt.HitTestAccuracy.FuzzyHit)
    if document.rootFrame().childFrames() or not 0 <= first <= last:  # a table: its cells are not in reading order
        return marks
    return [mark for mark in marks if mark[1] >= first - LINE and mark[0] <= last + LINE]


def paint(painter: QPainter, document: QTextDocument, marks: Sequence[Range]) -> None:
    """Paints the ranges at the painter's origin; the text comes over them."""
    for start, end, colour in marks:
        for rect in _rects(document, start, end):
            painter.fillRect(rect, colour)


def _rects(document: QTextDocument, start: int, end: int) -> Iterator[QRectF]:
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        yield from _in_block(document, block, start - block.position(), end - block.position())
        block = block.next()


def _in_block(document: QTextDocument, block: QTextBlock, start: int, end: int) -> Iterator[QRectF]:
    corner: QPointF = document.documentLayout().blockBoundingRect(block).topLeft()
    layout = block.layout()
    for number in range(layout.lineForTextPosition(max(0, start)).lineNumber(), layout.lineCount()):
        line = layout.lineAt(number)
        first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
        if first >= end:
            return
        if first < last:
            left, right = (cast(tuple[float, int], line.cursorToX(place))[0] for place in (first, last))
            high = line.ascent() + line.descent()
            yield QRectF(corner.x() + min(left, right), corner.y() + line.y(), abs(right - left), high)
