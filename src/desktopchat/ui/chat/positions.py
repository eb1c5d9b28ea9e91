"""Where the characters of a block's own text stand in the document that shows it, and back.

Everybody outside counts in the block's own text (`render.content.plain`): what is selected, found, read out. Only the
document counts otherwise: in UTF-16, with break opportunities, with one place for a drawn formula.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from desktopchat.render.html import BREAK

OBJECT = "\ufffc"
"""A drawn formula in the document."""

_CELL, _TABLE_END = "\ufdd0", "\ufdd1"
_SPECIAL = re.compile(f"[{BREAK}{OBJECT}{_CELL}{_TABLE_END}\\[\\]]|[\U00010000-\U0010ffff]+")


class _Run(NamedTuple):
    """From here on, each character of the text takes `scale` places of the document; 0: all of them take one."""

    text: int
    document: int
    scale: int


class Positions:
    """Translates between the text and the document. Both ends are clamped."""

    __slots__ = ("_documents", "_length", "_runs", "_texts")

    def __init__(self, runs: list[_Run], length: int) -> None:
        self._runs, self._length = runs, length
        self._texts = [run.text for run in runs]
        self._documents = [run.document for run in runs]

    def in_document(self, position: int) -> int:
        position = min(max(0, position), self._length)
        run = self._runs[bisect_right(self._texts, position) - 1]
        return run.document + (position - run.text) * run.scale

    def in_text(self, position: int) -> int:
        index = max(0, bisect_right(self._documents, position) - 1)
        run = self._runs[index]
        inside = (position - run.document) // run.scale if run.scale else 0
        end = self._runs[index + 1].text if index + 1 < len(self._runs) else self._length
        return min(max(0, run.text + inside), end)


def aligned(shown: str, text: str, formulas: Iterable[str] = ()) -> Positions:
    """`shown` is the document's raw text, `text` the block's own, `formulas` the sources of those that are drawn, in
    their order."""
    return Positions(list(_runs(shown, text, iter(formulas))), len(text))


def _runs(shown: str, text: str, formulas: Iterator[str]) -> Iterator[_Run]:
    at_text = at_document = at_shown = 0
    yield _Run(0, 0, 1)
    for found in _SPECIAL.finditer(shown):
        if found.group() == _TABLE_END:  # nothing of the text stands behind it
            return
        before = found.start() - at_shown
        at_text, at_document, at_shown = at_text + before, at_document + before, found.end()
        piece = found.group()
        if ord(piece[0]) > 0xFFFF:
            yield _Run(at_text, at_document, 2)
            at_text, at_document = at_text + len(piece), at_document + 2 * len(piece)
        elif piece == OBJECT and text[at_text : at_text + 1] != OBJECT:
            yield _Run(at_text, at_document, 0)
            at_text, at_document = at_text + len(next(formulas, "")), at_document + 1
        else:
            at_text, at_document = at_text + _stands_for(piece, text, at_text), at_document + 1
        yield _Run(at_text, at_document, 1)


def _stands_for(piece: str, text: str, at: int) -> int:
    """How many characters of the text a sign of the document stands for: a cell's start for the tab before it."""
    if piece == _CELL:
        return 1 if at and text[at : at + 1] in ("\t", "\n") else 0
    return 1 if text[at : at + 1] == piece else 0
