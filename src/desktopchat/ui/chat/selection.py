"""What is selected, from a place in one message to a place in another, and its text. Positions only, no painting."""

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtGui import QTextCursor

from desktopchat.render.content import Block, plain_text
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

    def text(self, views: list[MessageView]) -> str:
        """The selected text as one sees it."""
        if self.is_empty:
            return ""
        first, last = self.range()
        chosen = range(first.message, min(last.message, len(views) - 1) + 1)
        unseen = sum(views[i].answer.length for i in chosen if not views[i].is_built)
        texts = (self._of_message(i, views[i], parse=unseen <= MOST_PARSED) for i in chosen)
        return "\n\n".join(text for text in texts if text)

    def _of_message(self, index: int, view: MessageView, *, parse: bool) -> str:
        if not view.is_built:
            return shown_text(view, parse=parse)
        pieces: list[str] = []
        for section, number, block_view in view.blocks_in_order():
            if (found := self.within(index, section, number)) is None:
                continue
            if pieces:
                pieces.append(_gap(block_view.block))
            pieces.append(block_view.text(found[0], None if found[1] >= _FAR else found[1]))
        return "".join(pieces)


def shown_text(view: MessageView, *, parse: bool = True) -> str:
    """The whole text of a message as one sees it; its source where `parse` is False."""
    if view.is_user or not parse:
        return view.answer.source
    if view.is_built and not view.answer.is_busy:
        return plain_text([block_view.block for block_view in view.answer.views])
    from desktopchat.render.blocks import parse as parse_markdown

    return plain_text(parse_markdown(view.answer.source))


def word_at(view: BlockView, position: int) -> tuple[int, int]:
    cursor = QTextCursor(view.document())
    cursor.setPosition(min(position, view.length()))
    cursor.select(QTextCursor.SelectionType.WordUnderCursor)
    return cursor.selectionStart(), cursor.selectionEnd()


def matches(view: BlockView, terms: list[str]) -> Iterator[tuple[int, int]]:
    """Where any of the folded `terms` stands in a block."""
    text = view.document().toPlainText().casefold()
    for term in terms:
        at = text.find(term)
        while at >= 0:
            yield at, at + len(term)
            at = text.find(term, at + len(term))


def _gap(block: Block) -> str:
    return "\n\n" if block.spaced and not block.continues else "\n"
