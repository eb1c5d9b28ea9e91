"""Markdown that arrives in pieces: blocks that are finished for good, and the open tail that may still change.

Only the tail is ever parsed again, so an answer costs the same per character at its end as at its start. A piece of
the source is closed where the next top-level block, list item or part of a quotation has begun; long code and tables
are closed in slices. Everything handed out equals what one parse of the whole text gives.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktopchat.render.content import Block, plain_blocks

if TYPE_CHECKING:
    from markdown_it.token import Token

    from desktopchat.render.cutting import Cut
    from desktopchat.render.flatten import References, Resumed, Source

EAGER_CHARS = 8_000
"""An open piece longer than this is parsed again only after it has grown by an eighth; until then what was added is
shown as it came. The sum of all parses stays proportional to the text."""

MOST_CHARS = 24_000
"""An open paragraph or quotation is cut here for good, a single list item at twice this: nothing may freeze."""

LINE_CHARS = 30
"""A line costs the parser as much as this many characters more, however short it is."""

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999}+)\]", re.DOTALL)
_UNCLEAR_LINE = re.compile(r"[ ]{0,3}(?:-{1,2}|=+|[+*]|\d{1,9}[.)]?|#{1,6}|[-+*]|`{1,2}|~{1,2}|\$|\\)?[ \t]*")


@dataclass(frozen=True, slots=True)
class Change:
    """What an append has done: blocks closed now, the blocks of the tail that replace the former ones, and closed
    blocks (by index) that look different since a link definition for them arrived."""

    closed: list[Block]
    tail: list[Block]
    revised: list[tuple[int, Block]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A closed range of source with bracketed words that may turn out to be links."""

    first: int
    count: int
    text: str
    offset: int
    blank_before: bool
    resumed: "Resumed | None"


