"""From what the parser found inside a piece of text to runs in one style each."""

from urllib.parse import urlsplit

from markdown_it.token import Token

from desktopchat.render.content import Span, Spans, Style

_STYLES = {"strong_open": Style.BOLD, "em_open": Style.ITALIC, "s_open": Style.STRIKE}
_CLOSING = {"strong_close": Style.BOLD, "em_close": Style.ITALIC, "s_close": Style.STRIKE}


def spans_of(inline: Token) -> Spans:
    """The runs of a parsed piece of text."""
    spans: list[Span] = []
    style, links = Style.NONE, [""]
    for token in inline.children or ():
        if opened := _STYLES.get(token.type):
            style |= opened
        elif closed := _CLOSING.get(token.type):
            style &= ~closed
        elif token.type == "link_open":
            links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            links.pop()
        else:
            _add(spans, _run(token, style, links[-1]))
    return tuple(spans)


def _run(token: Token, style: Style, href: str) -> Span:
    match token.type:
        case "code_inline":
            return Span(token.content, style | Style.CODE, href)
        case "formula_inline":
            return Span(token.content, style | Style.FORMULA, href)
        case "footnote_mark":
            return Span(f"[{token.content}]", style | Style.NOTE, href)
        case "softbreak" | "hardbreak":
            return Span("\n", style, href)
        case "image":
            address = str(token.attrGet("src") or "")
            description = " ".join(part for part in (_alt(token), str(token.attrGet("title") or "")) if part)
            host = urlsplit(address).hostname or address
            return Span(f"{description} ({host})".strip(), style | Style.IMAGE, href or address)
        case _:
            return Span(token.content, style, href)


def _alt(token: Token) -> str:
    return "".join(span.text for span in spans_of(token))


def _add(spans: list[Span], span: Span) -> None:
    if not span.text:
        return
    last = spans[-1] if spans else None
    is_own = bool(span.style & (Style.IMAGE | Style.FORMULA))
    if last is not None and last.style == span.style and last.href == span.href and not is_own:
        spans[-1] = Span(last.text + span.text, span.style, span.href)
    else:
        spans.append(span)
