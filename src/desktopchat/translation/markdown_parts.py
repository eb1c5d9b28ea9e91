"""Where in a Markdown file the words for readers are. Code, HTML, addresses and front matter are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from desktopchat.translation.segments import LONGEST, Cut, cut_at

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class _Part:
    """Words at a span of the source, without the marks in front of their lines; "\\n" where a break is meant."""

    span: tuple[int, int]
    text: str
    line_break: str = "\n"


def cut_markdown(text: str, longest: int = LONGEST, language: str = "") -> Cut:
    """The paragraphs, headings, list items and table cells of `text`; everything else stands between them."""
    parts = {part.span: part for part in _parts(text)}

    def flat(start: int, end: int) -> tuple[str, str]:
        whole = parts.get((start, end))
        if whole is not None:
            return whole.text, whole.line_break
        return " ".join(text[start:end].split()), "\n"  # one of several pieces of a long paragraph

    return cut_at(text, list(parts), longest, language, flat)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return parser.use(front_matter_plugin).use(footnote_plugin).use(dollarmath_plugin)


def _parts(text: str) -> Iterator[_Part]:
    starts = _line_starts(text)
    at = 0
    for token in _parser().parse(text):
        if token.type != "inline" or token.map is None or not token.content.strip():
            continue
        begin, end = starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)]
        part = _located(text, token, max(begin, at), end)
        if part is not None:
            at = part.span[1]
            if _has_words(token):
                yield part


def _located(text: str, token: Token, begin: int, end: int) -> _Part | None:
    """The place of an inline token's content; None where its lines are not there as they are (escaped table cells)."""
    spans: list[tuple[int, int]] = []
    at = begin
    for line in token.content.split("\n"):
        wanted = line.strip()
        if not wanted:
            continue
        found = text.find(wanted, at, end)
        if found < 0:
            return None
        at = found + len(wanted)
        spans.append((found, at))
    return _together(text, spans)


def _together(text: str, spans: list[tuple[int, int]]) -> _Part:
    said = text[slice(*spans[0])]
    line_break = "\n"
    for (_, before), (start, end) in pairwise(spans):
        gap, line = text[before:start], text[start:end]
        is_hard = gap.startswith("  ") or said.endswith("\\")
        if is_hard:
            said, line_break = f"{said}\n{line}", gap
        else:
            said = f"{said}{line}" if _joins(said, line) else f"{said} {line}"
    return _Part((spans[0][0], spans[-1][1]), said, line_break)


def _joins(said: str, line: str) -> bool:
    return "\u2e80" <= said[-1:] <= "\u9fff" and "\u2e80" <= line[:1] <= "\u9fff"


def _has_words(token: Token) -> bool:
    """Whether anything in it is read as text: a lone picture, formula or code span has nothing to translate."""
    children = token.children or []
    return any(
        (child.type == "text" and any(map(str.isalpha, child.content)))
        or (child.type == "image" and any(map(str.isalpha, child.content)))
        for child in children
    )


def _line_starts(text: str) -> list[int]:
    """Where lines begin as the parser counts them (it knows LF, CRLF and CR), and the end."""
    starts, at = [0], 0
    while at < len(text):
        width = 2 if text.startswith("\r\n", at) else 1
        if text[at] in "\r\n":
            starts.append(at + width)
        at += width if text[at] in "\r\n" else 1
    starts.append(len(text))
    return starts