class BlockStream:
    """Feed it with `append`, end it with `finish`."""

    def __init__(self) -> None:
        self._region = ""
        self._held = ""
        self._offset = 0
        self._prefix = ""
        """Lines put before the region where a table or code was cut: its header, its opening line."""
        self._resumed: Resumed | None = None
        self._blank_before = True
        self._references: References = {}
        self._waiting: dict[str, list[_Piece]] = {}
        self._count = 0
        self._parsed = 0
        self._parsed_weight = 0
        self._tail: list[Block] = []

    def append(self, text: str) -> Change:
        """Adds to the text."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        self._region += _normalised(text.removesuffix("\r"))
        if EAGER_CHARS < self._weight() < self._parsed_weight * 9 // 8:
            return Change([], [*self._tail, *self._unparsed()])
        return self._advance(at_end=False)

    def finish(self) -> Change:
        """The text is complete: everything that is open is closed."""
        self._region += "\n" if self._held else ""
        self._held = ""
        return self._advance(at_end=True)

    def _weight(self) -> int:
        """What a parse of the region costs, in characters."""
        return len(self._region) + LINE_CHARS * self._region.count("\n")

    def _unparsed(self) -> list[Block]:
        """What was added since the last parse, as it came."""
        rest = self._region[self._parsed :].rstrip("\n")
        blocks = plain_blocks(rest, start=self._offset + self._parsed) if rest else []
        return [replace(block, continues=True) for block in blocks]

    def _advance(self, *, at_end: bool) -> Change:
        from desktopchat.render.cutting import Cut, find_cut
        from desktopchat.render.flatten import Source, flatten
        from desktopchat.render.markdown import block_tokens

        text = self._prefix + self._region
        lines = _lines(text if at_end else _without_unclear_line(text))
        source = Source(lines, self._offset - len(self._prefix), self._blank_before)
        references = dict(self._references)
        tokens = block_tokens("".join(lines), references)
        complete = len(lines) - (not text.endswith("\n") and bool(lines) and not lines[-1].endswith("\n"))
        cut = Cut(len(lines), tokens, []) if at_end else find_cut(tokens, complete, self._resumed)
        if cut is None and not _is_code(tokens) and self._weight() > MOST_CHARS * (2 if _is_list(tokens) else 1):
            return self._close_by_force()
        if cut is None:
            self._tail = flatten(tokens, source, references, self._resumed)
            change = Change([], self._tail)
        else:
            change = self._close(cut, source, references)
        self._parsed, self._parsed_weight = len(self._region), self._weight()
        return change

    def _close_by_force(self) -> Change:
        from desktopchat.render.flatten import Resumed

        region = self._region
        at = region.rfind("\n") + 1 or region.rfind(" ") + 1 or len(region)
        self._region = region[:at]
        first = self._advance(at_end=True)
        self._region = region[at:]
        if first.closed and first.closed[-1].within:
            self._resumed = Resumed("blockquote")
        else:
            self._resumed = Resumed("paragraph")
        second = self._advance(at_end=False)
        return Change(first.closed + second.closed, second.tail, first.revised + second.revised)

    def _close(self, cut: "Cut", source: "Source", references: "References") -> Change:
        from desktopchat.render.flatten import flatten

        revised = self._define(cut.closed, references)
        piece = source.text(0, cut.line)
        blocks = flatten(cut.closed, source, self._references, self._resumed)
        open_slices: list[Block] = []
        if cut.slices is not None:
            last = _last_slices(blocks)
            blocks, open_slices = blocks[: last + cut.slices], blocks[last + cut.slices :]
        self._remember(piece, len(blocks))
        self._count += len(blocks)
        self._move_to(cut, source)
        self._tail = open_slices or flatten(cut.open, source, references, cut.resumed)
        return Change(blocks, self._tail, revised)

    def _move_to(self, cut: "Cut", source: "Source") -> None:
        self._blank_before = source.is_blank_before(cut.line)
        self._prefix = source.text(*cut.prefix)
        self._resumed = cut.resumed
        at = source.position(cut.line)
        self._region = self._region[at - self._offset :]
        self._offset = at

    def _define(self, tokens: "list[Token]", references: "References") -> list[tuple[int, Block]]:
        """Takes up the link definitions among closed `tokens`; returns the earlier blocks that have waited for them."""
        pieces: dict[int, _Piece] = {}
        for token in tokens:
            label = str(token.meta["id"]) if token.type in ("definition", "footnote_open") else ""
            if label and label not in self._references:
                self._references[label] = references[label]
                pieces.update({piece.first: piece for piece in self._waiting.pop(label, ())})
        return [found for piece in pieces.values() for found in self._again(piece)]

    def _again(self, piece: _Piece) -> list[tuple[int, Block]]:
        from desktopchat.render.flatten import Source, flatten
        from desktopchat.render.markdown import block_tokens

        source = Source(_lines(piece.text), piece.offset, piece.blank_before)
        tokens = block_tokens(piece.text, dict(self._references))
        blocks = flatten(tokens, source, self._references, piece.resumed)[: piece.count]
        return [
            (number, block)
            for number, block in enumerate(blocks, piece.first)
            if "[" in piece.text[block.start - piece.offset : block.end - piece.offset]
        ]

    def _remember(self, text: str, count: int) -> None:
        if "[" not in text:
            return
        from desktopchat.render.footnotes import reference_key

        offset = self._offset - len(self._prefix)
        piece = _Piece(self._count, count, text, offset, self._blank_before, self._resumed)
        for label in {
            reference_key(found) for found in _LABEL.findall(text, 0, text.rfind("]") + 1)
        } - self._references.keys():
            self._waiting.setdefault(label, []).append(piece)


def parse(text: str) -> list[Block]:
    """The blocks of a whole text."""
    stream = BlockStream()
    first = stream.append(text)
    last = stream.finish()
    blocks = [*first.closed, *last.closed]
    for index, block in (*first.revised, *last.revised):
        blocks[index] = block
    return blocks


def _is_code(tokens: "list[Token]") -> bool:
    """Whether it begins with code: that is closed in slices of its own, and costs the parser little."""
    return bool(tokens) and tokens[0].type == "fence"


def _is_list(tokens: "list[Token]") -> bool:
    return bool(tokens) and tokens[0].type in ("bullet_list_open", "ordered_list_open")


def _last_slices(blocks: list[Block]) -> int:
    """Where the slices of the last block begin."""
    at = len(blocks) - 1
    while at > 0 and blocks[at].continues and blocks[at].kind is blocks[-1].kind:
        at -= 1
    return at


def _normalised(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd")


def _lines(text: str) -> list[str]:
    """Lines with their ends. Not `splitlines`: it also cuts at other characters than line feeds."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _without_unclear_line(text: str) -> str:
    """Leaves out an incomplete last line that may become an underline, a list or a fence: it would only flicker."""
    at = text.rfind("\n") + 1
    return text[:at] if at < len(text) and _UNCLEAR_LINE.fullmatch(text, at) else text
