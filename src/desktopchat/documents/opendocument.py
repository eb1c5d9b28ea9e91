"""Reads ODT, ODP and ODS, what LibreOffice writes: text, slides and sheets in their order."""

from collections.abc import Callable, Iterator

from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.packages import Package
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.tables import Cell, Piece, write_table
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, attribute, child, children, descendants, local, number

_MAX_REPEATS = 1_000
"""Of a row with something in it; a file may say that there are a million."""
_MAX_GAP = 20
_GROUPS = {"section", "index-body", "table-of-content", "text-box", "g", "frame", "custom-shape", "list-header"}
_ROW_GROUPS = {"table-header-rows", "table-rows", "table-row-group"}


def read(package: Package, into: Writer) -> None:
    """Writes the document. Raises `RefusedError` if it is damaged or encrypted."""
    if next(descendants(package.xml_if_there("META-INF/manifest.xml"), "encryption-data"), None) is not None:
        raise RefusedError(Refusal.ENCRYPTED)
    tree = package.xml("content.xml")
    body = child(tree, "body")
    content = None if body is None else next(iter(body), None)
    if content is not None:
        _Reader(into, _hidden_styles(tree)).read(content)


def _hidden_styles(tree: Element) -> frozenset[str]:
    """Styles of text, tables and slides that are not shown."""
    return frozenset(
        attribute(style, "name")
        for style in descendants(tree, "style")
        if attribute(child(style, "text-properties"), "display") == "none"
        or attribute(child(style, "drawing-page-properties"), "visibility") == "hidden"
        or attribute(child(style, "table-properties"), "display") == "false"
    )


class _Reader:
    def __init__(self, into: Writer, hidden_styles: frozenset[str]) -> None:
        self._into = into
        self._hidden_styles = hidden_styles

    def read(self, content: Element) -> None:
        if local(content) == "presentation":
            self._pages(list(children(content, "page")), self._slide)
        elif local(content) == "spreadsheet":
            self._pages(list(children(content, "table")), self._sheet)
        else:
            self._into.begin()
            self._blocks(content, hidden=False)

    def _pages(self, pages: list[Element], read: Callable[[Element], None]) -> None:
        self._into.pages = len(pages)
        for page, node in enumerate(pages[: self._into.limits.max_pages], 1):
            self._into.begin(attribute(node, "name") if local(node) == "table" else "", page)
            read(node)

    def _slide(self, page: Element) -> None:
        self._blocks(page, hidden=self._is_hidden(page))
        for notes in children(page, "notes"):
            self._into.write("\nNotes:\n" if "".join(notes.itertext()).strip() else "")
            self._blocks(notes, hidden=False)

    def _sheet(self, table: Element) -> None:
        hidden = self._is_hidden(table)
        for row in _rows(table):
            cells = list(self._row(row, hidden=hidden))
            repeats = min(number(attribute(row, "number-rows-repeated"), 1), _MAX_REPEATS)
            while cells and not cells[-1]:
                cells.pop()
            for _ in range(repeats if cells else 0):
                for index, cell in enumerate(cells):
                    self._into.write("\t" if index else "")
                    self._write(cell)
                self._into.write("\n")
            self._into.watch_time()

    def _row(self, row: Element, *, hidden: bool) -> Iterator[Cell]:
        hidden = hidden or attribute(row, "visibility") in ("collapse", "filter")
        for cell in row:
            if local(cell) in ("table-cell", "covered-table-cell"):
                pieces = self._cell(cell, hidden=hidden)
                repeats = number(attribute(cell, "number-columns-repeated"), 1)
                yield from [pieces] * min(max(repeats, 1), _MAX_GAP)

    def _cell(self, cell: Element, *, hidden: bool) -> list[Piece]:
        pieces: list[Piece] = []
        for index, paragraph in enumerate(p for p in descendants(cell, "p") if not _is_aside(p, cell)):
            pieces += [Piece(" ")] if index else []
            pieces += [
                Piece(piece.text.replace("\t", " "), piece.hidden) for piece in self._inline(paragraph, hidden=hidden)
            ]
        return pieces

    def _blocks(self, content: Element, *, hidden: bool, bullet: str = "") -> None:
        for node in content:
            name = local(node)
            if name == "h" and number(attribute(node, "outline-level"), 1) <= 3 and not hidden:
                self._into.begin("".join(piece.text for piece in self._inline(node, hidden=False)))
            elif name in ("p", "h"):
                self._paragraph(node, bullet, hidden=hidden)
            elif name == "list":
                for item in children(node, "list-item"):
                    self._blocks(item, hidden=hidden, bullet=f"  {bullet}" if bullet else "- ")
            elif name == "table":
                write_table((list(self._row(row, hidden=hidden)) for row in _rows(node)), self._into)
                self._into.write("\n\n")
            elif name in _GROUPS:
                self._blocks(node, hidden=hidden or attribute(node, "display") == "none", bullet=bullet)
            elif name == "tracked-changes":
                self._into.note(NoteKind.DELETIONS, sum(1 for _ in descendants(node, "deletion")))

    def _paragraph(self, node: Element, bullet: str, *, hidden: bool) -> None:
        pieces = list(self._inline(node, hidden=hidden or self._is_hidden(node)))
        if any(piece.text.strip() for piece in pieces):
            self._into.write(bullet)
            self._write(pieces)
            self._into.write("\n")
        for box in (box for box in descendants(node, "text-box") if _outermost(box, node)):
            self._blocks(box, hidden=hidden)

    def _inline(self, node: Element, *, hidden: bool) -> Iterator[Piece]:
        """The text of a paragraph; boxes in it are blocks of their own."""
        yield Piece(node.text or "", hidden)
        for part in node:
            name = local(part)
            if name == "s":
                yield Piece(" " * min(number(attribute(part, "c"), 1), 100))
            elif name in ("tab", "line-break"):
                yield Piece("\t" if name == "tab" else "\n")
            elif name in ("note", "annotation"):
                self._into.note(NoteKind.COMMENTS, int(name == "annotation"))
                yield Piece(" [" + " ".join(" ".join(p.itertext()) for p in descendants(part, "p")) + "]", hidden)
            elif name not in ("frame", "custom-shape", "annotation-end", ""):
                yield from self._inline(part, hidden=hidden or self._is_hidden(part) or name == "hidden-text")
            yield Piece(part.tail or "", hidden)

    def _write(self, pieces: Cell) -> None:
        for piece in pieces:
            self._into.write(piece.text, hidden=piece.hidden)

    def _is_hidden(self, node: Element) -> bool:
        return attribute(node, "style-name") in self._hidden_styles


def _rows(table: Element) -> Iterator[Element]:
    """The rows, also those in groups."""
    for node in table:
        if local(node) == "table-row":
            yield node
        elif local(node) in _ROW_GROUPS:
            yield from _rows(node)


def _is_aside(paragraph: Element, cell: Element) -> bool:
    """Whether the paragraph is in a comment on the cell."""
    for above in paragraph.iterancestors():
        if above is cell:
            return False
        if local(above) == "annotation":
            return True
    return False


def _outermost(box: Element, paragraph: Element) -> bool:
    for above in box.iterancestors():
        if above is paragraph:
            return True
        if local(above) == "text-box":
            return False
    return False
