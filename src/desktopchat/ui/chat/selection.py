"""What is selected, from a place in one message to a place in another, and its text. Positions only, no painting."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from desktopchat.render.content import Block, Quote, plain, plain_blocks
from desktopchat.render.excerpt import Excerpt, excerpt, plain_text, whole
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.messageview import MessageView

_FAR = 1 << 40
MOST_PARSED = 300_000
"""More unseen text than this is copied as its source: parsing it would hold the window up."""


class Place(NamedTuple):
    """A position in the text of a message; they compare in reading order. Section 0 is reasoning, 1 the answer."""

    message: int
    section: int
    block: int
    position: int


END = Place(_FAR, 1, _FAR, _FAR)
START = Place(0, 0, 0, 0)


class Selection:
    """Two ends. It stays valid while text is added below, since blocks keep their numbers."""

    def __init__(self) -> None:
        self.anchor: Place | None = None
        self.cursor: Place | None = None

    @property
    def is_empty(self) -> bool:
        return self.anchor is None or self.cursor is None or self.anchor == self.cursor

    def clear(self) -> None:
        self.anchor = self.cursor = None

    def select(self, anchor: Place, cursor: Place) -> None:
        self.anchor, self.cursor = anchor, cursor

    def move_down(self, count: int) -> None:
        """So many messages have come above all others; what is selected of everything still is."""
        if self.anchor is not None and self.cursor is not None:
            moved = [
                p if p in (START, END) else p._replace(message=p.message + count) for p in (self.anchor, self.cursor)
            ]
            self.anchor, self.cursor = moved

    def range(self) -> tuple[Place, Place]:
        if self.anchor is None or self.cursor is None:
            return START, START
        return min(self.anchor, self.cursor), max(self.anchor, self.cursor)

    def within(self, message: int, section: int, block: int) -> tuple[int, int] | None:
        """The selected positions of a block; None if nothing of it is."""
        if self.is_empty:
            return None
        first, last = self.range()
        here = (message, section, block)
        if here < first[:3] or here > last[:3]:
            return None
        start = first.position if here == first[:3] else 0
        end = last.position if here == last[:3] else _FAR
        return (start, end) if start < end else None

    def excerpts(self, views: list[MessageView]) -> list[Excerpt]:
        """What is selected of each message, in order. Messages that are not shown are parsed for it."""
        if self.is_empty:
            return []
        first, last = self.range()
        chosen = range(first.message, min(last.message, len(views) - 1) + 1)
        unseen = sum(len(_source(views[i])) for i in chosen if not views[i].is_built)
        found = (self._of_message(i, views[i], parse=unseen <= MOST_PARSED) for i in chosen)
        return [part for part in found if part.blocks]

    def text(self, views: list[MessageView]) -> str:
        """The selected text as one sees it."""
        return "\n\n".join(text for part in self.excerpts(views) if (text := plain_text(part)))

    def _of_message(self, index: int, view: MessageView, *, parse: bool) -> Excerpt:
        first, last = self.range()
        if first <= Place(index, 0, 0, 0) and last.message > index:
            return shown(view, parse=parse)
        pieces: list[tuple[Block, int, int]] = []
        sections: set[int] = set()
        for section, number, block in _blocks(view):
            if (found := self.within(index, section, number)) is not None:
                pieces.append((block, *found))
                sections.add(section)
        source = "" if 0 in sections else _source(view)
        return excerpt(pieces, source)


def shown(view: MessageView, *, parse: bool = True) -> Excerpt:
    """The whole text of a message, with open thoughts; its source where `parse` is False."""
    if view.is_user or not parse:
        return whole(plain_blocks(_source(view)), _source(view))
    if view.is_built and view.answer.is_busy:
        return whole(parse_markdown(_source(view)), _source(view))
    found = list(_blocks(view))
    return whole([block for _, _, block in found], "" if any(s == 0 for s, _, _ in found) else _source(view))


def shown_text(view: MessageView, *, parse: bool = True) -> str:
    """The whole answer or question as one sees it, without thoughts; its source where `parse` is False."""
    if view.is_user or not parse:
        return _source(view)
    return plain_text(whole([block for section, _, block in _blocks(view, everything=True) if section], ""))


def _source(view: MessageView) -> str:
    """What was said. A view that is far makes nothing for it."""
    return view.answer.source if view.is_built or view.is_streaming else view.message.text


def matches(view: BlockView, terms: list[str]) -> Iterator[tuple[int, int]]:
    """Where any of the `terms` stands in a block, whatever its case."""
    text = plain(view.block)
    for term in terms:
        for found in re.finditer(re.escape(term), text, re.IGNORECASE) if term else ():
            yield found.span()


def _blocks(view: MessageView, *, everything: bool = False) -> Iterator[tuple[int, int, Block]]:
    """Section, number and content of the blocks that are shown, or would be, were the message near."""
    if view.is_built and not (everything and view.answer.is_busy):
        for section, number, block_view in view.blocks_in_order():
            yield section, number, block_view.block
        return
    if view.is_open:
        for number, block in enumerate(parse_markdown(view.message.reasoning)):
            yield 0, number, replace(block, within=(Quote(number == 0), *block.within))
    text = _source(view)
    for number, block in enumerate(plain_blocks(text) if view.is_user else parse_markdown(text)):
        yield 1, number, block


def parse_markdown(text: str) -> list[Block]:
    from desktopchat.render.blocks import parse

    return parse(text)
