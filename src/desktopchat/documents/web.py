"""Reads HTML: headings, paragraphs, lists and tables as lines of text; nothing is loaded, scripts are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktopchat.documents.encodings import Decoded, decoded
from desktopchat.documents.packages import parsed_xml
from desktopchat.documents.refusals import RefusedError
from desktopchat.documents.tables import Cell, Piece, write_table
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, local, number

_SKIPPED = {
    "script", "style", "template", "head", "noscript", "svg", "math", "object", "iframe", "audio", "video", "canvas",
    "select", "textarea", "button", "input", "map", "rp",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "hr",
    "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
}  # fmt: skip
_SECTIONS = ("h1", "h2", "h3")
_WIDE = {"p", "pre", "blockquote", "table", "ul", "ol", *_SECTIONS}
"""Blocks with an empty line around them."""
_CLOSE = "\0"
"""Stands for the end of a block among the texts to come; no text contains it."""
_charset = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})"""
    rb"""|<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9_.-]{2,40})""",
    re.IGNORECASE,
)
_hiding = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?=\s*(?:[;}!]|$))"
    r"|font-size\s*:\s*(?:0(?:\.\d+)?|1px|1pt)(?![\d.])|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)",
    re.IGNORECASE,
)
_background = re.compile(r"background(?:-color|-image)?\s*:", re.IGNORECASE)
_colour_only = re.compile(r"(?<![-\w])color\s*:", re.IGNORECASE)
_brace = re.compile(r"[{}]")
_simple = re.compile(r"[.#]?[A-Za-z][\w-]*")
_blank = re.compile(r"[ \t\n\r\f]+")


def decode_page(data: bytes, encoding: str | None) -> Decoded:
    """The page as text: in `encoding`, else as it says itself, else as its bytes suggest."""
    found = _charset.search(data[:4096])
    declared = (found[1] or found[2]).decode("ascii") if found else ""
    if declared.lower() in ("gb2312", "gbk"):
        declared = "gb18030"
    return decoded(data, encoding, declared=declared)


def read(text: str, into: Writer) -> None:
    """Writes the page."""
    tree = parsed_html(text)
    if tree is None:
        return
    title = next((node.text for node in tree.iter("title") if node.text), "")
    into.begin(title)
    body = next(tree.iter("body"), tree)
    _Page(into, _hidden_names(tree)).read(body)


def read_chapter(data: bytes, into: Writer) -> None:
    """Writes a page of XHTML out of a book, whose section is begun already. A bad one is read as HTML."""
    try:
        tree = parsed_xml(data)
    except RefusedError:
        tree = parsed_html(decode_page(data, None).text)
    if tree is not None:
        body = next((node for node in tree.iter() if local(node) == "body"), tree)
        _Page(into, _hidden_names(tree)).read(body)


