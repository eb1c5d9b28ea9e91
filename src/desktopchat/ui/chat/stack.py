"""The messages above each other, seen through a window of some height: what is where, what stays in place.

Heights are guessed until a message comes near, then measured. The place that the reader looks at does not move while
that happens: it is remembered as a point in a message, not as a number of pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktopchat.domain.message import Message
from desktopchat.ui.chat import look as sizes
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.column import Column
from desktopchat.ui.chat.messageview import Hooks, MessageView, guessed_height
from desktopchat.ui.chat.views import Views

BELOW = 24
"""Free room under the last message."""
_ROUNDS = 6
_KEPT_MESSAGES = 60
_KEPT_BLOCKS = 80


@dataclass(slots=True)
class Anchor:
    """A point in the text: `offset` pixels below the top of a part of a message."""

    message: int = 0
    part: int = 0
    offset: int = 0


class Stack:
    """No painting and no events: positions only."""

    def __init__(self, hooks: Hooks) -> None:
        self.views = Views(self._make)
        self.follows = True
        """Whether the end is kept in sight."""
        self.width = 0
        self.room = 0
        """The height of the window."""
        self.top = 0
        self._hooks = hooks
        self._column = Column()
        self._index: dict[str, int] = {}
        self._anchor = Anchor()
        self._live: set[BlockView] = set()
        self._built: set[MessageView] = set()
        self._shown: set[MessageView] = set()

    # -- what is in it

    def set_messages(self, messages: Sequence[Message]) -> None:
        self.clear()
        self._index = {message.id: index for index, message in enumerate(messages)}
        self.views.extend(messages)
        width = self.width or sizes.COLUMN
        self._column = Column([guessed_height(message, message.text, width) for message in messages])
        self.follows = True

    def clear(self) -> None:
        for view in self._built:
            view.unbuild()
        self.views, self._column, self._index = Views(self._make), Column(), {}
        self._live, self._built, self._shown = set(), set(), set()
        self._anchor, self.top = Anchor(), 0

    def cut(self, count: int) -> None:
        """Takes away everything behind the first `count` messages."""
        gone = {self.views.id_at(index) for index in range(count, len(self.views))}
        for view in [view for view in self._built if view.message.id in gone]:
            view.unbuild()
            self._built.discard(view)
            self._shown.discard(view)
        for message_id in gone:
            del self._index[message_id]
        self._column.splice(count, len(self.views), [])
        self.views.cut(count)

    def add(self, message: Message) -> MessageView:
        self._index[message.id] = len(self.views)
        self.views.extend([message])
        self._column.append(guessed_height(message, message.text, self.width or sizes.COLUMN))
        return self.views[-1]

    def add_earlier(self, messages: Sequence[Message]) -> None:
        """Puts messages above all others; the reader's place stays."""
        self.views.add_earlier(messages)
        self._index = {self.views.id_at(index): index for index in range(len(self.views))}
        width = self.width or sizes.COLUMN
        self._column.splice(0, 0, [guessed_height(message, message.text, width) for message in messages])
        self._anchor.message += len(messages)

    def _make(self, message: Message) -> MessageView:
        return MessageView(message, self._hooks)

    def find(self, message_id: str) -> MessageView | None:
        index = self._index.get(message_id)
        return None if index is None else self.views[index]

    def index_of(self, message_id: str) -> int:
        return self._index[message_id]

    def note_height(self, view: MessageView) -> None:
        """The view has another height than before."""
        index = self._index.get(view.message.id)
        if index is not None:
            self._column.set(index, view.height if view.is_built else view.guess(self.width or sizes.COLUMN))

    # -- positions

    @property
    def total(self) -> int:
        return self._column.total + BELOW if self.views else 0

    @property
    def furthest(self) -> int:
        """The largest `top`."""
        return max(0, self.total - self.room)

    def top_of(self, index: int) -> int:
        return self._column.top(index)

    def index_at(self, y: float) -> int:
        return self._column.at(y)

    def scroll_to(self, top: int) -> None:
        """The reader goes to a place; at the end the end is followed from now on."""
        top = min(max(0, top), self.furthest)
        self.follows = top >= self.furthest
        self.hold(top)

    def hold(self, top: int) -> None:
        """Remembers the place at `top` as the one that must not move."""
        self.top = top
        if not self.views:
            return
        index = self._column.at(top)
        view = self.views[index]
        inside = top - self._column.top(index)
        part = view.column.at(inside - sizes.MESSAGE_GAP) if view.is_built else 0
        part_top = view.column.top(part) if view.is_built and len(view.column) else 0
        self._anchor = Anchor(index, part, inside - part_top)

    def stop_following(self) -> None:
        if self.follows:
            self.follows = False
            self.hold(self.top)

    def visible(self) -> Iterator[tuple[int, MessageView, int]]:
        """Number, view and top of every message in the window."""
        index = self._column.at(self.top)
        while index < len(self.views) and (y := self._column.top(index)) < self.top + self.room:
            yield index, self.views[index], y
            index += 1

    # -- layout

    def set_size(self, width: int, room: int) -> None:
        self.width, self.room = width, room

    def arrange(self) -> None:
        """Lays out what is in or near the window, then puts the window where the reader's place is."""
        near: set[BlockView] = set()
        for _ in range(_ROUNDS):
            self.top = self._wanted_top()
            if not self._prepare(near):
                break
        self.top = self._wanted_top()
        self._forget_far(near)

    def forget_layout(self) -> None:
        for view in self._built:
            view.forget_layout()
        self._live.clear()

    def show_pictures(self) -> bool:
        """Takes up what has become ready; True if anything looks different now."""
        changed = [view.show_pictures() for view in self._built]
        return any(changed)

    def _wanted_top(self) -> int:
        if self.follows or not self.views:
            return self.furthest
        anchor = self._anchor
        index = min(anchor.message, len(self.views) - 1)
        view = self.views[index]
        inside, offset = 0, anchor.offset
        if view.is_built:
            part = min(anchor.part, len(view.column) - 1)
            inside = view.column.top(part)
            offset = min(offset, view.column.height(part) + sizes.MESSAGE_GAP - 1)
        return min(max(0, self._column.top(index) + inside + offset), self.furthest)

    def _prepare(self, near: set[BlockView]) -> bool:
        """Measures what is near; True if a height turned out to be another than it was thought to be."""
        changed = False
        margin = self.room // (8 if self.follows else 2)  # who reads will scroll; who follows sees new text anyway
        index = self._column.at(self.top - margin)
        y = self._column.top(index) if self.views else 0
        while index < len(self.views) and y < self.top + self.room + margin:
            view = self.views[index]
            near.update(view.prepare(self.top - margin - y, self.top + self.room + margin - y, self.width))
            self._built.add(view)
            if view.height != self._column.height(index):
                self._column.set(index, view.height)
                changed = True
            y += view.height
            index += 1
        return changed

    def _forget_far(self, near: set[BlockView]) -> None:
        self._live |= near
        if len(self._live) > 2 * len(near) + _KEPT_BLOCKS:
            for view in self._live - near:
                view.release()
            self._live = near
        shown = {view for _, view, _ in self.visible()}
        for gone in self._shown - shown:
            gone.release_widgets()
        self._shown = shown
        if len(self._built) > _KEPT_MESSAGES:
            self._unbuild_far()

    def _unbuild_far(self) -> None:
        first, last = self._column.at(self.top), self._column.at(self.top + self.room)
        for view in list(self._built):
            index = self._index.get(view.message.id, -1)
            if not (first - 10 <= index <= last + 10) and not view.is_streaming:
                view.unbuild()
                self._built.discard(view)
