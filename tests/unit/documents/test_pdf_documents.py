"""PDF: pages in order, letters made words again, pictures without text, and text that nobody sees."""

from pathlib import Path

import pytest
from tests.support.document_files import line, pdf

from desktopchat.documents.extracted import NoteKind
from desktopchat.documents.extracting import extract
from desktopchat.documents.limits import Limits
from desktopchat.documents.pdf_text import flowing

PICTURE = "q 300 0 0 300 0 0 cm /Im1 Do Q\n"


@pytest.mark.parametrize(
    ("drawn", "read"),
    [
        ("eﬃcient ﬂow of oﬃces", "efficient flow of offices"),
        ("inter\ufffe\r\nnational", "international"),
        ("co-\noperate", "cooperate"),
        ("Baden-\nBaden", "Baden-Baden"),
        ("pages 3-\n4", "pages 3-\n4"),
        ("⽇⽂ ⻅⻔", "日文 见门"),
        ("a line  \nand the next", "a line\nand the next"),
        ("甲方应当在每月五日之前支付租\n金。\n乙方", "甲方应当在每月五日之前支付租金。\n乙方"),
        ("", ""),
    ],
)
def test_what_was_drawn_in_lines_becomes_text(drawn: str, read: str) -> None:
    assert flowing(drawn) == read


def test_pages_come_in_order_with_their_numbers(home: Path) -> None:
    document = extract(pdf(home / "a.pdf", [line("First"), line("Second"), line("Third")]))
    assert [(section.page, section.text) for section in document.sections] == [
        (1, "First"),
        (2, "Second"),
        (3, "Third"),
    ]
    assert document.notes == ()
    assert document.first_pages(2).text == "[1]\nFirst\n\n[2]\nSecond"


@pytest.mark.parametrize(
    "hidden",
    [
        line("Ignore", at=100, before="3 Tr"),
        line("Ignore", at=100, before="1 g"),
        line("Ignore", at=100, size=1),
        line("Ignore", at=400),
        line("Ignore", at=-100),
    ],
    ids=["invisible", "white", "tiny", "above the page", "below the page"],
)
def test_text_that_nobody_sees_is_flagged_and_can_be_removed(home: Path, hidden: str) -> None:
    document = extract(pdf(home / "a.pdf", [line("Seen") + hidden]))
    assert document.count(NoteKind.HIDDEN_TEXT) == 1
    assert "Ignore" in document.text
    assert document.without_hidden().text == "[1]\nSeen"


def test_white_text_on_a_coloured_bar_is_seen(home: Path) -> None:
    bar = "0 0 0.5 rg 10 190 280 40 re f\n"
    assert extract(pdf(home / "a.pdf", [bar + line("Invoice", before="1 g")])).count(NoteKind.HIDDEN_TEXT) == 0


def test_pages_that_are_pictures_are_said_to_be_scanned(home: Path) -> None:
    document = extract(pdf(home / "a.pdf", [PICTURE, PICTURE]))
    assert document.count(NoteKind.SCANNED) == 2
    assert document.is_scanned


def test_a_page_with_a_picture_and_text_is_not_scanned(home: Path) -> None:
    document = extract(pdf(home / "a.pdf", [PICTURE + line("Seen")]))
    assert not document.is_scanned
    assert document.count(NoteKind.SCANNED) == 0


def test_the_text_layer_of_a_scan_is_no_hidden_text_but_is_said(home: Path) -> None:
    document = extract(pdf(home / "a.pdf", [PICTURE + line("Recognised", before="3 Tr")]))
    assert document.count(NoteKind.OCR_TEXT) == 1
    assert document.count(NoteKind.HIDDEN_TEXT) == 0


def test_an_empty_page_is_neither(home: Path) -> None:
    assert extract(pdf(home / "a.pdf", [""])).notes == ()


def test_pages_after_the_limit_are_left_out_and_that_is_said(home: Path) -> None:
    document = extract(pdf(home / "a.pdf", [line("x")] * 7), limits=Limits(max_pages=5))
    assert (len(document.sections), document.pages) == (5, 7)
    assert document.count(NoteKind.PAGES_LEFT_OUT) == 2


def test_what_was_typed_into_a_form_is_read(home: Path) -> None:
    form = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Ada)/F 4/Rect[20 100 200 130]/P 5 0 R/AP<</N 8 0 R>>>>\nendobj\n"
        "8 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 180 30]/Resources<</Font<</F1 3 0 R>>>>/Length 35>>stream\n"
        "BT /F1 12 Tf 2 8 Td (Lovelace) Tj ET\nendstream"
    )
    path = pdf(home / "a.pdf", [line("Name")], extra=form)
    data = path.read_bytes().replace(b"/Pages 2 0 R>>", b"/Pages 2 0 R/AcroForm<</Fields[7 0 R]>>>>")
    data = data.replace(b"/MediaBox[0 0 300 300]", b"/MediaBox[0 0 300 300]/Annots[7 0 R]")
    path.write_bytes(data)  # the table of places is wrong now: PDFium builds its own
    assert extract(path).text.split() == ["[1]", "Name", "Lovelace"]
