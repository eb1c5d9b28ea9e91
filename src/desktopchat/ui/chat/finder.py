"""Finding in a conversation: every place in every message, seen or not, in slices of time; and going to each.

A place counts in a block's own text (`render.content.plain`), so it is the same whether the block is laid out or not.
Nothing of a document is changed: the transcript asks for `marks` when it paints.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from desktopchat.render.content import Block, plain, plain_blocks
from desktopchat.ui.chat.blockview import Tone
from desktopchat.ui.chat.flow import Text
from desktopchat.ui.chat.matching import Query
from desktopchat.ui.chat.messageview import MessageView

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView

BUDGET_S = 0.008
"""Searching in one go; then the window has its turn."""
PIECE = 4_000
MOST_PLACES = 20_000
"""More places are not looked for: nobody goes through them, and going on would hold the window up."""
LIVE_MS = 150
"""Text that streams in is searched this often."""

BlockKey = tuple[int, int]
"""Section (0 reasoning, 1 text) and number of a block."""
Ranges = tuple[tuple[int, int], ...]


class Spot(NamedTuple):
    """A found place. `message` is its number in the conversation; they compare in reading order."""

    message: int
    section: int
    block: int
    place: int
    """Which one of its block's places it is."""


class _Hits:
    """What was found in one message."""

    def __init__(self) -> None:
        self.by_block: dict[BlockKey, Ranges] = {}
        self.seen: dict[BlockKey, Block] = {}
        """The blocks that were searched, while the message grows."""

    @property
    def count(self) -> int:
        return sum(map(len, self.by_block.values()))


