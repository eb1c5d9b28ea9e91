"""One block on the screen: its document (made when it comes near), its frame, and where a point in it leads.

Positions in a block count in its own text (`render.content.plain`), whatever its document looks like.
"""

import time
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCursor

from desktopchat.render.content import Block, BlockKind, Quote, plain, with_markers
from desktopchat.render.excerpt import cut
from desktopchat.render.highlight import highlight
from desktopchat.render.html import display_text, to_html
from desktopchat.ui.chat import caret, codehead, frame
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.codehead import Control, HeadState
from desktopchat.ui.chat.colouring import languages
from desktopchat.ui.chat.direction import is_right_to_left
from desktopchat.ui.chat.document import Document
from desktopchat.ui.chat.drawn import Formulas, has_formula, has_news, place
from desktopchat.ui.chat.look import look
from desktopchat.ui.chat.positions import Positions, aligned
from desktopchat.ui.chat.sideways import BAR, BAR_ROOM, Sideways

Mark = tuple[int, int, QColor]
_PATIENCE = 12
"""A growing code block is coloured again after this many times what the last colouring took."""
_ENDLESS = 2_000
_MIRRORED = (BlockKind.PARAGRAPH, BlockKind.HEADING)


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
        "_formulas",
        "_mirrored",
        "_positions",
        "_stale",
        "block",
        "ends",
        "gap",
        "head",
        "height",
        "is_lit",
        "measured",
        "side",
        "tone",
        "waits",
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
        self.side = Sideways()
        self.head = HeadState()
        self.is_lit = False
        """Whether the mouse is over it, or the focus in it."""
        self.waits = False
        """Whether pictures of formulas are on their way."""
        self._document: Document | None = None
        self._formulas: Formulas | None = None
        self._positions: Positions | None = None
        self._mirrored: bool | None = None
        self._stale = False
        self._coloured_at = 0.0
        self._colouring_took = 0.0
        self.gap = frame.gap(block, before)

    @property
    def is_live(self) -> bool:
        return self._document is not None

    def join(self, before: "BlockView") -> None:
        """This is a further slice of what `before` shows: they move to the side together."""
        self.side = before.side

    def change(self, block: Block, before: Block | None) -> None:
        """Shows a newer state of the same block. Text that only grew is added, not set anew."""
        old, self.block = self.block, block
        self.gap = frame.gap(block, before)
        self.measured = False
        self._positions = self._mirrored = None
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

    def set_wraps(self, wraps: bool) -> None:
        """Breaks long lines of code, or lets them run out to the side."""
        self.side.wraps, self.side.is_chosen = wraps, True
        self.side.forget()
        self.measured = False

    def _wrap_what_is_endless(self) -> None:
        """A line of code without end is broken from the start: painted as one, it would take long each time."""
        if self.block.kind is not BlockKind.CODE or self.side.wraps or self.side.is_chosen:
            return
        code = self.block.code
        at = 0 if self._document is None else max(0, code.rfind("\n", 0, -1))  # a document only grows at its end
        if len(code) - at > _ENDLESS and max(map(len, code[at:].split("\n"))) > _ENDLESS:
            self.side.wraps = True

    def show_pictures(self) -> bool:
        """Takes up the pictures that have become ready; True if its layout is another one now."""
        if not self.waits or self._document is None or not has_news(self.block, self._formulas):
            return False
        self._fill(self._document)
        self.measured = False
        return True

    def release(self) -> None:
        """Forgets the document; the height stays."""
        self._document = self._formulas = self._positions = None

    def guess(self, width: int) -> int:
        """About how high it will be."""
        room = max(80, width - self.indent)
        if self.block.kind is BlockKind.RULE:
            return self.gap + 1
        if self.block.kind is BlockKind.TABLE:
            return self.gap + round(len(self.block.rows) * (look().line + 12))
        if self.block.kind is BlockKind.CODE:
            lines = self.block.code.count("\n") + 1
            return self.gap + round(lines * look().code_line) + self._head() + self._foot()
        text = plain(self.block)
        lines = sum(1 + int(len(line) * look().letter * 1.05 / room) for line in text.split("\n")[:400])
        return self.gap + round(lines * look().line)

    def measure(self, width: int) -> int:
        """Lays it out for `width` and returns its height."""
        self.width = width
        self._wrap_what_is_endless()
        document = self.document()
        room = self._text_width()
        document.set_wraps(self.block.kind is not BlockKind.CODE or self.side.wraps)
        if self._formulas is not None and self._formulas.room != room:
            self._fill(document)
        wide = max(room, frame.table_width(self.block, self.font())) if self.block.kind is BlockKind.TABLE else room
        if document.textWidth() != wide:
            document.setTextWidth(wide)
        if self.block.kind in (BlockKind.CODE, BlockKind.TABLE):
            self.side.measured(document.size().width(), room)
            self.head = codehead.changed(self.head, wraps=self.side.wraps, can_wrap=self._can_wrap())
        elif self._formulas is not None:
            self.side.measured(self._formulas.widest, room)
        inside = 1 if self.block.kind is BlockKind.RULE else round(document.size().height())
        self.height = self.gap + self._head() + inside + self._foot()
        self.measured = True
        return self.height

    def ideal_width(self) -> int:
        """How wide its longest line would like to be, at most the width it has."""
        return min(self.width, self.indent + int(self.document().idealWidth()) + 1)

    def document(self) -> Document:
        if self._document is None:
            self._document = Document(self.font())
            self._document.set_wraps(self.block.kind is not BlockKind.CODE or self.side.wraps)
            self._fill(self._document)
        return self._document

    def positions(self) -> Positions:
        """Where the characters of its text are in the document."""
        if self._positions is None:
            formulas = self._formulas.sources if self._formulas is not None else ()
            self._positions = aligned(self.document().toRawText(), plain(self.block), formulas)
        return self._positions

    # -- points and positions

    def position_at(self, x: float, y: float) -> int:
        """The position in the text nearest to a point."""
        if self.block.kind is BlockKind.RULE:
            return 0
        point = self._in_document(x, y)
        if point.y() < 0:
            return 0
        hit = self.document().documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        return self.positions().in_text(max(0, hit))

    def link_at(self, x: float, y: float) -> str:
        if self.block.kind is BlockKind.RULE or not self.is_text_at(x, y):
            return ""
        return self.document().documentLayout().anchorAt(self._in_document(x, y))

    def is_text_at(self, x: float, y: float) -> bool:
        left, right = (0, self.width - self.indent) if self.is_mirrored else (self.indent, self.width)
        return left <= x <= right and self.text_top <= y < self.height - self._foot()

    def control_at(self, x: float, y: float) -> Control | None:
        """The control above a piece of code that the point is on."""
        return codehead.control_at(self.head_rect, self.head, QPointF(x, y)) if self.has_head else None

    def control_rect(self, control: Control) -> QRectF:
        return dict(codehead.places(self.head_rect, self.head)).get(control, QRectF())

    def is_bar_at(self, x: float, y: float) -> bool:
        """Whether the point is on the bar below something wide."""
        return self.has_bar and self._track().adjusted(0, -4, 0, 4).contains(QPointF(x, y))

    def bar_to_text(self) -> float:
        """How far the text moves when the bar is moved by one pixel."""
        return self.side.per_pixel(self._track())

    @property
    def is_mirrored(self) -> bool:
        """Whether it is read from right to left: then markers and bars stand at its right."""
        if self._mirrored is None:
            self._mirrored = bool(self.block.within) and self.block.kind in _MIRRORED and is_right_to_left(self.block)
        return self._mirrored

    @property
    def has_head(self) -> bool:
        return self._head() > 0

    @property
    def has_bar(self) -> bool:
        return self.ends and self.side.overflows

    def length(self) -> int:
        return 0 if self.block.kind is BlockKind.RULE else len(plain(self.block))

    def text(self, start: int = 0, end: int | None = None) -> str:
        """What is shown between two positions, as it goes to the clipboard; with list markers if it is all of it."""
        part = cut(self.block, start, self.length() if end is None else end)
        return with_markers(part, plain(part)) if part is self.block else plain(part)

    def word_at(self, position: int) -> tuple[int, int]:
        """Where the word around a position begins and ends."""
        return caret.word(self.document(), self.positions(), position)

    def step(self, position: int, move: QTextCursor.MoveOperation) -> int:
        """Where a caret comes to; the same position at the block's end."""
        return caret.moved(self.document(), self.positions(), position, move)

    def caret(self, position: int) -> QRectF:
        """Where a caret at `position` stands: a line one pixel wide."""
        if self.block.kind is BlockKind.RULE:
            return QRectF(self._text_left(), 0, 1, self.height)
        found = caret.rect(self.document(), self.positions(), position)
        if not found.isValid():
            return QRectF(self._text_left(), self.text_top, 1, look().line)
        return found.translated(self._text_left() - self._shift(), self.text_top)

    def reveal(self, position: int) -> None:
        """Moves to the side until a caret there would be seen."""
        if self.side.overflows:
            x = self.caret(position).left() - self._text_left() + self._shift()
            self.side.reveal(x - 16, x + 16)

    def y_of(self, position: int) -> float:
        """Where the line that holds `position` begins."""
        return self.caret(position).top()

    # -- painting

    def paint(self, painter: QPainter, marks: list[Mark]) -> None:
        """Paints itself with its corner at the painter's origin. `marks` are ranges of the text with their colours."""
        frame.paint_containers(painter, self)
        if self.block.kind is BlockKind.RULE:
            painter.fillRect(QRectF(self.indent, self.gap, self.width - self.indent, 1), look().color("border"))
            return
        if self.block.kind is BlockKind.CODE:
            self._recolour()
            frame.paint_ground(painter, self)
        self._paint_text(painter, marks)
        if self.has_bar:
            self.side.paint(painter, self._track(), strong=self.is_lit)

    def _paint_text(self, painter: QPainter, marks: list[Mark]) -> None:
        colour = look().color("text_muted" if any(isinstance(c, Quote) for c in self.block.within) else self.tone.text)
        if self._formulas is not None:
            self._formulas.colour = colour.name()
        if marks:
            where = self.positions()
            marks = [(where.in_document(start), where.in_document(end), paint) for start, end, paint in marks]
        painter.save()
        if self.side.overflows:
            painter.setClipRect(
                QRectF(self._text_left(), 0, self._text_width(), self.height), Qt.ClipOperation.IntersectClip
            )
        painter.translate(self._text_left() - self._shift(), self.text_top)
        self.document().draw(painter, colour, marks)
        painter.restore()

    def _fill(self, document: Document) -> None:
        self._positions = self._formulas = None
        self.waits = False
        if self.block.kind is BlockKind.CODE:
            text = display_text(self.block.code)
            document.setPlainText(text)
            document.set_line_height(sizes.CODE_LINE_HEIGHT)
            self._stale = True  # it gets its colours when it is painted
        elif self.block.kind is BlockKind.PLAIN:
            document.setPlainText(display_text(self.block.code))
            document.set_line_height(look().html.line_height)
        else:
            is_heading = self.block.kind is BlockKind.HEADING
            document.setHtml(to_html(self.block, look().heading_html if is_heading else look().html))
            if has_formula(self.block):
                self._place_formulas(document)

    def _place_formulas(self, document: Document) -> None:
        where = aligned(document.toRawText(), plain(self.block))
        self._formulas, self.waits = place(document, self.block, where, self._text_width())

    def _recolour(self) -> None:
        """Colours code that has grown, unless it was done just now and took its time."""
        if not self._stale or self._document is None or not languages().has(self.block.language):
            return
        moment = time.monotonic()
        wait = self._coloured_at + self._colouring_took * _PATIENCE - moment
        if self._coloured_at and wait > 0:
            languages().ask_again(wait)
            return
        self._document.colour(highlight(display_text(self.block.code), self.block.language))
        self._coloured_at = time.monotonic()
        self._colouring_took = self._coloured_at - moment
        self._stale = False

    def _in_document(self, x: float, y: float) -> QPointF:
        return QPointF(x - self._text_left() + self._shift(), y - self.text_top)

    def _shift(self) -> float:
        return self.side.offset if self.side.overflows else 0.0

    def _can_wrap(self) -> bool:
        return self.side.wraps or self.side.overflows

    def font(self) -> QFont:
        match self.block.kind:
            case BlockKind.CODE:
                return look().code
            case BlockKind.HEADING:
                return look().headings[self.block.level - 1]
            case _:
                return look().small if self.tone.small else look().body

    @property
    def indent(self) -> int:
        """What the lists and quotations around it take of its width."""
        return frame.indent(self.block)

    def _head(self) -> int:
        if self.block.kind is not BlockKind.CODE or self.block.continues:
            return 0
        return sizes.CODE_HEADER

    @property
    def head_rect(self) -> QRectF:
        return QRectF(self.indent, self.gap, self.width - self.indent, self._head() - 2)

    def _foot(self) -> int:
        if self.block.kind is BlockKind.CODE and self.ends:
            return sizes.CODE_PADDING
        return BAR_ROOM if self.has_bar else 0

    def _track(self) -> QRectF:
        return QRectF(self._text_left(), self.height - BAR - 3, self._text_width(), BAR)

    def _text_left(self) -> int:
        if self.is_mirrored:
            return 0
        return self.indent + (sizes.CODE_PADDING if self.block.kind is BlockKind.CODE else 0)

    @property
    def text_top(self) -> int:
        """Where the first line begins, seen from the block's own corner."""
        return self.gap + self._head() + self._lead()

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
        return max(40, self.width - self.indent - padding)


def _grew(old: Block, new: Block) -> bool:
    """Whether only more text has come at the end of code or plain text."""
    return (
        new.kind in (BlockKind.CODE, BlockKind.PLAIN)
        and new.kind is old.kind
        and new.language == old.language
        and len(old.code) > 0
        and new.code.startswith(old.code)
    )
