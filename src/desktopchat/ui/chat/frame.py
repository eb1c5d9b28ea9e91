"""What stands around the text of a block: gaps, bars of quotations, markers of lists, the ground under code."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath

from desktopchat.render.content import Block, BlockKind, Item, Quote, text_of
from desktopchat.ui.chat import codehead
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.look import look

if TYPE_CHECKING:
    from desktopchat.ui.chat.blockview import BlockView


_WIDE_CELL = 18
"""A table's column is made narrower than what stands in it only down to this many letters."""
_CELL_PADDING = 14
_MOST_LETTERS = 200


def table_width(block: Block, font: QFont) -> float:
    """What a table needs so that no column is too narrow to be read."""
    metrics, most = QFontMetricsF(font), _WIDE_CELL * look().letter
    widest: dict[int, str] = {}
    for row in block.rows:
        for column, cell in enumerate(row):
            widest[column] = max(widest.get(column, ""), text_of(cell)[:_MOST_LETTERS], key=len)
    return sum(min(most, metrics.horizontalAdvance(text)) + _CELL_PADDING for text in widest.values())


def gap(block: Block, before: Block | None) -> int:
    """The free room above a block."""
    if before is None or block.continues:
        return 0
    if not block.spaced:
        return sizes.TIGHT_GAP
    if block.kind is BlockKind.HEADING:
        return sizes.HEADING_GAP
    if block.kind is BlockKind.RULE or before.kind is BlockKind.RULE:
        return sizes.HEADING_GAP
    return sizes.BLOCK_GAP


def indent(block: Block) -> int:
    """What the lists and quotations around a block take of its width."""
    return sum(_indent_of(container) for container in block.within)


def _indent_of(container: Quote | Item) -> int:
    if isinstance(container, Quote):
        return sizes.QUOTE_INDENT
    return sizes.ITEM_INDENT + max(0, len(container.marker) - 3) * 8


def paint_containers(painter: QPainter, view: "BlockView") -> None:
    left = 0
    for container in view.block.within:
        width = _indent_of(container)
        if isinstance(container, Quote):
            top = view.gap if container.opens else 0
            x = view.width - left - 3 if view.is_mirrored else left
            painter.fillRect(QRectF(x, top, 3, view.height - top), look().color("border"))
        elif container.opens:
            _paint_marker(painter, view, container, left + width - 8)
        left += width


def _paint_marker(painter: QPainter, view: "BlockView", item: Item, end: int) -> None:
    """`end` is where the marker ends, seen from the side where lines begin."""
    font = view.font() if view.block.kind is not BlockKind.CODE else look().body
    painter.setFont(font)
    painter.setPen(look().color("text_muted"))
    line = view.document().begin().layout().lineAt(0)
    ascent = line.ascent() if line.isValid() else QFontMetricsF(font).ascent()
    wide = QFontMetricsF(font).horizontalAdvance(item.marker)
    x = view.width - end if view.is_mirrored else end - wide
    y = line.y() if line.isValid() else 0  # Qt reads wild memory for a line that is not there
    painter.drawText(QPointF(x, view.text_top + y + ascent), item.marker)


def paint_ground(painter: QPainter, view: "BlockView") -> None:
    """The ground under a slice of code; the first one has the head on it."""
    ground = QRectF(view.indent, view.gap, view.width - view.indent, view.height - view.gap)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look().color("code_background"))
    painter.drawPath(_rounded(ground, above=not view.block.continues, below=view.ends))
    if view.has_head:
        codehead.paint(painter, view.head_rect, view.block.language, view.head)


def _rounded(rect: QRectF, *, above: bool, below: bool) -> QPainterPath:
    """A rectangle with round corners above, below, or both."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(rect, 10, 10)
    if not above:
        path.addRect(rect.adjusted(0, 0, 0, -rect.height() / 2))
    if not below:
        path.addRect(rect.adjusted(0, rect.height() / 2, 0, 0))
    return path
