"""Reads PPTX: each slide's title, text, tables and notes, in the order of the show."""

from collections.abc import Iterator

from desktopchat.documents.packages import Package, related
from desktopchat.documents.tables import Piece, write_table
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, attribute, child, children, descendants, local, number

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr", "sldImg")


def read(package: Package, into: Writer) -> None:
    """Writes the slides. Raises `RefusedError` if the file is damaged."""
    roots = related(package, "").values()
    main = next((part for kind, part in roots if kind == "officeDocument"), "ppt/presentation.xml")
    presentation = package.xml(main)
    parts = related(package, main)
    slides = [parts[attribute(node, "id")][1] for node in _references(presentation) if attribute(node, "id") in parts]
    size = child(presentation, "sldSz")
    width, height = number(attribute(size, "cx")), number(attribute(size, "cy"))
    into.pages = len(slides)
    for page, part in enumerate(slides[: into.limits.max_pages], 1):
        _Slide(package, part, (width, height), into).read(page)


def _references(presentation: Element) -> Iterator[Element]:
    """The list's entries, with the reference's id as their only `id`: the plain one is a number for something else."""
    for node in descendants(presentation, "sldId"):
        node.attrib.pop("id", None)
        yield node


class _Slide:
    def __init__(self, package: Package, part: str, size: tuple[int, int], into: Writer) -> None:
        self._package = package
        self._parts = related(package, part)
        self._tree = package.xml(part)
        self._size = size
        self._into = into

    def read(self, page: int) -> None:
        hidden = attribute(self._tree, "show") in ("0", "false")
        shapes = list(_shapes(child(child(self._tree, "cSld"), "spTree")))
        title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
        is_shown = title is not None and not hidden and not self._is_hidden(title)
        self._into.begin(_plain(title) if is_shown else "", page)
        for shape in shapes:
            if not (shape is title and is_shown) and _placeholder(shape) not in _FURNITURE:
                self._shape(shape, hidden=hidden or self._is_hidden(shape))
        self._notes(hidden=hidden)

    def _shape(self, shape: Element, *, hidden: bool) -> None:
        for table in descendants(shape, "tbl"):
            rows = ([[Piece(_plain(cell), hidden)] for cell in children(row, "tc")] for row in children(table, "tr"))
            write_table(rows, self._into)
            self._into.write("\n")
            return
        for text in (*children(shape, "txBody"), *self._diagram(shape)):
            self._paragraphs(text, hidden=hidden)

    def _paragraphs(self, text: Element, *, hidden: bool) -> None:
        for paragraph in descendants(text, "p"):
            indent = "  " * min(number(attribute(child(paragraph, "pPr"), "lvl")), 8)
            if line := _line(paragraph):
                self._into.write(f"{indent}{line}\n", hidden=hidden)

    def _diagram(self, shape: Element) -> list[Element]:
        """The texts of SmartArt, which are in a part of their own."""
        found = next(descendants(shape, "relIds"), None)
        kind, part = self._parts.get(attribute(found, "dm"), ("", ""))
        tree = self._package.xml_if_there(part) if kind == "diagramData" else None
        return list(descendants(tree, "t")) if tree is not None else []

    def _is_hidden(self, shape: Element) -> bool:
        """Whether the shape is switched off, or lies beside the slide."""
        properties = next(descendants(shape, "cNvPr"), None)
        if attribute(properties, "hidden") in ("1", "true"):
            return True
        place = next(descendants(shape, "xfrm"), None)
        offset, extent = child(place, "off"), child(place, "ext")
        if offset is None or extent is None or not all(self._size) or local(shape.getparent()) == "grpSp":
            return False
        x, y = number(attribute(offset, "x")), number(attribute(offset, "y"))
        right, bottom = x + number(attribute(extent, "cx")), y + number(attribute(extent, "cy"))
        return x >= self._size[0] or y >= self._size[1] or right <= 0 or bottom <= 0

    def _notes(self, *, hidden: bool) -> None:
        """What the speaker has before the eyes: people who get the file can read it."""
        part = next((part for kind, part in self._parts.values() if kind == "notesSlide"), "")
        tree = self._package.xml_if_there(part)
        shapes = [s for s in descendants(tree, "sp") if _placeholder(s) not in _FURNITURE and _plain(s)]
        for index, shape in enumerate(shapes):
            self._into.write("\nNotes:\n" if index == 0 else "")
            self._paragraphs(shape, hidden=hidden)


def _shapes(tree: Element | None) -> Iterator[Element]:
    """All shapes in their order, those in groups too."""
    for node in tree if tree is not None else ():
        name = local(node)
        if name in ("sp", "graphicFrame", "cxnSp"):
            yield node
        elif name == "grpSp":
            yield from _shapes(node)
        elif name == "AlternateContent":
            yield from _shapes(child(node, "Choice"))


def _placeholder(shape: Element) -> str:
    return attribute(next(descendants(shape, "ph"), None), "type")


def _plain(node: Element) -> str:
    return " ".join(line for paragraph in descendants(node, "p") if (line := _line(paragraph)))


def _line(paragraph: Element) -> str:
    """A paragraph's text; a line break in it is a line break."""
    pieces = []
    for node in paragraph.iter():
        if local(node) == "t":
            pieces.append(node.text or "")
        elif local(node) == "br":
            pieces.append("\n")
    return "".join(pieces).strip()
