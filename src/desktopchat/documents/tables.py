"""Tables as lines of Markdown. What is in the cells comes from the readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktopchat.documents.writing import Writer

MAX_COLUMNS = 200
"""A row of more cells loses the empty ones at its end anyway; this bounds files that declare thousands."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one kind; `hidden` if a reader of the file does not see it."""

    text: str
    hidden: bool = False


Cell = Sequence[Piece]


def write_table(rows: Iterable[Sequence[Cell]], into: Writer) -> None:
    """Writes the rows with a rule under the first, so that a model takes that for the head; no line end at the end."""
    for index, row in enumerate(rows):
        cells = row[:MAX_COLUMNS]
        into.write("\n|" if index else "|")
        for cell in cells:
            _write_cell(cell, into)
        if index == 0:
            into.write("\n|" + " --- |" * len(cells))


def _write_cell(cell: Cell, into: Writer) -> None:
    into.write(" ")
    for piece in cell:
        into.write(piece.text.replace("\r", " ").replace("\n", " ").replace("|", "\\|"), hidden=piece.hidden)
    into.write(" |")
