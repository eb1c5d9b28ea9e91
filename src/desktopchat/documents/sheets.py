"""Reads XLSX: each sheet as lines of values with tabs between, as people see them (dates, results of formulas).

Read row by row: a sheet in memory would take fifty times its file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO

from desktopchat.documents.packages import Package, related
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.writing import Writer
from desktopchat.documents.xmltree import Element, attribute, child, children, descendants, local, number

MAX_GAP = 20
"""Empty cells between two values that are kept as tabs; a lone value in column XFD is not worth 16,000."""
MAX_SHARED = 40_000_000
"""Characters of the table of texts that cells share."""


def read(package: Package, into: Writer) -> None:
    """Writes the sheets. Raises `RefusedError` if the file is damaged."""
    roots = related(package, "").values()
    main = next((part for kind, part in roots if kind == "officeDocument"), "xl/workbook.xml")
    book = package.xml(main)
    parts = related(package, main)
    by_kind = dict(parts.values())
    values = _Values(
        _shared(package, by_kind.get("sharedStrings", "")),
        _formats(package.xml_if_there(by_kind.get("styles", ""))),
        attribute(child(book, "workbookPr"), "date1904") in ("1", "true"),
    )
    sheets = list(descendants(child(book, "sheets"), "sheet"))
    into.pages = len(sheets)
    for page, sheet in enumerate(sheets[: into.limits.max_pages], 1):
        kind, part = parts.get(_reference(sheet), ("", ""))
        into.begin(attribute(sheet, "name"), page)
        if kind == "worksheet":
            hidden = attribute(sheet, "state") in ("hidden", "veryHidden")
            _Sheet(package, part, values, into).read(hidden=hidden)


def _reference(sheet: Element) -> str:
    return next((str(value) for key, value in sheet.attrib.items() if key.endswith("}id")), "")


@dataclass(frozen=True, slots=True)
class _Values:
    shared: list[str]
    formats: list[str]
    from_1904: bool

    def shown(self, cell: Element) -> str:
        """What people see in the cell, on one line."""
        kind, raw = cell.get("t", ""), child(cell, "v")
        text = "" if raw is None else raw.text or ""
        if kind == "inlineStr":
            text = _rich(child(cell, "is"))
        elif kind == "s":
            text = self.shared[number(text)] if 0 <= number(text, -1) < len(self.shared) else ""
        elif kind == "b":
            text = "TRUE" if text == "1" else "FALSE"
        elif not text:
            formula = child(cell, "f")
            text = f"={formula.text}" if formula is not None and formula.text else ""
        elif kind in ("", "n"):
            text = self._number(text, number(cell.get("s", "0")))
        return text if text.isprintable() else text.replace("\t", " ").replace("\r", " ").replace("\n", " ")

    def _number(self, text: str, style: int) -> str:
        form = self.formats[style] if 0 <= style < len(self.formats) else ""
        try:
            value = float(text)
        except ValueError:
            return text
        if form and _is_date(form):
            return _date(value, form, from_1904=self.from_1904) or text
        if form.endswith("%"):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}"  # 0.30000000000000004 is shown as 0.3


class _Sheet:
    def __init__(self, package: Package, part: str, values: _Values, into: Writer) -> None:
        self._package = package
        self._part = part
        self._values = values
        self._into = into
        self._hidden_columns: list[tuple[int, int]] = []

    def read(self, *, hidden: bool) -> None:
        for node in streamed(self._package.read(self._part), ("row", "cols")):
            if local(node) == "cols":
                self._hidden_columns = list(_hidden_columns(node))
            else:
                self._row(node, hidden=hidden or attribute(node, "hidden") in ("1", "true"))

    def _row(self, row: Element, *, hidden: bool) -> None:
        last = 0
        started = False
        for place, cell in enumerate(children(row, "c"), 1):
            text = self._values.shown(cell)
            if text:
                column = _column(cell.get("r", "")) or place
                gap = "\t" * min(max(column - max(last, 1), 1 if started else 0), MAX_GAP)
                if hidden or self._is_hidden(column):
                    self._into.write(gap)
                    self._into.write(text, hidden=True)
                else:
                    self._into.write(gap + text)
                last, started = column, True
        if started:
            self._into.write("\n")
            self._into.watch_time()

    def _is_hidden(self, column: int) -> bool:
        return bool(self._hidden_columns) and any(first <= column <= last for first, last in self._hidden_columns)


def streamed(data: bytes, names: tuple[str, ...]) -> Iterator[Element]:
    """The elements of these names, one after the other; each is forgotten when the next one comes."""
    from lxml import etree

    tags = [f"{{*}}{name}" for name in names]
    try:
        for _, node in etree.iterparse(
            BytesIO(data), tag=tags, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
        ):
            yield node
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise RefusedError(Refusal.BROKEN, detail=str(error)) from error


def _shared(package: Package, part: str) -> list[str]:
    if part not in package.parts:
        return []
    texts = []
    left = MAX_SHARED
    for node in streamed(package.read(part), ("si",)):
        texts.append(_rich(node))
        left -= len(texts[-1])
        if left < 0:
            raise RefusedError(Refusal.BOMB)
    return texts


def _rich(node: Element | None) -> str:
    """The text without the readings that Japanese files have beside it."""
    if node is None:
        return ""
    return "".join(text.text or "" for text in descendants(node, "t") if local(text.getparent()) != "rPh")


def _formats(styles: Element | None) -> list[str]:
    """The number format of each cell style."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    own = {
        number(attribute(node, "numFmtId")): attribute(node, "formatCode")
        for node in children(child(styles, "numFmts"), "numFmt")
    }
    ids = [number(attribute(node, "numFmtId")) for node in children(child(styles, "cellXfs"), "xf")]
    return [own.get(id_) or BUILTIN_FORMATS.get(id_, "") for id_ in ids]


def _is_date(form: str) -> bool:
    from openpyxl.styles.numbers import is_date_format

    return bool(is_date_format(form))


def _date(value: float, form: str, *, from_1904: bool) -> str:
    """A date, a time or both, as ISO 8601; empty where the number is no date."""
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

    try:
        moment = from_excel(value, CALENDAR_MAC_1904 if from_1904 else CALENDAR_WINDOWS_1900)
    except (ValueError, OverflowError, TypeError):
        return ""
    if isinstance(moment, datetime):
        has_time = "h" in form.lower() and moment.time() != time()
        return moment.isoformat(" ", "minutes") if has_time else moment.date().isoformat()
    return moment.isoformat("minutes") if isinstance(moment, time) else str(moment)


def _hidden_columns(columns: Element) -> Iterator[tuple[int, int]]:
    for column in children(columns, "col"):
        if attribute(column, "hidden") in ("1", "true"):
            yield number(attribute(column, "min")), number(attribute(column, "max"))


def _column(reference: str) -> int:
    """1 for A, 28 for AB; 0 for what names no column."""
    column = 0
    for letter in reference[:4]:
        if not ("A" <= letter <= "Z"):
            break
        column = column * 26 + ord(letter) - 64
    return column
