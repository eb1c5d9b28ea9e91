"""Tables as other programs write them, CSV in all its variants, TSV and XLSX: rows of texts in and out.

What the columns mean is not known here.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 256 * 1024 * 1024
MOST_ROWS = 200_000
LONGEST_CELL = 32_767
"""What a cell of a workbook can hold."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = "\t;,|"
_NOT_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


class TableKind(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length. How a text file was written is told for those who look at a preview."""

    rows: tuple[tuple[str, ...], ...]
    kind: TableKind
    encoding: str = ""
    delimiter: str = ""

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


def read(data: bytes, name: str = "") -> Table:
    """The table in a file; its name's ending is only a hint.

    Raises `ChatError`: `too_large`, `file_rejected` for what is no table.
    """
    if len(data) > MOST_BYTES:
        raise _too_large()
    if data.startswith(b"PK\x03\x04"):
        return Table(_equal(_workbook_rows(data)), TableKind.XLSX)
    text, encoding = decoded(data)
    if "\0" in text:
        raise _no_table(name)
    delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) and "\t" in text else ""
    declared, text = _declared(text)
    delimiter = declared or delimiter or _delimiter(text)
    rows = _equal(_text_rows(text, delimiter))
    return Table(rows, TableKind.TSV if delimiter == "\t" else TableKind.CSV, encoding, delimiter)


def decoded(data: bytes) -> tuple[str, str]:
    """Text and encoding: by its mark, as UTF-8, as UTF-16 without a mark, else by the best guess."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    if not encoding and (found := _unmarked_utf16(data)):
        encoding = found
    for candidate in filter(None, (encoding, "utf-8")):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    return _guessed(data)


def written(rows: Iterable[Sequence[str]], kind: TableKind, title: str = "Sheet1") -> bytes:
    """Rows as a file. CSV carries a byte order mark, without which spreadsheets take it for a local encoding.

    In workbooks every cell is a text, so that nothing in it is calculated.
    """
    if kind is TableKind.XLSX:
        return _workbook(rows, title)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t" if kind is TableKind.TSV else ",", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig" if kind is TableKind.CSV else "utf-8", "replace")


def _unmarked_utf16(data: bytes) -> str:
    start = data[:400]
    if start[1::2].count(0) * 3 > len(start):
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) * 3 > len(start) else ""


def _guessed(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    try:
        return data.decode("gb18030"), "gb18030"  # what Excel writes on a Chinese Windows
    except UnicodeDecodeError:
        best = from_bytes(data[:100_000]).best()
        encoding = best.encoding if best else "cp1252"
        return data.decode(encoding, "replace"), encoding


def _declared(text: str) -> tuple[str, str]:
    """Excel's own first line that names the delimiter: `sep=;`."""
    first, _, rest = text.partition("\n")
    line = first.strip().lower()
    return (first.strip()[4:], rest) if line.startswith("sep=") and len(line) == 5 else ("", text)


def _delimiter(text: str) -> str:
    """The character that stands equally often in the first records, outside of quotes."""
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        counts = [len(row) - 1 for row in _some(text[:20_000], candidate, 20)]
        if counts and counts[0] and counts[0] == max(set(counts), key=counts.count):
            score = counts.count(counts[0]) / len(counts)
            if score > best_score:
                best, best_score = candidate, score
    return best


def _some(text: str, delimiter: str, most: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) == most:
                break
    except csv.Error:
        return []
    return rows


def _text_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_BYTES)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise _no_table(str(error)) from error


def _workbook_rows(data: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # the library raises whatever its parts raise
        raise _no_table(str(error)) from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
    except Exception as error:
        raise _no_table(str(error)) from error
    finally:
        book.close()


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _no_table(str(error)) from error
    if unpacked > MOST_UNPACKED:
        raise _too_large()


def _equal(rows: Iterable[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows with something in them, filled up to the longest one."""
    kept: list[Sequence[str]] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            kept.append(row)
        if len(kept) > MOST_ROWS:
            raise _too_large()
    width = max((len(row) for row in kept), default=0)
    return tuple(tuple(row) + ("",) * (width - len(row)) for row in kept)


def _workbook(rows: Iterable[Sequence[str]], title: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, text.translate(_NOT_IN_XML)[:LONGEST_CELL])
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _too_large() -> ChatError:
    return failed(
        ErrorKind.TOO_LARGE,
        msg("The table is too large: at most {rows} rows and {size} MiB.", rows=MOST_ROWS, size=MOST_BYTES >> 20),
        hint=msg("Split it into several files."),
    )


def _no_table(detail: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("This file cannot be read as a table."),
        hint=msg("Save it as CSV, TSV or XLSX and choose that file."),
        detail=detail,
    )
