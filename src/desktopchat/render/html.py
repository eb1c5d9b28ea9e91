"""Blocks as the small, safe subset of HTML that a rich text document understands: no images, no addresses but links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from desktopchat.render.content import Block, BlockKind, Span, Spans, Style

LONG_RUN = 120
BREAK = "\u200b"
"""Put into long unbroken runs so that they can be wrapped; for display only."""

_RUN = re.compile(rf"\S{{{LONG_RUN}}}")
_CELL_RUN = re.compile(r"\S{24}")
_ELEMENTS = ((Style.BOLD, "b"), (Style.ITALIC, "i"), (Style.STRIKE, "s"), (Style.NOTE, "sup"))


@dataclass(frozen=True, slots=True)
class HtmlStyle:
    """Colours as CSS ("#rrggbb") and the fonts' names. `line_height` is in percent."""

    link: str
    muted: str
    border: str
    code_background: str
    header_background: str
    code_family: str
    code_size: int
    line_height: int = 145


def to_html(block: Block, style: HtmlStyle) -> str:
    """What `block` itself shows; its markers, quotation bars and the frame of code are the view's."""
    match block.kind:
        case BlockKind.TABLE:
            return _table(block, style)
        case BlockKind.CODE:
            return f"<pre>{escape(block.code)}</pre>"
        case BlockKind.RULE:
            return ""
        case BlockKind.PLAIN:
            return _paragraph(_text(block.code), style)
        case _:
            return _paragraph("".join(_spans(block.spans, style, _RUN)), style)


def display_text(text: str) -> str:
    """`text` with break opportunities in long unbroken runs. `copied_text` takes them out again."""
    return _RUN.sub(_with_break, text)


def copied_text(text: str) -> str:
    """What was on the screen, as it goes to the clipboard: Qt's separators and our break opportunities undone."""
    return text.replace(BREAK, "").replace("\u2029", "\n").replace("\u2028", "\n").replace("\u00a0", " ")


def _paragraph(inside: str, style: HtmlStyle) -> str:
    return f'<p style="margin:0; line-height:{style.line_height}%; white-space:pre-wrap">{inside}</p>'


def _spans(spans: Spans, style: HtmlStyle, run: re.Pattern[str]) -> Iterator[str]:
    for span in spans:
        yield _dressed(span, _text(span.text, run), style)


def _text(text: str, run: re.Pattern[str] = _RUN) -> str:
    return escape(run.sub(_with_break, text)).replace("\n", "<br>")


def _with_break(found: re.Match[str]) -> str:
    return found.group() + BREAK


def _dressed(span: Span, text: str, style: HtmlStyle) -> str:
    """`text` inside the elements that `span` asks for."""
    if span.style & Style.CODE:
        text = f'<span style="{_code_css(style)}">{text}</span>'
    if span.style & Style.FORMULA:
        text = f'<span style="{_font_css(style)}">{text}</span>'
    if span.style & Style.IMAGE:
        text = f'<span style="color:{style.muted}">[{text}]</span>'
    for flag, element in _ELEMENTS:
        if span.style & flag:
            text = f"<{element}>{text}</{element}>"
    if span.href:
        text = f'<a href="{escape(span.href)}" style="color:{style.link}; text-decoration:none">{text}</a>'
    return text


def _code_css(style: HtmlStyle) -> str:
    return f"{_font_css(style)}; background-color:{style.code_background}"


def _font_css(style: HtmlStyle) -> str:
    return f"font-family:{style.code_family}; font-size:{style.code_size}px"


def _table(block: Block, style: HtmlStyle) -> str:
    rows = "".join(_row(block, i, style) for i in range(len(block.rows)))
    return (
        f'<table border="1" style="border-style:solid; border-color:{style.border}; border-collapse:collapse" '
        f'cellpadding="6" cellspacing="0">{rows}</table>'
    )


def _row(block: Block, number: int, style: HtmlStyle) -> str:
    is_header = number == 0 and block.has_header
    background = f' bgcolor="{style.header_background}"' if is_header else ""
    cells = "".join(_cell(spans, align, style, is_header) for spans, align in _aligned(block, number))
    return f"<tr{background}>{cells}</tr>"


def _aligned(block: Block, number: int) -> Iterator[tuple[Spans, str]]:
    for column, spans in enumerate(block.rows[number]):
        yield spans, block.aligns[column] if column < len(block.aligns) else ""


def _cell(spans: Spans, align: str, style: HtmlStyle, is_header: bool) -> str:
    inside = "".join(_spans(spans, style, _CELL_RUN))
    text = f"<b>{inside}</b>" if is_header else inside
    return f'<td align="{align or "left"}">{text}</td>'
