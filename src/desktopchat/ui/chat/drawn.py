"""Drawn formulas inside a document: each takes one place, stands on the baseline, and is painted in the text's colour.

Where a picture is still being drawn, or cannot be, the source stands in the text.
"""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktopchat.render.content import Block, BlockKind, Span, Style
from desktopchat.render.formula_picture import FormulaPicture
from desktopchat.ui.chat.formulas import paint, pictures
from desktopchat.ui.chat.positions import OBJECT, Positions

_OBJECT_TYPE = QTextFormat.ObjectTypes.UserObject.value + 1
_NUMBER = QTextFormat.Property.UserProperty.value + 1
_SMALLEST = 0.5
"""A formula that is too wide is made smaller, down to this share of its size."""
_X_HEIGHT = 0.47
"""The height of small letters in the formulas' font, in em: those of the text around should be no higher."""
_DISTANCE = 4  # QTextBlockFormat.LineHeightTypes.LineDistanceHeight


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture in pixels of the screen: `above` and `below` the baseline."""

    picture: FormulaPicture
    width: float
    above: float
    below: float


class Formulas(QPyTextObject):
    """The formulas of one document. `colour` is what they are painted in next, `room` the width that they fit into."""

    def __init__(self, document: QTextDocument, room: int) -> None:
        super().__init__(document)
        self.room = room
        self.colour = ""
        self.sources: list[str] = []
        """Of those that are drawn, in their order."""
        self._placed: list[Placed] = []
        document.documentLayout().registerHandler(_OBJECT_TYPE, self)

    @property
    def widest(self) -> float:
        return max((placed.width for placed in self._placed), default=0.0)

    def intrinsicSize(self, _document: QTextDocument, _position: int, shape: QTextFormat) -> QSizeF:
        placed = self._placed[shape.intProperty(_NUMBER)]
        return QSizeF(placed.width, placed.above + placed.below)

    def drawObject(
        self, painter: QPainter, rect: QRectF, document: QTextDocument, position: int, shape: QTextFormat
    ) -> None:
        placed = self._placed[shape.intProperty(_NUMBER)]
        top = _baseline(document, position) - placed.above
        paint(painter, QRectF(rect.left(), top, placed.width, rect.height()), placed.picture, self.colour)

    def insert(self, cursor: QTextCursor, source: str, placed: Placed, font: QFont) -> None:
        """Puts a picture in the place of what `cursor` has selected."""
        shape = cursor.charFormat()
        shape.setObjectType(_OBJECT_TYPE)
        shape.setProperty(_NUMBER, len(self._placed))
        shape.setFont(_font_for(font, placed.above - placed.below))
        shape.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        shape.clearBackground()
        self._placed.append(placed)
        self.sources.append(source)
        cursor.insertText(OBJECT, shape)


def _baseline(document: QTextDocument, position: int) -> float:
    """Where letters stand in the line that holds `position`. Qt lays an object out as it should, but paints it in the
    middle of its line."""
    block = document.findBlock(position)
    line = block.layout().lineForTextPosition(position - block.position())
    return document.documentLayout().blockBoundingRect(block).top() + line.y() + line.ascent()


def place(document: QTextDocument, block: Block, text: Positions, room: int) -> tuple[Formulas | None, bool]:
    """Puts the pictures that are ready into a fresh `document`; `text` tells where its characters are. Returns what
    was put there, and whether more pictures are on their way."""
    waits, found = False, []
    for start, span in _formulas(block):
        is_known, picture = pictures().find(span.text)
        waits = waits or not is_known
        if picture is not None:
            found.append((text.in_document(start), text.in_document(start + len(span.text)), span.text, picture))
    if not found:
        return None, waits
    formulas, font, moved = Formulas(document, room), document.defaultFont(), 0
    for start, end, source, picture in found:
        cursor = QTextCursor(document)
        cursor.setPosition(start - moved)
        cursor.setPosition(end - moved, QTextCursor.MoveMode.KeepAnchor)
        formulas.insert(cursor, source, _sized(picture, font, room), font)
        moved += end - start - 1
    if block.kind is not BlockKind.TABLE:
        is_alone = len(found) == 1 and found[0][3].display and document.characterCount() == 2
        _space_lines(document, centred=is_alone and formulas.widest <= room)
    return formulas, waits


def has_news(block: Block, formulas: Formulas | None) -> bool:
    """Whether pictures are ready that `formulas` has not, or none is waited for any more."""
    found = [pictures().find(span.text) for _, span in _formulas(block)]
    placed = len(formulas.sources) if formulas is not None else 0
    return all(is_known for is_known, _ in found) or sum(picture is not None for _, picture in found) > placed


def has_formula(block: Block) -> bool:
    cells = (cell for row in block.rows for cell in row)
    return any(span.style & Style.FORMULA for spans in (block.spans, *cells) for span in spans)


def _formulas(block: Block) -> list[tuple[int, Span]]:
    """The formulas of a block with where they begin in its own text."""
    found: list[tuple[int, Span]] = []
    at = 0
    for spans in [cell for row in block.rows for cell in row] or [block.spans]:
        for span in spans:
            if span.style & Style.FORMULA:
                found.append((at, span))
            at += len(span.text)
        at += 1
    return found


def _sized(picture: FormulaPicture, font: QFont, room: int) -> Placed:
    em = max(QFontInfo(font).pixelSize(), QFontMetricsF(font).xHeight() / _X_HEIGHT)
    scale = min(1.0, max(_SMALLEST, room / max(1.0, picture.width_em * em)))
    em *= scale
    below = picture.depth_em * em
    return Placed(picture, picture.width_em * em, picture.height_em * em - below, below)


def _font_for(font: QFont, difference: float) -> QFont:
    """Qt centres an object in the middle of its font's small letters: half of their height is what it has more above
    the baseline than below. This font makes that `difference`."""
    if difference <= 1:
        return font
    fitting = QFont(font)
    fitting.setPixelSize(_size_for(font.family(), round(difference * 2)))
    return fitting


@lru_cache(maxsize=256)
def _size_for(family: str, height: int) -> int:
    """The size in pixels at which the small letters of `family` are nearest to `height`."""
    font = QFont(family)
    font.setPixelSize(200)
    about = round(200 * height / max(1.0, QFontMetricsF(font).xHeight()))

    def off(size: int) -> int:
        font.setPixelSize(size)
        return abs(QFontMetrics(font).xHeight() - height)

    return min(range(max(1, about - 3), about + 4), key=off)


def _space_lines(document: QTextDocument, *, centred: bool) -> None:
    """The same room between all lines: a share of the height would tear lines with tall formulas apart."""
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    shape: QTextBlockFormat = cursor.blockFormat()
    metrics = QFontMetricsF(document.defaultFont())
    shape.setLineHeight(max(0.0, metrics.height() * (shape.lineHeight() / 100 - 1)), _DISTANCE)
    if centred:
        shape.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    cursor.mergeBlockFormat(shape)
