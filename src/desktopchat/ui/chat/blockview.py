"""One block on the screen: its document (made when it comes near), its frame, and where a point in it leads."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from desktopchat.i18n import tr
from desktopchat.render.content import Block, BlockKind, Item, Quote, plain, with_markers
from desktopchat.render.highlight import highlight
from desktopchat.render.html import copied_text, display_text, to_html
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.document import Document
from desktopchat.ui.chat.look import look

Mark = tuple[int, int, QColor]
COPY_WIDTH = 70
_PATIENCE = 12
"""A growing code block is coloured again after this many times what the last colouring took."""


@dataclass(frozen=True, slots=True)
class Tone:
    """What differs between an answer, a question and a thought."""

    text: str = "text"
    small: bool = False


class BlockView:
    """Knows its height before it is laid out (a guess) and after (the truth). Coordinates are from its own corner."""

    __slots__ = (
        "_coloured_at",
        "_colouring_took",
        "_document",
        "_gap",
        "_is_first",
        "_stale",
        "block",
        "ends",
        "height",
        "measured",
        "tone",
        "width",
    )

    def __init__(self, block: Block, before: Block | None, tone: Tone) -> None:
        self.block = block
        self.tone = tone
        self.ends = True
        """False where the next block is a further slice of this one."""
        self.width = 0
        self.height = 0
        self.measured = False
        self._document: Document | None = None
        self._stale = False
        self._coloured_at = 0.0
        self._colouring_took = 0.0
        self._is_first = before is None
        self._gap = _gap(block, before)

    @property
    def is_live(self) -> bool:
        return self._document is not None

    def change(self, block: Block, before: Block | None) -> None:
        """Shows a newer state of the same block. Text that only grew is added, not set anew."""
        old, self.block = self.block, block
        self._is_first, self._gap = before is None, _gap(block, before)
        self.measured = False
        if self._document is None:
            return
        if _grew(old, block):
            self._document.extend(display_text(block.code[len(old.code) :]))
            self._stale = True
        else:
            self._fill(self._document)

    def set_ends(self, ends: bool) -> None:
        if ends != self.ends:
            self.ends = ends
            self.measured = False

    def release(self) -> None:
        """Forgets the document; the height stays."""
        self._document = None

    def guess(self, width: int) -> int:
        """About how high it will be."""
        room = max(80, width - self._indent())
        if self.block.kind is BlockKind.RULE:
            return self._gap + 1
        if self.block.kind is BlockKind.TABLE:
            return self._gap + round(len(self.block.rows) * (look().line + 12))
        if self.block.kind is BlockKind.CODE:
            lines = self.block.code.count("\n") + 1
            return self._gap + round(lines * look().code_line) + self._head() + self._foot()
        text = plain(self.block)
        lines = sum(1 + int(len(line) * look().letter * 1.05 / room) for line in text.split("\n")[:400])
        return self._gap + round(lines * look().line)

    def measure(self, width: int) -> int:
        """Lays it out for `width` and returns its height."""
        self.width = width
        document = self.document()
        room = self._text_width()
        if document.textWidth() != room:
            document.setTextWidth(room)
        inside = 1 if self.block.kind is BlockKind.RULE else round(document.size().height())
        self.height = self._gap + self._head() + inside + self._foot()
        self.measured = True
        return self.height

    def ideal_width(self) -> int:
        """How wide its longest line would like to be, at most the width it has."""
        return min(self.width, self._indent() + int(self.document().idealWidth()) + 1)

    def document(self) -> Document:
        if self._document is None:
            self._document = Document(self._font())
            self._fill(self._document)
        return self._document

    def _recolour(self) -> None:
        """Colours code that has grown, unless it was done just now and took its time."""
        if not self._stale or self._document is None:
            return
        moment = time.monotonic()
        if moment - self._coloured_at < self._colouring_took * _PATIENCE:
            return
        self._document.colour(highlight(display_text(self.block.code), self.block.language))
        self._coloured_at = time.monotonic()
        self._colouring_took = self._coloured_at - moment
        self._stale = False

    def position_at(self, x: float, y: float) -> int:
        """The position in the text nearest to a point."""
        if self.block.kind is BlockKind.RULE:
            return 0
        point = QPointF(x - self._text_left(), y - self._text_top())
        if point.y() < 0:
            return 0
        return max(0, self.document().documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit))

    def link_at(self, x: float, y: float) -> str:
        point = QPointF(x - self._text_left(), y - self._text_top())
        return self.document().documentLayout().anchorAt(point) if self.block.kind is not BlockKind.RULE else ""

    def is_text_at(self, x: float, y: float) -> bool:
        inside_x = self._indent() <= x <= self.width
        return inside_x and self._text_top() <= y < self.height and not self.is_copy_at(x, y)

    def is_copy_at(self, x: float, y: float) -> bool:
        """Whether the point is on "Copy" above a piece of code."""
        return (
            self._head() > sizes.CODE_PADDING
            and x > self.width - COPY_WIDTH
            and self._gap <= y < self._gap + self._head()
        )

    def length(self) -> int:
        return 0 if self.block.kind is BlockKind.RULE else self.document().length()

    def text(self, start: int = 0, end: int | None = None) -> str:
        """What is shown between two positions, as it goes to the clipboard; with list markers if it is all of it."""
        if start <= 0 and (end is None or end >= self.length()):
            return with_markers(self.block, plain(self.block))
        return copied_text(self.document().text_between(start, self.length() if end is None else end))

    def y_of(self, position: int) -> float:
        """Where the line that holds `position` begins."""
        block = self.document().findBlock(position)
        if not block.isValid():
            return self._text_top()
        line = block.layout().lineForTextPosition(position - block.position())
        return self._text_top() + block.layout().position().y() + (line.y() if line.isValid() else 0)

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        """Paints itself with its corner at the painter's origin."""
        self._paint_containers(painter)
        if self.block.kind is BlockKind.RULE:
            painter.fillRect(QRectF(self._indent(), self._gap, self.width - self._indent(), 1), look().color("border"))
            return
        if self.block.kind is BlockKind.CODE:
            self._recolour()
            self._paint_frame(painter)
        painter.save()
        painter.translate(self._text_left(), self._text_top())
        colour = "text_muted" if any(isinstance(c, Quote) for c in self.block.within) else self.tone.text
        self.document().draw(painter, look().color(colour), marks)
        painter.restore()

    def _fill(self, document: Document) -> None:
        if self.block.kind is BlockKind.CODE:
            text = display_text(self.block.code)
            document.setPlainText(text)
            document.set_line_height(sizes.CODE_LINE_HEIGHT)
            document.colour(highlight(text, self.block.language))
            self._stale = False
        elif self.block.kind is BlockKind.PLAIN:
            document.setPlainText(display_text(self.block.code))
            document.set_line_height(look().html.line_height)
        else:
            document.setHtml(
                to_html(self.block, look().heading_html if self.block.kind is BlockKind.HEADING else look().html)
            )

    def _font(self) -> QFont:
        match self.block.kind:
            case BlockKind.CODE:
                return look().code
            case BlockKind.HEADING:
                return look().headings[self.block.level - 1]
            case _:
                return look().small if self.tone.small else look().body

    def _indent(self) -> int:
        return sum(_indent_of(container) for container in self.block.within)

    def _head(self) -> int:
        if self.block.kind is not BlockKind.CODE or self.block.continues:
            return 0
        return sizes.CODE_HEADER

    def _foot(self) -> int:
        return sizes.CODE_PADDING if self.block.kind is BlockKind.CODE and self.ends else 0

    def _text_left(self) -> int:
        return self._indent() + (sizes.CODE_PADDING if self.block.kind is BlockKind.CODE else 0)

    def _text_top(self) -> int:
        return self._gap + self._head() + self._lead()

    def _lead(self) -> int:
        """Qt puts all of a line's extra height below the text; half of it belongs above."""
        match self.block.kind:
            case BlockKind.TABLE | BlockKind.RULE:
                return 0
            case BlockKind.CODE:
                return look().code_lead
            case BlockKind.HEADING:
                return look().lead // 2
            case _:
                return look().lead

    def _text_width(self) -> int:
        padding = 2 * sizes.CODE_PADDING if self.block.kind is BlockKind.CODE else 0
        return max(40, self.width - self._indent() - padding)

    def _paint_containers(self, painter: QPainter) -> None:
        left = 0
        for container in self.block.within:
            width = _indent_of(container)
            if isinstance(container, Quote):
                top = self._gap if container.opens else 0
                painter.fillRect(QRectF(left, top, 3, self.height - top), look().color("border"))
            elif container.opens:
                self._paint_marker(painter, container, left, width)
            left += width

    def _paint_marker(self, painter: QPainter, item: Item, left: int, width: int) -> None:
        font = self._font() if self.block.kind is not BlockKind.CODE else look().body
        painter.setFont(font)
        painter.setPen(look().color("text_muted"))
        line = self.document().begin().layout().lineAt(0)
        ascent = line.ascent() if line.isValid() else QFontMetricsF(font).ascent()
        wide = QFontMetricsF(font).horizontalAdvance(item.marker)
        painter.drawText(QPointF(left + width - 8 - wide, self._text_top() + line.y() + ascent), item.marker)

    def _paint_frame(self, painter: QPainter) -> None:
        frame = QRectF(self._indent(), self._gap, self.width - self._indent(), self.height - self._gap)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().color("code_background"))
        painter.drawPath(_frame(frame, round_top=not self.block.continues, round_bottom=self.ends))
        if not self._head():
            return
        painter.setFont(look().small)
        painter.setPen(look().color("text_muted"))
        middle = Qt.AlignmentFlag.AlignVCenter
        header = QRectF(
            frame.left() + sizes.CODE_PADDING, self._gap, frame.width() - 2 * sizes.CODE_PADDING, self._head() - 2
        )
        painter.drawText(header, middle | Qt.AlignmentFlag.AlignLeft, self.block.language[:40] or tr("Code"))
        painter.drawText(header, middle | Qt.AlignmentFlag.AlignRight, tr("Copy"))


