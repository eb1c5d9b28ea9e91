"""The configured Markdown parser: which syntax is understood, and which links are allowed. Imported on first use only.

CommonMark with tables, strikethrough, task lists, footnotes, bare http(s) links and formulas; HTML is text. Emphasis
works next to Chinese and Japanese punctuation (https://github.com/tats-u/markdown-cjk-friendly).
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from desktopchat.render import footnotes, formulas
from desktopchat.render.tasks import mark_tasks

MAX_NESTING = 200
"""The parser drops what is nested deeper; whoever calls it checks that no words are lost."""

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@cache
def parser() -> MarkdownIt:
    """The parser, made once."""
    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": False, "linkify": True})
    md.enable(["table", "strikethrough", "linkify"])
    md.disable(["html_block", "html_inline"])
    md.options["inline_definitions"] = True
    md.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})  # type: ignore[union-attr]
    md.validateLink = is_allowed  # type: ignore[method-assign]
    md.inline.ruler.at("emphasis", _emphasis)
    md.use(formulas.plugin)
    md.use(footnotes.plugin)
    return md


def is_allowed(url: str) -> bool:
    """Whether a link may be offered: http and https with a plain host, or mailto; nothing that hides where it leads."""
    if any(c in _BIDI or unicodedata.category(c) == "Cc" or c in "\\ " for c in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path and not parts.netloc
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def block_tokens(source: str, references: dict[str, dict[str, object]]) -> list[Token]:
    """The block structure of `source`; link definitions found in it are added to `references`."""
    md = parser()
    tokens: list[Token] = []
    md.block.parse(source, md, {"references": references}, tokens)
    mark_tasks(tokens)
    return tokens


def fill_inline(tokens: Sequence[Token], references: dict[str, dict[str, object]]) -> None:
    """Parses the text inside the blocks among `tokens`, in place."""
    md = parser()
    state = StateCore("", md, {"references": references})
    state.tokens = list(tokens)
    for name, rule in zip(md.core.ruler.get_active_rules(), md.core.ruler.getRules(""), strict=True):
        if name in ("normalize", "block") or (name == "linkify" and not _may_hold_addresses(tokens)):
            continue
        rule(state)


def _may_hold_addresses(tokens: Sequence[Token]) -> bool:
    """Whether there is anything to link. The rule's own look at each text costs a sixth of all parsing."""
    return any("//" in token.content or "mailto:" in token.content.lower() for token in tokens)


def inline_token(content: str, references: dict[str, dict[str, object]]) -> Token:
    """One parsed run of text."""
    token = Token("inline", "", 0, content=content, children=[])
    fill_inline([token], references)
    return token


def _emphasis(state: StateInline, silent: bool) -> bool:
    """markdown-it's own rule for * and _, but for the test of what stands beside them."""
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    can_open, can_close = _flanks(state, end, splits_words=marker == "*")
    length = end - state.pos
    for _ in range(length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(Delimiter(ord(marker), length, len(state.tokens) - 1, -1, can_open, can_close))
    state.pos = end
    return True


def _flanks(state: StateInline, end: int, *, splits_words: bool) -> tuple[bool, bool]:
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[end] if end < state.posMax else " "
    space_before, space_after = before.isspace(), after.isspace()
    mark_before, mark_after = _is_western_mark(before), _is_western_mark(after)
    left = not space_after and (not mark_after or space_before or mark_before or _is_cjk(before))
    right = not space_before and (not mark_before or space_after or mark_after or _is_cjk(after))
    if splits_words:
        return left, right
    any_before, any_after = _is_mark(before), _is_mark(after)
    return left and (not right or any_before), right and (not left or any_after)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _is_western_mark(char: str) -> bool:
    return _is_mark(char) and not _is_cjk(char)


def _is_cjk(char: str) -> bool:
    """Chinese, Japanese and Korean writing with its punctuation and full-width forms."""
    point = ord(char)
    return (
        0x1100 <= point <= 0x11FF
        or 0x2E80 <= point <= 0x9FFF
        or 0xA960 <= point <= 0xD7FF
        or 0xF900 <= point <= 0xFAFF
        or 0xFE30 <= point <= 0xFE6F
        or 0xFF00 <= point <= 0xFFEF
        or 0x1AFF0 <= point <= 0x1B2FF
        or 0x20000 <= point <= 0x3FFFF
    )
