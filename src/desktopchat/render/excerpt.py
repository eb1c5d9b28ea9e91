"""A part of a text, cut out of its blocks: what a selection holds. Positions count in each block's own text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from desktopchat.render.content import Block, BlockKind, Container, Item, Span, Spans, plain, text_of, with_markers


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Blocks of one text; the first and the last may be parts. `is_cut` tells that the first lacks its beginning."""

    blocks: tuple[Block, ...]
    is_cut: bool = False
    source: str = ""
    """What the blocks' `start` and `end` count in."""
    parts: frozenset[int] = frozenset()
    """The numbers of the blocks that are not whole."""


def excerpt(pieces: Sequence[tuple[Block, int, int]], source: str) -> Excerpt:
    """Cuts each block from a position to another (both are clamped). A part of a single block leaves its list."""
    blocks = [cut(block, start, end) for block, start, end in pieces]
    parts = frozenset(i for i, (block, *_) in enumerate(pieces) if blocks[i] is not block)
    if len(blocks) == 1 and parts:
        blocks = [replace(blocks[0], within=())]
    return Excerpt(tuple(blocks), bool(pieces) and pieces[0][1] > 0, source, parts)


def whole(blocks: Sequence[Block], source: str) -> Excerpt:
    return Excerpt(tuple(blocks), source=source)


def plain_text(found: Excerpt) -> str:
    """As one sees it: list markers, indents, an empty line where there is a gap."""
    pieces: list[str] = []
    for number, block in enumerate(found.blocks):
        if number:
            pieces.append("\n\n" if block.spaced and not block.continues else "\n")
        is_rest = number == 0 and found.is_cut
        pieces.append(plain(block) if is_rest else with_markers(block, plain(block)))
    return "".join(pieces)


def cut(block: Block, start: int, end: int) -> Block:
    """`block` from `start` to `end` of its text; itself if that is all of it."""
    if start <= 0 and end >= len(plain(block)):
        return block
    start = max(0, start)
    if start:
        block = replace(block, within=tuple(_going_on(c) for c in block.within))
    match block.kind:
        case BlockKind.CODE | BlockKind.PLAIN:
            return replace(block, code=block.code[start:end])
        case BlockKind.TABLE:
            return _cut_table(block, start, end)
        case _:
            return replace(block, spans=tuple(_cut_spans(block.spans, start, end)))


def _going_on(container: Container) -> Container:
    return replace(container, opens=False) if isinstance(container, Item) else container


def _cut_spans(spans: Spans, start: int, end: int) -> Iterator[Span]:
    at = 0
    for span in spans:
        text = span.text[max(0, start - at) : max(0, end - at)]
        at += len(span.text)
        if text:
            yield replace(span, text=text)


def _cut_table(block: Block, start: int, end: int) -> Block:
    """The rows that are touched; a cell outside of the range is empty, so that columns stay columns. A part of one
    cell is text."""
    rows, at = [], 0
    for row in block.rows:
        cells, is_touched = [], False
        for cell in row:
            length = len(text_of(cell))
            is_touched = is_touched or (at < end and at + length > start)
            cells.append(tuple(_cut_spans(cell, start - at, end - at)))
            at += length + 1
        if is_touched:
            rows.append(tuple(cells))
    filled = [cell for row in rows for cell in row if cell]
    if len(filled) == 1:
        return replace(block, kind=BlockKind.PARAGRAPH, spans=filled[0], rows=(), aligns=(), has_header=False)
    if len(rows) == 1:
        columns = [i for i, cell in enumerate(rows[0]) if cell]
        rows = [tuple(rows[0][i] for i in columns)]
        block = replace(block, aligns=tuple(block.aligns[i] for i in columns if i < len(block.aligns)))
    return replace(block, rows=tuple(rows), has_header=block.has_header and rows[:1] == list(block.rows[:1]))
