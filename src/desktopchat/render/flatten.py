"""From parser tokens to blocks: containers become paths, what is too long becomes slices, and no word is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate

from markdown_it.token import Token

from desktopchat.render.content import (
    SLICE_CHARS,
    Block,
    BlockKind,
    Container,
    Item,
    Quote,
    Span,
    Spans,
    Style,
    plain_blocks,
    slices,
)
from desktopchat.render.markdown import fill_inline, inline_token
from desktopchat.render.spans import spans_of
from desktopchat.render.survival import loses_words

CODE_SLICE_CHARS = 4 * SLICE_CHARS
DENSE_SLICE_CHARS = 1_500
SLICE_ROWS = 100
MANY_BRACKETS = 150
MANY_UNCLOSED = 20
"""More opening brackets in one piece of text, or so many that nothing closes, are not links; the parser's cost grows
with their square and worse."""

References = dict[str, dict[str, object]]
_CONTAINERS = ("bullet_list_open", "ordered_list_open", "blockquote_open")


@dataclass(slots=True)
class Source:
    """The lines that tokens point into. `offset` is where the first line begins in the whole text."""

    lines: list[str]
    offset: int = 0
    blank_before: bool = True
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        at = self.offset
        self.starts = [at]
        for line in self.lines:
            at += len(line)
            self.starts.append(at)

    def position(self, line: int) -> int:
        return self.starts[min(line, len(self.starts) - 1)]

    def text(self, start: int, end: int) -> str:
        return "".join(self.lines[start:end])

    def is_blank_before(self, line: int) -> bool:
        """Whether an empty line (an empty line of a quotation counts) stands before `line`."""
        if line <= 0:
            return self.blank_before
        return not self.lines[line - 1].strip(" \t>\n")


@dataclass(slots=True)
class Level:
    """An open container while walking. A list has a `number` (None for bullets); an item and a quotation have not."""

    kind: str
    number: int | None = None
    marker: str = ""
    used: bool = False


@dataclass(slots=True)
class Resumed:
    """What the text was cut in (a list, a quotation, a table, a fence): the next block goes on with it."""

    kind: str
    number: int = 0


def flatten(
    tokens: Sequence[Token], source: Source, references: References, resumed: Resumed | None = None
) -> list[Block]:
    """The blocks of top-level `tokens` (not parsed inside yet). What the parser would drop is shown as plain source."""
    blocks: list[Block] = []
    for group in top_level(tokens):
        first, last = _range(group)
        first += _repeated_lines(resumed, group[0])
        try:
            fill_inline([t for t in group if t.type == "inline" and not _is_long(t)], references)
            found = list(_Walk(source, references, resumed).blocks(group))
            lost = group[0].type != "fence" and loses_words(source.text(first, last), found, group)
        except RecursionError:
            lost = True
        if lost:
            text = source.text(first, last).rstrip("\n")
            found = plain_blocks(text, start=source.position(first), end=source.position(last))
        blocks += found
        resumed = None
    return blocks


def _repeated_lines(resumed: Resumed | None, token: Token) -> int:
    """How many lines at the beginning only repeat what an earlier piece has shown."""
    if resumed is None or token.type not in ("table_open", "fence"):
        return 0
    return {"table": 2, "fence": 1}.get(resumed.kind, 0)


def _range(group: Sequence[Token]) -> tuple[int, int]:
    """The lines that `group` holds. A container may have been cut: its own range says too much."""
    inside = [token.map for token in group[1:] if token.map]
    if group[0].type not in _CONTAINERS or not inside:
        return (group[0].map[0], group[0].map[1]) if group[0].map else (0, 0)
    return min(lines[0] for lines in inside), max(lines[1] for lines in inside)


def top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens in groups: one group is one top-level block."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


class _Walk:
    """Goes once through the tokens of a top-level block."""

    def __init__(self, source: Source, references: References, resumed: Resumed | None) -> None:
        self._source = source
        self._references = references
        self._resumed = resumed
        self._levels: list[Level] = []
        self._mark: Spans = ()

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        i = 0
        while i < len(tokens):
            token = tokens[i]
            if token.type == "table_open":
                end = next(j for j in range(i, len(tokens)) if tokens[j].type == "table_close")
                yield from self._table(tokens[i : end + 1])
                i = end
            else:
                yield from self._one(token, tokens[i + 1] if i + 1 < len(tokens) else token)
            i += 1

    def _one(self, token: Token, following: Token) -> Iterator[Block]:
        match token.type:
            case "bullet_list_open" | "ordered_list_open" | "blockquote_open":
                self._levels.append(self._opened(token))
            case "list_item_open":
                self._levels.append(Level("item", marker=self._marker(token)))
            case "list_item_close":
                yield from self._empty_item(token)
                self._levels.pop()
            case "bullet_list_close" | "ordered_list_close" | "blockquote_close":
                self._levels.pop()
            case "paragraph_open" | "heading_open":
                yield from self._text(token, following)
            case "fence" | "code_block":
                yield from self._code(token)
            case "formula_block":
                yield from self._formula(token)
            case "footnote_open":
                yield from self._note(token, following)
            case "hr":
                yield self._block(BlockKind.RULE, token.map)
            case _:
                pass  # closings and definitions show nothing

    def _note(self, token: Token, following: Token) -> Iterator[Block]:
        """The mark stands before the first paragraph, or alone where there is none."""
        self._mark = (Span(f"[{token.content}] ", Style.NOTE),)
        if following.type != "paragraph_open":
            yield replace(self._block(BlockKind.PARAGRAPH, token.map), spans=self._mark)
            self._mark = ()

    def _opened(self, token: Token) -> Level:
        kind = token.type.removesuffix("_open")
        goes_on = self._goes_on(kind)
        if kind == "blockquote":
            return Level(kind, used=goes_on)
        if kind == "bullet_list":
            return Level(kind)
        if goes_on and self._resumed is not None:
            return Level(kind, number=self._resumed.number)
        start = token.attrGet("start")
        return Level(kind, number=1 if start is None else int(start))

    def _goes_on(self, kind: str) -> bool:
        return not self._levels and self._resumed is not None and self._resumed.kind == kind

    def _marker(self, item: Token) -> str:
        level, task = self._levels[-1], str(item.meta.get("task", ""))
        if level.number is None:
            if task:
                return task
            depth = sum(other.kind == "bullet_list" for other in self._levels)
            return "•◦▪"[min(depth, 3) - 1]
        level.number += 1
        return f"{level.number - 1}. {task}".rstrip()

    def _empty_item(self, token: Token) -> Iterator[Block]:
        if not self._levels[-1].used:
            yield self._block(BlockKind.PARAGRAPH, None)

    def _block(self, kind: BlockKind, lines: list[int] | None) -> Block:
        within: list[Container] = []
        in_list = False
        for level in self._levels:
            if level.kind == "blockquote":
                within.append(Quote(not level.used))
            elif level.kind == "item":
                in_list = True
                within.append(Item(level.marker, not level.used))
            level.used = True
        if lines is None:
            return Block(kind, within=tuple(within), spaced=False)
        spaced = not in_list or self._source.is_blank_before(lines[0])
        start, end = self._source.position(lines[0]), self._source.position(lines[1])
        return Block(kind, within=tuple(within), spaced=spaced, start=start, end=end)

    def _text(self, opening: Token, inline: Token) -> Iterator[Block]:
        kind = BlockKind.HEADING if opening.type == "heading_open" else BlockKind.PARAGRAPH
        level = int(opening.tag[1]) if kind is BlockKind.HEADING else 0
        goes_on = self._goes_on("paragraph")
        mark, self._mark = self._mark, ()
        if not _is_long(inline):
            block = self._block(kind, opening.map)
            yield replace(block, spans=mark + spans_of(inline), level=level, continues=goes_on)
            return
        limit = DENSE_SLICE_CHARS if _is_dense(inline.content) else SLICE_CHARS
        for number, piece in enumerate(slices(inline.content, limit)):
            block = self._block(kind, opening.map)
            spans = self._spans(piece.removesuffix("\n"))
            yield replace(block, spans=spans if number else mark + spans, level=level, continues=number > 0 or goes_on)

    def _spans(self, text: str) -> Spans:
        if _has_many_brackets(text):
            return (Span(text),)
        if "[" in text and self._references:
            return spans_of(inline_token(text, self._references))
        return _spans_alone(text)

    def _formula(self, token: Token) -> Iterator[Block]:
        for number, piece in enumerate(slices(token.content)):
            block = self._block(BlockKind.PARAGRAPH, token.map)
            yield replace(block, spans=(Span(piece.removesuffix("\n"), Style.FORMULA),), continues=number > 0)

    def _code(self, token: Token) -> Iterator[Block]:
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        goes_on = self._goes_on("fence")
        pieces = list(slices(token.content.removesuffix("\n"), CODE_SLICE_CHARS))
        lines = list(accumulate((piece.count("\n") for piece in pieces), initial=int(token.type == "fence")))
        lines[0] = int(goes_on)  # the opening line belongs to the first slice, or was shown with an earlier one
        for number, piece in enumerate(pieces):
            block = self._slice(BlockKind.CODE, token, lines[number], lines[number + 1], number == len(pieces) - 1)
            code, continues = piece.removesuffix("\n"), number > 0 or goes_on
            yield replace(block, code=code, language=language, continues=continues)

    def _slice(self, kind: BlockKind, token: Token, first: int, end: int, is_last: bool) -> Block:
        """A block for the lines from `first` to before `end`, counted from where `token` begins."""
        block = self._block(kind, token.map)
        if token.map is None:
            return block
        start, stop = self._source.position(token.map[0] + first), self._source.position(token.map[0] + end)
        return replace(block, start=start, end=block.end if is_last else stop)

    def _table(self, tokens: Sequence[Token]) -> Iterator[Block]:
        goes_on = self._goes_on("table")
        rows = list(_rows(tokens))[goes_on:]
        aligns = tuple(_align(t) for t in tokens if t.type == "th_open")
        for at in range(0, len(rows), SLICE_ROWS):
            first = at + 1 + goes_on if at or goes_on else 0  # below the header is a line that shows nothing
            is_last = at + SLICE_ROWS >= len(rows)
            yield replace(
                self._slice(BlockKind.TABLE, tokens[0], first, at + SLICE_ROWS + 1 + goes_on, is_last),
                rows=tuple(rows[at : at + SLICE_ROWS]),
                aligns=aligns,
                has_header=at == 0 and not goes_on,
                continues=at > 0 or goes_on,
            )


def _is_long(inline: Token) -> bool:
    """Whether the text is too much for one go."""
    length = len(inline.content)
    if length > SLICE_CHARS or _has_many_brackets(inline.content):
        return True
    return length > DENSE_SLICE_CHARS and _is_dense(inline.content)


@lru_cache(maxsize=40)
def _spans_alone(text: str) -> Spans:
    """A slice of a long text that no link definition can change: it is asked for again with each parse of the rest."""
    return spans_of(inline_token(text, {}))


def _has_many_brackets(text: str) -> bool:
    opening = text.count("[")
    return opening > MANY_BRACKETS or opening - text.count("]") > MANY_UNCLOSED


def _is_dense(text: str) -> bool:
    """Whether so much of the text is syntax that the parser, quadratic there, would take long."""
    signs = sum(map(text.count, "*_&`<")) + 8 * text.count("://")  # an address costs as much as several signs
    return _has_many_brackets(text) or signs > len(text) // 6


def _rows(tokens: Sequence[Token]) -> Iterator[tuple[Spans, ...]]:
    cells: list[Spans] = []
    for token in tokens:
        if token.type == "inline":
            cells.append(spans_of(token))
        elif token.type == "tr_close":
            yield tuple(cells)
            cells = []


def _align(token: Token) -> str:
    style = str(token.attrGet("style") or "")
    return style.removeprefix("text-align:")
