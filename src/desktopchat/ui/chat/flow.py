"""Markdown on its way into block views: what has arrived, what of it is parsed, which views that changes."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from desktopchat.render.blocks import BlockStream, Change
from desktopchat.render.content import Block, Quote, plain_blocks
from desktopchat.ui.chat.blockview import BlockView, Tone


class Text:
    """The blocks of one text, which may still grow. `quoted` sets it apart as a quotation."""

    def __init__(self, tone: Tone, *, quoted: bool = False) -> None:
        self.views: list[BlockView] = []
        self.parsed = 0
        """Characters of the source that the views show."""
        self.length = 0
        self._pieces: list[str] = []
        self._waiting: deque[str] = deque()
        self._taken = 0
        """Characters of the first one that waits which are taken already."""
        self._tone, self._quoted = tone, quoted
        self._stream = BlockStream()
        self._closed = 0
        self._finished = False
        self.wants_end = False

    @property
    def source(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def is_busy(self) -> bool:
        return bool(self._waiting) or (self.wants_end and not self._finished)

    def add(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self._waiting.append(text)
            self.length += len(text)

    def parse(self, most: int) -> int:
        """Takes up to `most` waiting characters; returns the index of the first view that changed."""
        piece = self._take(most)
        self.parsed += len(piece)
        first = len(self.views)
        if piece:
            first = self._apply(self._stream.append(piece))
        if self.wants_end and not self._waiting and not self._finished:
            self._finished = True
            first = min(first, self._apply(self._stream.finish()))
        return first

    def _take(self, most: int) -> str:
        taken: list[str] = []
        while self._waiting and most > 0:
            piece = self._waiting[0][self._taken : self._taken + most]
            self._taken += len(piece)
            most -= len(piece)
            taken.append(piece)
            if self._taken >= len(self._waiting[0]):
                self._waiting.popleft()
                self._taken = 0
        return "".join(taken)

    def set_plain(self, text: str) -> None:
        """Shows `text` as it is."""
        self._pieces, self.length, self.parsed = [text], len(text), len(text)
        self._waiting, self._finished = deque(), True
        self._show(0, plain_blocks(text))

    def _apply(self, change: Change) -> int:
        blocks = [*change.closed, *change.tail]
        first = self._show(self._closed, blocks)
        self._closed += len(change.closed)
        for index, block in change.revised:
            self.views[index].change(self._dressed(block, index), self._before(index))
            first = min(first, index)
        return first

    def _show(self, start: int, blocks: Sequence[Block]) -> int:
        """Puts `blocks` in the place of everything from `start` on; views of equal blocks stay as they are."""
        first = start + len(blocks)
        for index, plain_block in enumerate(blocks, start):
            block, before = self._dressed(plain_block, index), self._before(index)
            if index >= len(self.views):
                self.views.append(BlockView(block, before, self._tone))
                first = min(first, index)
            elif self.views[index].block != block:
                self.views[index].change(block, before)
                first = min(first, index)
        for view in self.views[start + len(blocks) :]:
            view.release()
        del self.views[start + len(blocks) :]
        for index in range(max(0, start - 1), len(self.views)):
            following = self.views[index + 1].block if index + 1 < len(self.views) else None
            ends = following is None or not (following.continues and following.kind is self.views[index].block.kind)
            if not ends:
                self.views[index + 1].join(self.views[index])
            if ends is not self.views[index].ends:
                self.views[index].set_ends(ends)
                first = min(first, index)
        return first

    def _before(self, index: int) -> Block | None:
        return self.views[index - 1].block if index else None

    def _dressed(self, block: Block, index: int) -> Block:
        return replace(block, within=(Quote(index == 0), *block.within)) if self._quoted else block
