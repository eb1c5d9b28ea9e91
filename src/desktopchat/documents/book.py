"""Reads EPUB: the chapters in the order of the book, under the titles of its table of contents."""

from urllib.parse import unquote

from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.packages import Package, parsed_xml, resolved
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.web import read_chapter
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, descendants, local

_PAGES = ("application/xhtml+xml", "text/html")
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_MAX_PAGE = 32 * 1024 * 1024


def read(package: Package, into: Writer) -> None:
    """Writes the chapters. Raises `RefusedError` if the book is damaged or copy-protected."""
    _refuse_protected(package)
    main = _main_part(package)
    book = package.xml(main)
    items = {node.get("id", ""): node for node in descendants(book, "item")}
    spine = [items[ref] for node in descendants(book, "itemref") if (ref := node.get("idref", "")) in items]
    titles = _titles(package, main, items)
    into.begin(next((node.text or "" for node in descendants(book, "title")), ""))
    for item in spine:
        part = _part(main, item.get("href", ""))
        if item.get("media-type") not in _PAGES:
            continue
        if part not in package.parts:
            into.note(NoteKind.PARTS_UNREADABLE)
            continue
        into.begin(titles.get(part, ""))
        read_chapter(package.read(part, _MAX_PAGE), into)


def _main_part(package: Package) -> str:
    for node in descendants(package.xml("META-INF/container.xml"), "rootfile"):
        if part := node.get("full-path", ""):
            return str(part)
    raise RefusedError(Refusal.BROKEN, detail="no root file")


def _refuse_protected(package: Package) -> None:
    """Scrambled fonts are common and harmless; anything else that is encrypted is the text."""
    if "META-INF/rights.xml" in package.parts:
        raise RefusedError(Refusal.PROTECTED)
    for method in descendants(package.xml_if_there("META-INF/encryption.xml"), "EncryptionMethod"):
        if method.get("Algorithm") not in _FONT_SCRAMBLING and local(method.getparent()) == "EncryptedData":
            raise RefusedError(Refusal.PROTECTED)


def _titles(package: Package, main: str, items: dict[str, Element]) -> dict[str, str]:
    """The title of each part that the table of contents leads to; empty if there is no table that can be read."""
    for item in items.values():
        is_new = "nav" in item.get("properties", "").split()
        if is_new or item.get("media-type") == "application/x-dtbncx+xml":
            part = _part(main, item.get("href", ""))
            try:
                tree = parsed_xml(package.read(part, _MAX_PAGE))
            except RefusedError as error:
                if error.refusal is Refusal.BROKEN:
                    continue
                raise
            return _from_nav(tree, part) if is_new else _from_ncx(tree, part)
    return {}


def _from_nav(tree: Element, part: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for link in descendants(next(descendants(tree, "nav"), None), "a"):
        titles.setdefault(_part(part, link.get("href", "")), " ".join("".join(link.itertext()).split()))
    return titles


def _from_ncx(tree: Element, part: str) -> dict[str, str]:
    titles: dict[str, str] = {}
    for point in descendants(tree, "navPoint"):
        label = next((node.text or "" for node in descendants(point, "text")), "")
        link = next((node.get("src", "") for node in descendants(point, "content")), "")
        titles.setdefault(_part(part, link), label.strip())
    return titles


def _part(origin: str, link: str) -> str:
    return resolved(origin, unquote(link.partition("#")[0]))