def parsed_html(text: str) -> Element | None:
    """The root element; None where there is nothing in it."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # an empty page
        return None


@dataclass(slots=True)
class _Page:
    into: Writer
    hidden_names: frozenset[str]
    _at_line_start: bool = True
    _breaks: int = 0
    _space: bool = False
    _held: list[Piece] = field(default_factory=list)
    _items: dict[Element, int] = field(default_factory=dict)

    def read(self, body: Element) -> None:
        self._walk(body)
        self._flush()

    def _walk(self, body: Element) -> None:
        """Goes through the tree without recursion: pages may be nested more deeply than Python may call."""
        stack: list[tuple[Element | str, bool, bool]] = [(body, False, False)]
        while stack:
            node, hidden, preformatted = stack.pop()
            if isinstance(node, str) and node == _CLOSE:
                self._break(1)
            elif isinstance(node, str):
                self._text(node, hidden=hidden, preformatted=preformatted)
            elif (name := local(node)) and name not in _SKIPPED:
                hidden = hidden or self._is_hidden(node)
                if name == "table" and _is_data(node):
                    self._table(node, hidden=hidden)
                else:
                    self._open(name, node, hidden=hidden)
                    inside = preformatted or name == "pre"
                    stack += [(part, hidden, inside) for part in reversed(_contents(node, name))]

    def _open(self, name: str, node: Element, *, hidden: bool) -> None:
        if name == "br":
            self._put("\n", hidden=hidden)
            self._at_line_start = True
        elif name in _BLOCKS:
            self._break(2 if name in _WIDE else 1)
        if name in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self._heading(name, node, hidden=hidden)
        elif name == "li":
            self._put(self._bullet(node), hidden=hidden)

    def _bullet(self, item: Element) -> str:
        around = item.getparent()
        if local(around) != "ol":
            return "- "
        self._items[around] = self._items.get(around, number(around.get("start", ""), 1) - 1) + 1
        return f"{self._items[around]}. "

    def _heading(self, name: str, node: Element, *, hidden: bool) -> None:
        title = " ".join("".join(node.itertext()).split())
        concealed = hidden or any(self._is_hidden(below) for below in node.iterdescendants())
        if name in _SECTIONS and title and not concealed:
            self._flush()
            self.into.begin(title)
            self._at_line_start, self._breaks = True, 0
            for below in list(node):  # said as the title
                node.remove(below)
            node.text = ""
        else:
            self._put("#" * int(name[1]) + " ", hidden=hidden)

    def _text(self, text: str, *, hidden: bool, preformatted: bool) -> None:
        if preformatted:
            self._put(text, hidden=hidden)
            return
        plain = _blank.sub(" ", text)
        if plain.startswith(" ") and not self._at_line_start:
            self._space = True
        if core := plain.strip(" "):
            self._put(core, hidden=hidden)
            self._space = plain.endswith(" ")

    def _break(self, lines: int) -> None:
        self._breaks = max(self._breaks, lines)
        self._at_line_start = True
        self._space = False

    def _put(self, text: str, *, hidden: bool) -> None:
        if self._breaks:
            self._held.append(Piece("\n" * self._breaks))
        elif self._space and not self._at_line_start:
            self._held.append(Piece(" ", hidden))
        self._breaks, self._space, self._at_line_start = 0, False, False
        self._held.append(Piece(text, hidden))
        if len(self._held) > 200:
            self._flush()

    def _flush(self) -> None:
        for piece in self._held:
            self.into.write(piece.text, hidden=piece.hidden)
        self._held.clear()
        self.into.watch_time()

    def _table(self, table: Element, *, hidden: bool) -> None:
        self._break(2)
        self._put("", hidden=False)
        self._flush()
        rows = (node for node in table.iter() if local(node) == "tr" and not _is_nested(node, table))
        write_table((self._row(row, hidden=hidden or self._is_hidden(row)) for row in rows), self.into)
        self._at_line_start = True

    def _row(self, row: Element, *, hidden: bool) -> list[Cell]:
        return [
            list(self._cell(cell, hidden=hidden or self._is_hidden(cell)))
            for cell in row
            if local(cell) in ("td", "th")
        ]

    def _cell(self, cell: Element, *, hidden: bool) -> Iterator[Piece]:
        for text, node in _texts(cell):
            plain = _blank.sub(" ", text)
            if plain.strip():
                yield Piece(plain, hidden or any(self._is_hidden(part) for part in _up_to(node, cell)))

    def _is_hidden(self, node: Element) -> bool:
        attributes = node.attrib
        if not attributes:
            return bool(self.hidden_names) and local(node) in self.hidden_names
        if "hidden" in attributes or hides(attributes.get("style", "")):
            return True
        if not self.hidden_names:
            return False
        names = [f".{name}" for name in attributes.get("class", "").split()]
        return not self.hidden_names.isdisjoint([*names, f"#{attributes.get('id', '')}", local(node)])


def hides(style: str, *, white_too: bool = True) -> bool:
    """Whether these CSS declarations make text invisible; white text counts where they name no background."""
    for found in _hiding.finditer(style):
        if not _colour_only.match(found.group()) or (white_too and not _background.search(style)):
            return True
    return False


def _hidden_names(tree: Element) -> frozenset[str]:
    """The classes (`.x`), ids (`#x`) and elements that the page's own style sheets hide, as far as rules are simple.

    White is no sign there: what is behind the text may be said anywhere.
    """
    names = set()
    for sheet in tree.iter():
        for selectors, declarations in _rules(sheet.text or "") if local(sheet) == "style" else ():
            if hides(declarations, white_too=False):
                names |= {name for part in selectors.split(",") if _simple.fullmatch(name := part.strip())}
    return frozenset(names - {"html", "body"})


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of the rules that hold always: those for print and other media are left out."""
    depth, start, opened = 0, 0, 0
    for brace in _brace.finditer(sheet):
        if brace.group() == "{":
            opened = brace.end() if depth == 0 else opened
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = sheet[start : opened - 1].strip()
                if not selectors.startswith("@"):
                    yield selectors[-500:], sheet[opened : brace.start()]
                start = brace.end()


def _contents(node: Element, name: str) -> list[Element | str]:
    """What is in `node`, in its order."""
    found: list[Element | str] = [node.text] if node.text else []
    for below in node:
        found.append(below)
        if below.tail:
            found.append(below.tail)
    return [*found, _CLOSE] if name in _BLOCKS else found


def _texts(node: Element) -> Iterator[tuple[str, Element]]:
    """Each piece of text with the element that it is in."""
    for below in node.iter():
        name = local(below)
        if name and name not in _SKIPPED and below.text:
            yield below.text, below
        if below is not node and below.tail:
            yield below.tail, below.getparent()


def _up_to(node: Element, above: Element) -> Iterator[Element]:
    """`node` and what is around it, without `above`."""
    while node is not above:
        yield node
        node = node.getparent()


def _is_nested(row: Element, table: Element) -> bool:
    return next((above for above in row.iterancestors() if local(above) == "table"), None) is not table


def _is_data(table: Element) -> bool:
    """Whether it is a table of data, not one that arranges the page."""
    if any(local(node) == "table" for node in table.iterdescendants()) or table.get("role") == "presentation":
        return False
    rows = [sum(local(cell) in ("td", "th") for cell in row) for row in table.iter() if local(row) == "tr"]
    return bool(rows) and max(rows) > 1
