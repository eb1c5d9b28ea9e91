"""Footnotes in Markdown: `[^name]` in the text, `[^name]: what it says` at the beginning of a line.

A note is shown where it is written. A mark without a note stays text; a note may come after its mark: it is kept
among the link definitions, under a key that no link can have.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_MARK = re.compile(r"\[\^([^\s\[\]]{1,80})\]")
_NOTE = re.compile(r"\[\^([^\s\[\]]{1,80})\]:")
_INDENT = 4


def plugin(md: MarkdownIt) -> None:
    """Makes `md` find footnotes: tokens `footnote_open`, `footnote_close` and `footnote_mark`."""
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    md.block.ruler.before("reference", "footnote", _block, interrupts)
    md.inline.ruler.before("link", "footnote_mark", _inline)


def reference_key(label: str) -> str:
    """What `label`, as it stands between brackets, is called among the definitions."""
    if label.startswith("^"):
        return f"note {normalizeReference(label[1:])}"
    return normalizeReference(label)


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A container that goes on with lines that are indented."""
    is_outside = not state.level or (silent and state.sCount[start] < state.blkIndent)
    if not is_outside or state.sCount[start] - state.blkIndent >= _INDENT:
        return False
    begin = state.bMarks[start] + state.tShift[start]
    found = _NOTE.match(state.src, begin, state.eMarks[start])
    if found is None or silent:
        return found is not None
    key = reference_key(f"^{found[1]}")
    state.env["references"].setdefault(key, {"href": "", "title": ""})
    opening = state.push("footnote_open", "", 1)
    opening.meta = {"id": key}
    opening.content = found[1]
    _parse_inside(state, start, end, found.end())
    state.push("footnote_close", "", -1)
    opening.map = [start, state.line]
    return True


def _parse_inside(state: StateBlock, start: int, end: int, after: int) -> None:
    """Parses what follows `after` and the indented lines below as if the mark were blanks."""
    kept = state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType
    text = state.src[after : state.eMarks[start]]
    blanks = len(text) - len(text.lstrip(" \t"))
    state.bMarks[start], state.tShift[start] = after, blanks
    state.sCount[start] = state.blkIndent + _INDENT  # more blanks after the mark make no code
    state.blkIndent += _INDENT
    state.parentType = "footnote"
    state.md.block.tokenize(state, start, end)
    state.blkIndent -= _INDENT
    state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType = kept


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos : state.pos + 2] != "[^":
        return False
    found = _MARK.match(state.src, state.pos, state.posMax)
    if found is None or reference_key(f"^{found[1]}") not in state.env.get("references", ()):
        return False
    if not silent:
        state.push("footnote_mark", "", 0).content = found[1]
    state.pos = found.end()
    return True
