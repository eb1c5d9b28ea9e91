"""What a message is made of once its Markdown is understood: blocks of spans. Values only, no Markdown and no Qt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntFlag, StrEnum

SLICE_CHARS = 6_000
"""Text longer than this is laid out in slices: Qt's cost for one paragraph is quadratic in unbroken text."""
SLICE_LINES = 200


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    TABLE = "table"
    RULE = "rule"
    PLAIN = "plain"
    """Source shown as it is: user input, or what the parser could not show without losing words."""


class Style(IntFlag):
    NONE = 0
    BOLD = 1
    ITALIC = 2
    STRIKE = 4
    CODE = 8
    IMAGE = 16
    """Stands for an image that is not loaded: its description and its host."""
    FORMULA = 32
    """The source of a formula with the signs around it: a run of its own."""
    NOTE = 64
    """The mark of a footnote, in the text or before what the note says."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. A line break is "\\n"; `href` is empty or an allowed address."""

    text: str
    style: Style = Style.NONE
    href: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The block stands in a quotation; `opens` where it is the first block there."""

    opens: bool


@dataclass(frozen=True, slots=True)
class Item:
    """The block stands in a list item with this marker ("•", "3."), shown where the item `opens`."""

    marker: str
    opens: bool


Container = Quote | Item
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf of the text: what is laid out as one.

    `within` tells the containers from the outside in. `spaced` is False where the block follows the one before
    closely (tight lists); `continues` marks a further slice of something long that was cut for speed: it follows
    without a gap. `start` and `end` are the range in the source, in characters.
    """

    kind: BlockKind
    spans: Spans = ()
    level: int = 0
    code: str = ""
    language: str = ""
    rows: tuple[tuple[Spans, ...], ...] = ()
    aligns: tuple[str, ...] = ()
    has_header: bool = False
    within: tuple[Container, ...] = ()
    spaced: bool = True
    continues: bool = False
    start: int = 0
    end: int = 0


def text_of(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def plain(block: Block) -> str:
    """The block's own text as one sees it, without markers of lists and quotations."""
    match block.kind:
        case BlockKind.CODE | BlockKind.PLAIN:
            return block.code
        case BlockKind.TABLE:
            return "\n".join("\t".join(text_of(cell) for cell in row) for row in block.rows)
        case BlockKind.RULE:
            return "———"
        case _:
            return text_of(block.spans)


def plain_text(blocks: Sequence[Block]) -> str:
    """The text of several blocks as one sees it: list markers, indents, an empty line where there is a gap."""
    pieces: list[str] = []
    for block in blocks:
        if pieces:
            pieces.append("\n\n" if block.spaced and not block.continues else "\n")
        pieces.append(with_markers(block, plain(block)))
    return "".join(pieces)


def with_markers(block: Block, text: str) -> str:
    """`text` of `block` behind its list marker and indents."""
    first, rest = "", ""
    for container in block.within:
        if isinstance(container, Quote):
            first, rest = first + "> ", rest + "> "
        else:
            width = len(container.marker) + 1
            first += f"{container.marker} " if container.opens else " " * width
            rest += " " * width
    return first + text.replace("\n", "\n" + rest) if first else text


def plain_blocks(text: str, *, start: int = 0, end: int | None = None) -> list[Block]:
    """`text` as it is, in slices."""
    blocks: list[Block] = []
    at = start
    for piece in slices(text):
        length = len(piece)
        blocks.append(
            Block(BlockKind.PLAIN, code=piece.removesuffix("\n"), continues=bool(blocks), start=at, end=at + length)
        )
        at += length
    if blocks and end is not None:
        blocks[-1] = replace(blocks[-1], end=end)
    return blocks


def slices(text: str, limit: int = SLICE_CHARS, lines: int = SLICE_LINES) -> Iterator[str]:
    """Cuts at a line end, else at a blank, else anywhere; where the first cuts fall does not depend on what follows.

    A slice has at most `limit` characters and `lines` lines.
    """
    at = 0
    while len(text) - at > limit or text.count("\n", at, at + limit) > lines:
        end = _cut(text, at, limit, lines)
        yield text[at:end]
        at = end
    if at < len(text) or not text:
        yield text[at:]


def _cut(text: str, at: int, limit: int, lines: int) -> int:
    end = at
    for _ in range(lines):
        found = text.find("\n", end, at + limit)
        if found < 0:
            break
        end = found + 1
    else:
        return end
    if end - at > limit // 2:
        return end
    blank = text.rfind(" ", at + limit // 2, at + limit)
    return blank + 1 if blank > 0 else at + limit
