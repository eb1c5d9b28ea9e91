"""Where things are on the screen and in the text: what lies under a point, where a place is, what comes next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QTextCursor

from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import Place

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

Move = QTextCursor.MoveOperation


@dataclass(frozen=True, slots=True)
class Spot:
    """What lies under a point: the message, its block, and the point in the block's own coordinates."""

    index: int
    view: MessageView
    section: int
    number: int
    x: int
    y: int

    @property
    def block(self) -> BlockView:
        found = self.view.view_of(self.section, self.number)
        if found is None:
            raise RuntimeError("the block is gone")
        return found

    @property
    def place(self) -> Place:
        return Place(self.index, self.section, self.number, self.block.position_at(self.x, self.y))

    @property
    def link(self) -> str:
        return self.block.link_at(self.x, self.y)

    @property
    def control(self) -> Control | None:
        return self.block.control_at(self.x, self.y)


class Places:
    """Asks the transcript's stack. Points are of the viewport."""

    def __init__(self, transcript: "TranscriptView") -> None:
        self._transcript = transcript

    def spot_at(self, point: QPoint) -> Spot | None:
        """What is nearest to a point."""
        stack = self._transcript.stack
        if not stack.views:
            return None
        x, y = self._transcript.point_in_content(point)
        index = stack.index_at(y)
        view = stack.views[index]
        inside = y - stack.top_of(index)
        if not view.is_built or (found := view.block_at(inside)) is None:
            return None
        if view.view_of(*found) is None:
            return None
        return Spot(index, view, *found, x - view.text_left(), inside - view.top_of(*found))

    def view_at(self, place: Place) -> BlockView | None:
        """The block that holds a place; brings its message near if it is not."""
        stack = self._transcript.stack
        if not 0 <= place.message < len(stack.views):
            return None
        view = stack.views[place.message]
        if not view.is_built:
            self._transcript.move_to(max(0, stack.top_of(place.message) - stack.room // 2))
        block = view.view_of(place.section, place.block) if view.is_built else None
        if block is not None and not block.measured:
            block.measure(view.width)
        return block

    def origin(self, place: Place) -> QPoint:
        """The corner of the block that holds a place."""
        stack = self._transcript.stack
        view = stack.views[place.message]
        top = stack.top_of(place.message) + view.top_of(place.section, place.block) - stack.top
        return QPoint(self._transcript.left + view.text_left(), top)

    def caret(self, place: Place) -> QRectF:
        """Where a caret at a place stands."""
        block = self.view_at(place)
        return QRectF() if block is None else block.caret(place.position).translated(self.origin(place))

    def reveal(self, place: Place) -> None:
        """Scrolls as little as needed to bring a place into sight."""
        block = self.view_at(place)
        if block is None:
            return
        block.reveal(place.position)
        caret, stack = self.caret(place), self._transcript.stack
        if caret.top() < 0:
            self._transcript.move_to(stack.top + int(caret.top()) - 8)
        elif caret.bottom() > stack.room:
            self._transcript.move_to(stack.top + int(caret.bottom()) - stack.room + 8)
        self._transcript.viewport().update()

    def moved(self, place: Place, move: QTextCursor.MoveOperation) -> Place:
        """The place beside another: a character, a word, an end of the line, across blocks and messages."""
        block = self.view_at(place)
        if block is None:
            return place
        position = block.step(place.position, move)
        if position != place.position or move in (Move.StartOfLine, Move.EndOfLine):
            return place._replace(position=position)
        forward = move in (Move.NextCharacter, Move.NextWord)
        return self._beyond(place, 1 if forward else -1)

    def line_away(self, place: Place, x: float, step: int) -> Place:
        """The place one line above (-1) or below (1), at `x` of the viewport."""
        block = self.view_at(place)
        if block is None:
            return place
        caret, left = block.caret(place.position), self.origin(place).x()
        y = caret.bottom() + caret.height() / 2 if step > 0 else caret.top() - caret.height() / 2
        if block.text_top <= y < block.height:
            position = block.position_at(x - left, y)
            if (position - place.position) * step > 0:
                return place._replace(position=position)
        there = self._beyond(place, step)
        other = self.view_at(there)
        if other is None or there[:3] == place[:3]:
            return there
        y = other.text_top + 2 if step > 0 else other.caret(other.length()).center().y()
        return there._replace(position=other.position_at(x - self.origin(there).x(), y))

    def page_away(self, place: Place, x: float, step: int) -> Place:
        """The place about a window's height above or below."""
        stack = self._transcript.stack
        page = max(40, stack.room - 60)
        y = self.caret(place).center().y()
        before = stack.top
        self._transcript.move_to(stack.top + step * page)
        rest = step * page - (stack.top - before)
        spot = self.spot_at(QPoint(int(x), int(y + rest)))
        return place if spot is None else spot.place

    def first_of(self, index: int) -> Place | None:
        """Where the text of a message begins."""
        for section, number in self._names(index):
            return Place(index, section, number, 0)
        return None

    def end_of(self, index: int) -> Place:
        """Where the text of a message ends."""
        names = self._names(index)
        there = Place(index, *(names[-1] if names else (1, 0)), 0)
        block = self.view_at(there)
        return there if block is None else there._replace(position=block.length())

    def _beyond(self, place: Place, step: int) -> Place:
        """The nearest place in the block before or after; the same one at the end of everything."""
        index = place.message
        names = self._names(index)
        at = names.index((place.section, place.block)) + step if (place.section, place.block) in names else -1
        while not 0 <= at < len(names):
            index += step
            if not 0 <= index < len(self._transcript.stack.views):
                return place
            names = self._names(index)
            at = 0 if step > 0 else len(names) - 1
        there = Place(index, *names[at], 0)
        block = self.view_at(there)
        return there if step > 0 or block is None else there._replace(position=block.length())

    def _names(self, index: int) -> list[tuple[int, int]]:
        self.view_at(Place(index, 1, 0, 0))
        view = self._transcript.stack.views[index]
        return [(section, number) for section, number, _ in view.blocks_in_order()]
