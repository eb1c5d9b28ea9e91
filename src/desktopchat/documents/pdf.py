"""Reads PDF: the text of each page, what in it cannot be seen, and whether there is text at all."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.pdf_text import flowing
from desktopchat.documents.refusals import Refusal, RefusedError
from desktopchat.documents.writing import Writer

_MAX_OBJECTS = 20_000
"""Things on a page that are looked at; maps and drawings have hundreds of thousands of lines."""
_MAX_FORM_DEPTH = 5
_MOST_OF_PAGE = 0.5
_TINY_POINTS = 1.5
_WHITE = 0xF8
_INVISIBLE_MODES = (3, 7)  # ISO 32000-1, table 106: neither fill nor stroke; add to the clipping path
_PASSWORD, _PROTECTION = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

Raw = Any  # pypdfium2 has no types of its own
Box = tuple[float, float, float, float]


def read(data: bytes, into: Writer) -> None:
    """Writes the pages. Raises `RefusedError` if the file is damaged or protected with a password."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (_PASSWORD, _PROTECTION)
        raise RefusedError(Refusal.ENCRYPTED if locked else Refusal.BROKEN, detail=str(error)) from error
    count = into.pages = len(document)
    into.note(NoteKind.ATTACHMENTS, max(pypdfium2.raw.FPDFDoc_GetAttachmentCount(document), 0))
    into.note(NoteKind.PAGES_LEFT_OUT, max(count - into.limits.max_pages, 0))
    is_form = document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE
    for index in range(min(count, into.limits.max_pages)):
        into.begin(page=index + 1)
        try:
            if is_form:
                _fill_in(document, index)
            _read_page(document, index, into)
        except pypdfium2.PdfiumError:
            into.note(NoteKind.PARTS_UNREADABLE)


def _fill_in(document: Raw, index: int) -> None:
    """Makes what people typed into the page's form a part of the page."""
    import pypdfium2

    page = document[index]
    pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_NORMALDISPLAY)
    page.close()


def _read_page(document: Raw, index: int, into: Writer) -> None:
    page = document[index]
    text_page = page.get_textpage()
    try:
        seen = _looked_at(page)
        text = text_page.get_text_range(errors="replace")
        if not text.strip():
            into.note(NoteKind.SCANNED, int(seen.has_picture))
        elif seen.is_ocr:
            into.note(NoteKind.OCR_TEXT)
            into.write(flowing(text))
        elif not seen.hidden:
            into.write(flowing(text))
        else:
            for piece, hidden in _pieces(text_page, seen.hidden):
                into.write(flowing(piece), hidden=hidden)
    finally:
        text_page.close()
        page.close()


@dataclass(slots=True)
class _Look:
    """What is on a page: `hidden` are the addresses of the text objects that cannot be seen."""

    hidden: set[int] = field(default_factory=set)
    has_picture: bool = False
    is_ocr: bool = False


def _looked_at(page: Raw) -> _Look:
    import pypdfium2.raw as pdfium

    seen = _Look()
    covers: list[Box] = []
    width, height = page.get_size()
    invisible = shown = 0
    picture_area = 0.0
    for raw, depth in _objects(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject):
        kind = pdfium.FPDFPageObj_GetType(raw)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(raw)
            invisible += mode in _INVISIBLE_MODES
            shown += mode not in _INVISIBLE_MODES
            if mode in _INVISIBLE_MODES or _cannot_be_seen(raw, depth, covers, (width, height)):
                seen.hidden.add(_address(raw))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE or (kind == pdfium.FPDF_PAGEOBJ_PATH and not _is_white(raw)):
            box = _box(raw)
            covers += [box] if depth == 0 else []
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                seen.has_picture = True
                picture_area = max(picture_area, (box[2] - box[0]) * (box[3] - box[1]) if depth == 0 else 0.0)
    is_picture = picture_area >= _MOST_OF_PAGE * width * height
    seen.is_ocr = is_picture and invisible > 0 and shown == 0
    return seen


def _objects(
    parent: Raw, count: Callable[[Raw], int], get: Callable[[Raw, int], Raw], depth: int = 0
) -> Iterator[tuple[Raw, int]]:
    """The things on the page, those drawn first first, with how deep in forms they are."""
    import pypdfium2.raw as pdfium

    for index in range(min(count(parent), _MAX_OBJECTS)):
        raw = get(parent, index)
        if not raw:
            continue
        yield raw, depth
        if depth < _MAX_FORM_DEPTH and pdfium.FPDFPageObj_GetType(raw) == pdfium.FPDF_PAGEOBJ_FORM:
            yield from _objects(raw, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject, depth + 1)


def _cannot_be_seen(raw: Raw, depth: int, covers: list[Box], size: tuple[float, float]) -> bool:
    """Tiny, beside the page, or white with nothing drawn behind it. In a form, places are the form's: not judged."""
    import pypdfium2.raw as pdfium

    points, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    if pdfium.FPDFTextObj_GetFontSize(raw, points) and pdfium.FPDFPageObj_GetMatrix(raw, matrix):
        scale = max(abs(matrix.a), abs(matrix.b), abs(matrix.c), abs(matrix.d))
        if 0 <= points.value * scale < _TINY_POINTS and depth == 0:
            return True
    if depth:
        return False
    left, bottom, right, top = _box(raw)
    if right <= 0 or top <= 0 or left >= size[0] or bottom >= size[1]:
        return right > left  # an empty box says nothing
    return _is_white(raw) and not any(
        box[0] <= (left + right) / 2 <= box[2] and box[1] <= (bottom + top) / 2 <= box[3] for box in covers
    )


def _is_white(raw: Raw) -> bool:
    """Whether it is filled with white, or with nothing."""
    import pypdfium2.raw as pdfium

    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(raw, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE


def _box(raw: Raw) -> Box:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(raw, left, bottom, right, top):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _address(raw: Raw) -> int:
    return ctypes.cast(raw, ctypes.c_void_p).value or 0


def _pieces(text_page: Raw, hidden: set[int]) -> Iterator[tuple[str, bool]]:
    """The page's text in pieces that are wholly hidden or wholly not; spaces go with what is before them."""
    import pypdfium2.raw as pdfium

    piece: list[str] = []
    is_hidden = False
    for index in range(text_page.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        address = _address(pdfium.FPDFText_GetTextObject(text_page, index))
        if address and (address in hidden) is not is_hidden:
            yield "".join(piece), is_hidden
            piece, is_hidden = [], not is_hidden
        piece.append(character)
    yield "".join(piece), is_hidden