def _gap(block: Block, before: Block | None) -> int:
    if before is None or block.continues:
        return 0
    if not block.spaced:
        return sizes.TIGHT_GAP
    if block.kind is BlockKind.HEADING:
        return sizes.HEADING_GAP
    if block.kind is BlockKind.RULE or before.kind is BlockKind.RULE:
        return sizes.HEADING_GAP
    return sizes.BLOCK_GAP


def _indent_of(container: Quote | Item) -> int:
    if isinstance(container, Quote):
        return sizes.QUOTE_INDENT
    return sizes.ITEM_INDENT + max(0, len(container.marker) - 3) * 8


def _grew(old: Block, new: Block) -> bool:
    """Whether only more text has come at the end of code or plain text."""
    return (
        new.kind in (BlockKind.CODE, BlockKind.PLAIN)
        and new.kind is old.kind
        and new.language == old.language
        and len(old.code) > 0
        and new.code.startswith(old.code)
    )


def _frame(rect: QRectF, *, round_top: bool, round_bottom: bool) -> QPainterPath:
    """A rectangle with round corners above, below, or both."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(rect, 10, 10)
    if not round_top:
        path.addRect(rect.adjusted(0, 0, 0, -rect.height() / 2))
    if not round_bottom:
        path.addRect(rect.adjusted(0, rect.height() / 2, 0, 0))
    return path
