"""Blocks as HTML for other programs: real lists, tables, headings and code that word processors understand.

Nothing in it is active: no scripts, no pictures, no addresses but those of allowed links. Formulas stand as source.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from desktopchat.render.content import Block, BlockKind, Container, Item, Quote, Span, Spans, Style
from desktopchat.render.highlight import TokenClass, highlight

Palette = Mapping[TokenClass, str]
"""The colours (#rrggbb) of code."""

_MONO = "font-family:Consolas,Menlo,'DejaVu Sans Mono',monospace"
_PRE = f"{_MONO};background:#f4f6f8;padding:8px;white-space:pre-wrap"
_TABLE = "border-collapse:collapse;border:1px solid #b9c0ca"
_CELL = "border:1px solid #b9c0ca;padding:4px 8px;vertical-align:top"
_QUOTE = "margin:0 0 0 4px;padding-left:10px;border-left:3px solid #c4cad3"
FORMULA = '<span class="formula" style="white-space:pre-wrap">{}</span>'
"""The source of a formula to the letter; `page` puts pictures there."""
_BULLETS = ("•", "◦", "▪")
_ELEMENTS = ((Style.BOLD, "b"), (Style.ITALIC, "i"), (Style.STRIKE, "s"), (Style.NOTE, "sup"))


def rich_html(blocks: Sequence[Block], palette: Palette | None = None) -> str:
    """The blocks of one text, one after the other; slices of something long are put together again."""
    walk = _Walk()
    pieces: list[str] = []
    for run in _runs(blocks):
        pieces.append(walk.enter(run[0].within))
        pieces.append(_content(run, palette or {}, is_item=_begins_item(run[0])))
    pieces.append(walk.enter(()))
    return "".join(pieces)


def document(bodies: Sequence[str]) -> str:
    """A document of its own from several pieces of HTML."""
    inside = "\n".join(bodies)
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{inside}\n</body></html>'


class _Walk:
    """Opens and closes lists, items and quotations on the way from block to block."""

    def __init__(self) -> None:
        self._open: list[Container] = []
        self._closings: list[str] = []
        self._numbers: list[int] = []
        """The number of the current item of each open ordered list; 0 for others."""

    def enter(self, within: Sequence[Container]) -> str:
        """The tags between what is open and a block that stands in `within`."""
        depth = self._kept(within)
        if depth == len(within):
            return self._close(depth)
        found = within[depth]
        tags = ""
        if isinstance(found, Item) and self._goes_on(depth, found):
            tags = self._close(depth + 1) + f"</li>{_li(found)}"
            self._open[depth] = found
            self._numbers[depth] = _number(found)
            depth += 1
        tags += self._close(depth)
        return tags + "".join(self._enter(container) for container in within[depth:])

    def _kept(self, within: Sequence[Container]) -> int:
        """How many of the open containers hold the block, too."""
        depth = 0
        while depth < min(len(within), len(self._open)):
            found = within[depth]
            if found.opens or type(found) is not type(self._open[depth]):
                break
            depth += 1
        return depth

    def _goes_on(self, depth: int, item: Item) -> bool:
        """Whether `item` is the next one of the list that is open at `depth`."""
        if depth >= len(self._open) or not isinstance(self._open[depth], Item):
            return False
        before, number = self._numbers[depth], _number(item)
        return number == before + 1 if number and before else not number and not before

    def _enter(self, container: Container) -> str:
        self._open.append(container)
        number = _number(container)
        self._numbers.append(number)
        if isinstance(container, Quote):
            self._closings.append("</blockquote>")
            return f'<blockquote style="{_QUOTE}">'
        self._closings.append("</li></ol>" if number else "</li></ul>")
        start = f' start="{number}"' if number > 1 else ""
        return (f"<ol{start}>" if number else "<ul>") + _li(container)

    def _close(self, depth: int) -> str:
        tags = "".join(reversed(self._closings[depth:]))
        del self._open[depth:], self._closings[depth:], self._numbers[depth:]
        return tags


def _number(container: Container) -> int:
    """The number of an item of an ordered list, else 0."""
    digits = container.marker.removesuffix(".") if isinstance(container, Item) else ""
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _li(item: Item) -> str:
    is_usual = item.marker in _BULLETS or _number(item) or not item.opens
    return "<li>" if is_usual else f"<li>{escape(item.marker)} "


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Each block with the slices that go on with it."""
    run: list[Block] = []
    for block in blocks:
        if run and not (block.continues and block.kind is run[0].kind):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _content(run: Sequence[Block], palette: Palette, *, is_item: bool) -> str:
    block = run[0]
    match block.kind:
        case BlockKind.HEADING:
            return f"<h{block.level}>{_spans(block.spans)}</h{block.level}>"
        case BlockKind.CODE:
            code = "\n".join(part.code for part in run)
            return f'<pre style="{_PRE}"><code>{_coloured(code, block.language, palette)}</code></pre>'
        case BlockKind.TABLE:
            return _table(run)
        case BlockKind.RULE:
            return "<hr>"
        case BlockKind.PLAIN:
            inside = _text("\n".join(part.code for part in run))
        case _:
            inside = "".join(_spans(part.spans) for part in run)
    return inside if is_item else f"<p>{inside}</p>"


def _begins_item(block: Block) -> bool:
    """Whether it is the text of a list item itself: a paragraph there would tear tight lists apart."""
    last = block.within[-1] if block.within else None
    return isinstance(last, Item) and (last.opens or not block.spaced)


def _coloured(code: str, language: str, palette: Palette) -> str:
    pieces, at = [], 0
    for run in highlight(code, language) if palette else ():
        pieces.append(escape(code[at : run.start]))
        at = run.start + run.length
        pieces.append(f'<span style="color:{palette[run.kind]}">{escape(code[run.start : at])}</span>')
    return "".join(pieces) + escape(code[at:])


def _table(run: Sequence[Block]) -> str:
    rows = []
    for block in run:
        for number, row in enumerate(block.rows):
            element = "th" if number == 0 and block.has_header else "td"
            cells = (_cell(cell, element, block.aligns, column) for column, cell in enumerate(row))
            rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table border="1" cellspacing="0" cellpadding="4" style="{_TABLE}">{"".join(rows)}</table>'


def _cell(cell: Spans, element: str, aligns: Sequence[str], column: int) -> str:
    align = aligns[column] if column < len(aligns) and aligns[column] else "left"
    return f'<{element} style="{_CELL};text-align:{align}">{_spans(cell)}</{element}>'


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = _text(span.text)
    if span.style & Style.FORMULA:
        text = FORMULA.format(escape(span.text))
    if span.style & Style.CODE:
        text = f'<code style="{_MONO}">{text}</code>'
    if span.style & Style.IMAGE:
        text = f"[{text}]"
    for flag, element in _ELEMENTS:
        if span.style & flag:
            text = f"<{element}>{text}</{element}>"
    return f'<a href="{escape(span.href)}">{text}</a>' if span.href and not span.style & Style.IMAGE else text


def _text(text: str) -> str:
    """Escaped, with blanks that stay: a word processor joins several into one."""
    return escape(text).replace("  ", "&nbsp; ").replace("\t", "&emsp;").replace("\n", "<br>\n")
