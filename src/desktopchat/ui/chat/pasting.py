"""Long text on its way into the editor: cut so that no line and no insertion holds the window up. Nothing is lost."""

import re
from collections.abc import Iterator

LINE_CHARS = 2_000
"""Qt lays out a line as a whole, at a cost that grows with the square of its length."""
PIECE_CHARS = 40_000

SOFT_BREAK = "\u2063\u2060\n"
"""Stands in the editor where a long line was cut; two invisible characters make sure that nobody has written it."""

_LONG_LINE = re.compile(r"[^\n]{%d}(?=[^\n])" % LINE_CHARS)  # noqa: UP031 - braces mean something here


def softened(text: str) -> str:
    """`text` with its long lines cut by soft breaks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\0", "")
    return _LONG_LINE.sub(_with_break, text) if len(text) > LINE_CHARS else text


def restored(text: str) -> str:
    """The text as it was before `softened`."""
    return text.replace(SOFT_BREAK, "")


def pieces(text: str) -> Iterator[str]:
    """`text` in parts of which each can be inserted within a frame or two, cut at line ends."""
    at = 0
    while at < len(text):
        end = at + PIECE_CHARS
        if end < len(text):
            end = text.rfind("\n", at, end) + 1 or end
        yield text[at:end]
        at = end


def _with_break(found: re.Match[str]) -> str:
    return found.group() + SOFT_BREAK
