"""An excerpt as Markdown: whole blocks as they were written, parts of blocks written anew."""

from collections.abc import Sequence

from desktopchat.render.content import Block, BlockKind, Container, Item, Span, Spans, Style, plain, with_markers
from desktopchat.render.excerpt import Excerpt

_MARKERS = {"•": "-", "◦": "-", "▪": "-", "\N{BALLOT BOX}": "- [ ]", "\N{BALLOT BOX WITH CHECK}": "- [x]"}


def markdown(found: Excerpt) -> str:
    """The Markdown of an excerpt. That of a whole text is its source to the letter."""
    if not found.blocks:
        return ""
    if not found.parts and _is_everything(found):
        return found.source
    pieces: list[str] = []
    last: tuple[int, int] | None = None
    for number, block in enumerate(found.blocks):
        place = (block.start, block.end)
        if number not in found.parts and found.source and block.end > block.start:
            if place == last:  # a further slice of what is written already
                continue
            text, last = _lines(found.source, *place), place
        else:
            text = _marked(block, _written(block), first=number == 0)
        if pieces:
            pieces.append("\n\n" if block.spaced and not block.continues else "\n")
        pieces.append(text)
    return "".join(pieces)


def _is_everything(found: Excerpt) -> bool:
    if not found.source:
        return False
    before, after = found.source[: found.blocks[0].start], found.source[found.blocks[-1].end :]
    return not before.strip() and not after.strip()


def _lines(source: str, start: int, end: int) -> str:
    """A range of the source from the beginning of its line: markers of lists stand before a block."""
    return source[source.rfind("\n", 0, start) + 1 : end].rstrip("\n")


def _marked(block: Block, text: str, *, first: bool) -> str:
    """`text` behind the markers of the lists and quotations it stands in; the rest of a first item has none."""
    marked: list[Container] = []
    for container in block.within:
        if not isinstance(container, Item):
            marked.append(container)
        elif container.opens or not first:
            marked.append(Item(_MARKERS.get(container.marker, container.marker), container.opens))
    return with_markers(Block(block.kind, within=tuple(marked)), text)


def _written(block: Block) -> str:
    match block.kind:
        case BlockKind.CODE:
            fence = "`" * max(3, _longest_run(block.code) + 1)
            return f"{fence}{block.language}\n{block.code}\n{fence}"
        case BlockKind.TABLE:
            return _table(block)
        case BlockKind.HEADING:
            return f"{'#' * block.level} {_spans(block.spans)}"
        case BlockKind.RULE:
            return "---"
        case BlockKind.PLAIN:
            return plain(block)
        case _:
            return _spans(block.spans)


def _table(block: Block) -> str:
    columns = max((len(row) for row in block.rows), default=0)
    rows: list[Sequence[Spans]] = list(block.rows)
    if not block.has_header:
        rows.insert(0, ((),) * columns)
    lines = ["| " + " | ".join(_spans(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * columns)
    return "\n".join(lines)


def _spans(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = span.text
    inside = text.strip()
    if not inside:
        return text
    if span.style & Style.CODE:
        ticks = "`" * (_longest_run(inside) + 1)
        inside = f"{ticks}{inside}{ticks}"
    if span.style & Style.NOTE:
        inside = inside.replace("[", "[^")
    for flag, mark in ((Style.BOLD, "**"), (Style.ITALIC, "*"), (Style.STRIKE, "~~")):
        if span.style & flag:
            inside = f"{mark}{inside}{mark}"
    if span.href and span.href != text:
        inside = f"[{inside}]({span.href})"
    before = text[: len(text) - len(text.lstrip())]
    return before + inside + text[len(text.rstrip()) :]


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