class Finder(QObject):
    """See the module. `changed`: the count, or the place one is at."""

    changed = Signal()

    def __init__(self, transcript: "TranscriptView") -> None:
        super().__init__(transcript)
        self.query = Query("")
        self.current: Spot | None = None
        self._transcript = transcript
        self._hits: dict[str, _Hits] = {}
        self._total = 0
        self._work: Iterator[None] = iter(())
        self._origin = Spot(0, 0, 0, 0)
        self._grown: dict[MessageView, None] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE_MS)
        self._live.timeout.connect(self._search_grown)

    # -- what is asked

    @property
    def is_busy(self) -> bool:
        """Whether some messages are not searched yet."""
        return self._timer.isActive()

    @property
    def count(self) -> int:
        return self._total

    @property
    def has_more(self) -> bool:
        """Whether there may be places beyond those that were counted."""
        return self._total >= MOST_PLACES

    @property
    def number(self) -> int:
        """The place one is at, counted from 1 through the conversation; 0 without one."""
        here = self.current
        if here is None:
            return 0
        before = sum(self._count_in(view) for view in self._views[: here.message])
        own = self._of(self._views[here.message]).by_block
        earlier = (len(ranges) for key, ranges in own.items() if key < (here.section, here.block))
        return before + sum(earlier) + here.place + 1

    def search(self, query: Query) -> None:
        """Looks for something else, from the place that one is at (or sees) on."""
        self._origin = self.current or self._first_in_sight()
        self.query, self.current = query, None
        self._start()

    def messages_changed(self) -> None:
        """Other messages are shown."""
        self.current = None
        self._origin = Spot(0, 0, 0, 0)
        self._grown.clear()
        if self.query.text:
            self._start(go=False)

    def text_changed(self, views: list[MessageView]) -> None:
        """There is more text in these messages. Cheap: it is searched a little later."""
        if self.query.text:
            self._grown.update(dict.fromkeys(views))
            if not self._live.isActive():
                self._live.start()

    def stop(self) -> None:
        """Nothing is looked for any more."""
        self.query, self.current = Query(""), None
        self._forget()
        self._grown.clear()
        self._timer.stop()
        self._live.stop()
        self._repaint()

    def step(self, step: int) -> None:
        """Goes to the next (1) or the one before (-1), round the ends."""
        places = list(self._spots()) if self.count else []
        if not places:
            return
        if self.current in places:
            at = (places.index(self.current) + step) % len(places)
        else:
            at = 0 if step > 0 else len(places) - 1
        self._go_to(places[at])

    def marks(self, message_id: str, section: int, number: int) -> Iterator[tuple[int, int, bool]]:
        """The found ranges of a block, and whether each is the one that one is at."""
        hits = self._hits.get(message_id)
        if hits is None:
            return
        here = self.current
        is_here = here is not None and (here.section, here.block) == (section, number)
        is_here = is_here and here is not None and self._views[here.message].message.id == message_id
        for place, (start, end) in enumerate(hits.by_block.get((section, number), ())):
            yield start, end, is_here and here is not None and place == here.place

    # -- searching

    @property
    def _views(self) -> Sequence[MessageView]:
        return self._transcript.stack.views

    def _of(self, view: MessageView) -> _Hits:
        return self._hits.get(view.message.id) or _Hits()

    def _count_in(self, view: MessageView) -> int:
        hits = self._hits.get(view.message.id)
        return 0 if hits is None else hits.count

    def _spots(self) -> Iterator[Spot]:
        for index, view in enumerate(self._views):
            if (hits := self._hits.get(view.message.id)) is not None:
                for (section, number), ranges in sorted(hits.by_block.items()):
                    yield from (Spot(index, section, number, place) for place in range(len(ranges)))

    def _forget(self) -> None:
        self._hits.clear()
        self._total = 0

    def _start(self, *, go: bool = True) -> None:
        self._forget()
        self._work = self._search_all(go)
        self._timer.start()
        self._go_on()  # what is near is found at once

    def _go_on(self) -> None:
        until = time.monotonic() + BUDGET_S
        for _ in self._work:
            if time.monotonic() > until:
                break
        else:
            self._timer.stop()
        self._repaint()
        self.changed.emit()

    def _search_all(self, go: bool) -> Iterator[None]:
        """Every message, from the place on where one is; then those before it."""
        first = min(self._origin.message, max(0, len(self._views) - 1))
        for index in (*range(first, len(self._views)), *range(first)):
            if index < len(self._views) and self.query.text and not self.has_more:
                view = self._views[index]
                yield from self._search_one(view)
                if go and self.current is None:
                    self._go_to_first_of(index)
        if go and self.current is None and (spot := next(self._spots(), None)) is not None:
            self._go_to(spot)

    def _go_to_first_of(self, index: int) -> None:
        """Goes to the message's first place, unless it stands before the place where the search began."""
        hits = self._of(self._views[index])
        for (section, number), ranges in sorted(hits.by_block.items()):
            spots = [Spot(index, section, number, place) for place in range(len(ranges))]
            if found := next((spot for spot in spots if spot >= self._origin or index < self._origin.message), None):
                self._go_to(found)
                return

    def _search_one(self, view: MessageView) -> Iterator[None]:
        """Searches one message, with pauses."""
        hits = _Hits()
        if view.is_built and (view.is_streaming or not view.is_busy):
            before = self._hits.get(view.message.id)
            self._search_views(view, hits, before if before is not None and view.is_streaming else None)
            if view.is_streaming:
                hits.seen = dict(_blocks_of(view))
            self._keep(view, hits)
            yield
            return
        yield from self._search_source(view.thoughts, 0, hits)
        if view.is_user:
            for number, block in enumerate(plain_blocks(view.said) if view.said else ()):
                self._search_block((1, number), block, hits)
        else:
            yield from self._search_source(view.said, 1, hits)
        self._keep(view, hits)
        yield

    def _search_views(self, view: MessageView, hits: _Hits, before: _Hits | None) -> None:
        for key, block in _blocks_of(view):
            if before is not None and before.seen.get(key) is block:
                if ranges := before.by_block.get(key):
                    hits.by_block[key] = ranges
            else:
                self._search_block(key, block, hits)

    def _search_source(self, source: str, section: int, hits: _Hits) -> Iterator[None]:
        """Text that nobody has looked at: parsed only if it may hold what is wanted."""
        if not source or not self.query.may_be_in(source):
            return
        text = Text(Tone())
        text.add(source)
        text.wants_end = True
        while text.is_busy:
            text.parse(PIECE)
            yield
        for number, view in enumerate(text.views):
            self._search_block((section, number), view.block, hits)

    def _search_block(self, key: BlockKey, block: Block, hits: _Hits) -> None:
        if ranges := tuple(islice(self.query.ranges(plain(block)), MOST_PLACES)):
            hits.by_block[key] = ranges

    def _keep(self, view: MessageView, hits: _Hits) -> None:
        self._total += hits.count - self._count_in(view)
        if hits.by_block or hits.seen:
            self._hits[view.message.id] = hits
        else:
            self._hits.pop(view.message.id, None)

    def _search_grown(self) -> None:
        grown, self._grown = list(self._grown), {}
        for view in grown:
            for _ in self._search_one(view):
                pass
        if self.current is not None and not self._is_there(self.current):
            self.current = None
        if grown:
            self._repaint()
            self.changed.emit()

    def _is_there(self, spot: Spot) -> bool:
        if spot.message >= len(self._views):
            return False
        ranges = self._of(self._views[spot.message]).by_block.get((spot.section, spot.block), ())
        return spot.place < len(ranges)

    # -- going there

    def _first_in_sight(self) -> Spot:
        return Spot(next((index for index, _, _ in self._transcript.stack.visible()), 0), 0, 0, 0)

    def _go_to(self, spot: Spot) -> None:
        self.current = spot
        view = self._views[spot.message]
        start = self._of(view).by_block[spot.section, spot.block][spot.place][0]
        self._transcript.reveal(view, spot.section, spot.block, start)
        self._repaint()
        self.changed.emit()

    def _repaint(self) -> None:
        self._transcript.viewport().update()


def _blocks_of(view: MessageView) -> Iterator[tuple[BlockKey, Block]]:
    """What is parsed of a message, also what is folded."""
    for section, text in enumerate((view.thought, view.answer)):
        for number, block_view in enumerate(text.views):
            yield (section, number), block_view.block
