"""Where formulas are in Markdown: `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]`. Their source is kept as it was written.

Nothing here draws a formula. Whether something is one is decided by what stands before its end and, for a block, by
its first line alone: so text that comes later never changes it. A price or a shell variable is not a formula.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

INLINE_CHARS = 1_000
"""A longer formula inside a line is taken for text: the search for its end must not cost the whole text each time."""

_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_TEX = re.compile(r"[\\^_{}=]")
_PROSE = re.compile(r"[^\W\d_]{2,}.*\s|\s.*[^\W\d_]{2,}|[\u2e80-\u9fff\uac00-\ud7af]")
_MOST_INDENT = 4


def plugin(md: MarkdownIt) -> None:
    """Makes `md` find formulas: tokens `formula_block` and `formula_inline`, whose content is the source."""
    interrupted: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("blockquote", "formula_block", _block, interrupted)
    md.inline.ruler.before("escape", "formula_inline", _inline)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines from `$$` or `\\[` to its counterpart, at most to an empty line or the end of the container."""
    if state.sCount[start] - state.blkIndent >= _MOST_INDENT:
        return False
    line = _line(state, start)
    closer = _CLOSERS.get(line[:2]) if line[:1] in "$\\" else None
    if closer is None or closer == "\\)" or not _opens_block(line[2:].rstrip(), closer):
        return False
    if silent:
        return True
    last, inside = start, line[2:]
    while closer not in inside and last + 1 < end and _goes_on(state, last + 1):
        last += 1
        inside = _line(state, last)
    token = state.push("formula_block", "", 0)
    token.content = state.getLines(start, last + 1, state.sCount[start], False).rstrip()
    token.map = [start, last + 1]
    state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _goes_on(state: StateBlock, line: int) -> bool:
    return not state.isEmpty(line) and state.sCount[line] >= state.blkIndent


def _opens_block(rest: str, closer: str) -> bool:
    """Whether a line can be the first of a formula; `rest` is what follows its opening."""
    inside, closed, after = rest.partition(closer)
    if closed:
        return not after and _is_formula(inside, closer)
    return not rest or closer == "$$" or _TEX.search(rest) is not None


def _inline(state: StateInline, silent: bool) -> bool:
    length = _length(state.src, state.pos, state.posMax)
    if not length:
        return False
    if not silent:
        state.push("formula_inline", "", 0).content = state.src[state.pos : state.pos + length]
    state.pos += length
    return True


def _length(text: str, at: int, most: int) -> int:
    """How long the formula is that begins at `at`; 0 if none does."""
    opener = text[at : at + 2]
    if closer := _CLOSERS.get(opener):
        end = text.find(closer, at + 2, min(most, at + INLINE_CHARS))
        return end + 2 - at if end > 0 and _is_formula(text[at + 2 : end], closer) else 0
    return _between_dollars(text, at, most) if opener[:1] == "$" else 0


def _between_dollars(text: str, at: int, most: int) -> int:
    """As pandoc reads it: no blank inside the dollars, no letter or digit outside of them."""
    end = _next_dollar(text, at + 1, min(most, at + INLINE_CHARS))
    if end <= at + 1 or _is_word(text[at - 1 : at]) or _is_word(text[end + 1 : min(end + 2, most)]):
        return 0
    inside = text[at + 1 : end]
    if inside != inside.strip() or "`" in inside or is_prose(inside):
        return 0
    return end + 1 - at


def _next_dollar(text: str, at: int, most: int) -> int:
    end = text.find("$", at, most)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("$", end + 1, most)
    return end


def _is_formula(inside: str, closer: str) -> bool:
    """`\\[1\\]` and `\\[sic\\]` are brackets that shall not be links; a formula there has blanks or signs."""
    if closer == "\\]" and not inside[:1].isspace() and _TEX.search(inside) is None:
        return False
    return bool(inside.strip()) and not is_prose(inside)


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "$")


def is_prose(inside: str) -> bool:
    """Whether it reads like words that only happen to stand between the signs of a formula."""
    return _TEX.search(inside) is None and _PROSE.search(inside) is not None
