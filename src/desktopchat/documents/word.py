"""Reads DOCX: paragraphs, tables, text boxes, notes and comments in the order in which they are read."""

from collections.abc import Iterable, Iterator

from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.numbering import Numbering, list_of
from desktopchat.documents.packages import Package, related
from desktopchat.documents.tables import Cell, Piece, write_table
from desktopchat.documents.word_styles import PLAIN, Look, Styles, is_shaded, look_of
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, attribute, child, children, descendants, local, number, value

_TRANSPARENT = {"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "dir", "bdo", "customXml"}
_GONE = {"del", "moveFrom"}
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_SECTION_LEVELS = 3
"""Headings down to this level begin a section of the text."""


def read(package: Package, into: Writer) -> None:
    """Writes the document. Raises `RefusedError` if it is damaged."""
    main = next((part for kind, part in related(package, "").values() if kind == "officeDocument"), "word/document.xml")
    parts = related(package, main)
    _Document(package, parts, into).read(main)


class _Document:
    def __init__(self, package: Package, parts: dict[str, tuple[str, str]], into: Writer) -> None:
        self._package = package
        self._parts = parts
        self._into = into
        self._styles = Styles(self._tree("styles"))
        self._numbering = Numbering.of(self._tree("numbering"))
        self._boxes: list[Element] = []

    def read(self, main: str) -> None:
        self._into.begin()
        self._blocks(child(self._package.xml(main), "body"), on_colour=False)
        self._notes("footnotes", "Footnotes")
        self._notes("endnotes", "Endnotes")
        self._margins()
        self._comments()

    def _tree(self, kind: str) -> Element | None:
        part = next((part for found, part in self._parts.values() if found == kind), "")
        return self._package.xml_if_there(part)

    def _blocks(self, node: Element | None, *, on_colour: bool) -> None:
        for block in _flat_blocks(node):
            if local(block) == "tbl":
                self._table(block, on_colour=on_colour)
            else:
                self._paragraph(block, on_colour=on_colour)

    def _paragraph(self, node: Element, *, on_colour: bool) -> None:
        self._into.watch_time()
        properties = child(node, "pPr")
        style = self._styles.style(value(properties, "pStyle"))
        outline = value(properties, "outlineLvl")
        level = number(outline, 9) + 1 if outline else style.heading
        pieces = self._numbered(node)
        pieces += self._pieces(node, on_colour=on_colour)
        heading = "".join(piece.text for piece in pieces).strip()
        if 1 <= level <= _SECTION_LEVELS and heading and not any(piece.hidden for piece in pieces):
            self._into.begin(heading)
        elif pieces:
            self._write(pieces)
            self._into.write("\n")
        self._write_boxes()

    def _numbered(self, node: Element) -> list[Piece]:
        properties = child(node, "pPr")
        found = list_of(properties) or self._styles.style(value(properties, "pStyle")).list
        text = self._numbering.next(*found) if found else ""
        return [Piece(text)] if text else []

    def _write(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._into.write(piece.text, hidden=piece.hidden)

    def _write_boxes(self) -> None:
        """Text boxes float: their text comes after the paragraph that they are anchored to."""
        while self._boxes:
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self._blocks(box, on_colour=True)

    def _table(self, node: Element, *, on_colour: bool) -> None:
        rows = list(children(node, "tr"))
        if all(len(list(children(row, "tc"))) == 1 for row in rows):  # a frame or a layout, no table
            for cell in descendants(node, "tc"):
                if cell.getparent().getparent() is node:
                    self._blocks(cell, on_colour=on_colour or is_shaded(child(cell, "tcPr")))
            return
        styled = bool(value(child(node, "tblPr"), "tblStyle"))
        write_table((self._row(row, on_colour=on_colour or styled) for row in rows), self._into)
        self._into.write("\n\n")
        self._write_boxes()

    def _row(self, row: Element, *, on_colour: bool) -> list[Cell]:
        cells: list[Cell] = []
        for cell in children(row, "tc"):
            properties = child(cell, "tcPr")
            cells.append(self._cell(cell, on_colour=on_colour or is_shaded(properties)))
            cells += [()] * min(number(value(properties, "gridSpan"), 1) - 1, 50)
        return cells

    def _cell(self, cell: Element, *, on_colour: bool) -> list[Piece]:
        pieces: list[Piece] = []
        for node in descendants(cell, "p"):
            if _is_in_box(node, cell):
                continue
            found = self._numbered(node) + self._pieces(node, on_colour=on_colour)
            if pieces and found:
                pieces.append(Piece(" "))
            pieces += found
        return pieces

    def _pieces(self, node: Element, *, on_colour: bool) -> list[Piece]:
        style = self._styles.style(value(child(node, "pPr"), "pStyle"))
        below = look_of(None, child(node, "pPr")).over(style.look)
        return [piece for piece in self._inline(node, below, on_colour=on_colour) if piece.text]

    def _inline(self, node: Element, below: Look, *, on_colour: bool) -> Iterator[Piece]:
        for part in node:
            name = local(part)
            if name == "r":
                yield from self._run(part, below, on_colour=on_colour)
            elif name in _TRANSPARENT:
                yield from self._inline(part, below, on_colour=on_colour)
            elif name in _GONE:
                self._into.note(NoteKind.DELETIONS)
            elif name in ("oMath", "oMathPara"):
                yield Piece("".join(text.text or "" for text in descendants(part, "t")))
            elif name == "AlternateContent":
                yield from self._inline(_choice(part), below, on_colour=on_colour)

    def _run(self, run: Element, below: Look, *, on_colour: bool) -> Iterator[Piece]:
        properties = child(run, "rPr")
        named = self._styles.style(value(properties, "rStyle")).look if properties is not None else PLAIN
        hidden = look_of(properties).over(named).over(below).is_hidden(on_colour=on_colour)
        for part in run:
            name = local(part)
            if name == "t":
                yield Piece(part.text or "", hidden)
            elif name in _MARKS:
                yield Piece(_MARKS[name])
            elif name in ("footnoteReference", "endnoteReference"):
                yield Piece(f"[^{attribute(part, 'id')}]")
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                self._boxes += _boxes_in(_choice(part) if name == "AlternateContent" else part)

    def _notes(self, kind: str, title: str) -> None:
        tree = self._tree(kind)
        notes = [note for note in tree if not attribute(note, "type")] if tree is not None else []
        for index, note in enumerate(notes):
            if index == 0:
                self._into.begin(title)
            self._into.write(f"[^{attribute(note, 'id')}] ")
            self._blocks(note, on_colour=False)

    def _margins(self) -> None:
        """Headers and footers, once each however many pages show them."""
        seen: set[str] = set()
        for kind, part in self._parts.values():
            tree = self._package.xml_if_there(part) if kind in ("header", "footer") else None
            text = "".join(node.text or "" for node in descendants(tree, "t")).strip()
            if text and text not in seen:
                if not seen:
                    self._into.begin("Headers and footers")
                seen.add(text)
                self._blocks(tree, on_colour=False)

    def _comments(self) -> None:
        tree = self._tree("comments")
        for index, comment in enumerate(children(tree, "comment")):
            if index == 0:
                self._into.begin("Comments")
            self._into.note(NoteKind.COMMENTS)
            author = attribute(comment, "author")
            self._into.write(f"{author}: " if author else "")
            self._blocks(comment, on_colour=False)


def _flat_blocks(node: Element | None) -> Iterator[Element]:
    """Paragraphs and tables, also those inside of content controls and tracked insertions."""
    for block in node if node is not None else ():
        name = local(block)
        if name in ("p", "tbl"):
            yield block
        elif name in _TRANSPARENT:
            yield from _flat_blocks(block)
        elif name == "AlternateContent":
            yield from _flat_blocks(_choice(block))


def _choice(node: Element) -> Element:
    """The better of the forms in which the same thing is stored."""
    found = child(node, "Choice")
    fallback = child(node, "Fallback")
    return found if found is not None else fallback if fallback is not None else node


def _boxes_in(node: Element) -> list[Element]:
    """The outermost text boxes in a drawing, without those that repeat others for older programs."""
    if local(node) == "txbxContent":
        return [node]
    inside = [_choice(part) if local(part) == "AlternateContent" else part for part in node if local(part)]
    return [box for part in inside for box in _boxes_in(part)]


def _is_in_box(node: Element, cell: Element) -> bool:
    for above in node.iterancestors():
        if above is cell:
            return False
        if local(above) == "txbxContent":
            return True
    return False
