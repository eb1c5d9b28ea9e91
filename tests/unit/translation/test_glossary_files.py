"""Glossaries and pairs in files: what spreadsheets write, columns, TBX, TMX against our own grammar, and back."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from openpyxl import load_workbook

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.translation import Glossary, Pair, Term, TermRule
from desktopchat.translation import tables
from desktopchat.translation.glossary_files import (
    Columns,
    GlossaryFormat,
    guess_columns,
    preview,
    read_glossary,
    write_glossary,
)
from desktopchat.translation.pair_files import PairFormat, write_pairs

DATA = Path(__file__).parents[2] / "data"
ROWS = 'term;translation;note\r\nwidget;小部件;"two\r\nlines; and ""quotes"""\r\ngadget;小玩意;\r\n'
GLOSSARY = Glossary(
    "Terms",
    "en",
    "zh-Hans",
    terms=(
        Term("widget", "小部件", "a note\nin two lines"),
        Term("Acme", "", "", TermRule.KEEP, case_sensitive=True),
        Term("server", "服务生", "", TermRule.FORBIDDEN),
        Term("=1+1", "@SUM(A1)"),
    ),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_what_spreadsheets_write_is_read(encoding: str, delimiter: str) -> None:
    text = ROWS.replace(";", delimiter).replace(f"lines{delimiter}", "lines;")
    made = read_glossary(text.encode(encoding), "g.csv").glossary
    assert [(term.source, term.target) for term in made.terms] == [("widget", "小部件"), ("gadget", "小玩意")]
    assert made.terms[0].note.splitlines() == ["two", 'lines; and "quotes"']


def test_excels_line_about_the_delimiter_is_obeyed() -> None:
    made = read_glossary(b"sep=;\r\na,b;c\r\nd;e\r\n", "g.csv").glossary
    assert [(term.source, term.target) for term in made.terms] == [("a,b", "c"), ("d", "e")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("source,target", Columns(0, 1, has_header=True)),
        ("备注,译文,原文", Columns(2, 1, 0, has_header=True)),
        ("en,zh-CN", Columns(0, 1, has_header=True, source_language="en", target_language="zh-Hans")),
        ("ID,English,German,Comment", Columns(1, 2, 3, has_header=True, source_language="en", target_language="de")),
        ("widget,小部件", Columns(0, 1)),
        ("word", Columns(0, None)),
    ],
)
def test_columns_are_guessed_from_their_titles(header: str, expected: Columns) -> None:
    assert guess_columns(tables.read(f"{header}\n".encode())) == expected


def test_a_preview_shows_titles_and_the_first_rows() -> None:
    table = tables.read(("a,b\n" * 50).encode())
    shown = preview(table)
    assert (shown.titles, len(shown.rows), shown.count) == (("1", "2"), 20, 50)


def test_columns_that_a_person_chose_are_used() -> None:
    data = b"x,widget,y,Ding\n"
    made = read_glossary(data, "g.csv", Columns(source=1, target=3)).glossary
    assert made.terms == (Term("widget", "Ding"),)


def test_rows_without_a_term_and_repeated_ones_are_counted() -> None:
    made = read_glossary(b"source,target\na,b\n,c\na,b\nd,\n", "g.csv")
    assert made.skipped == 2
    assert made.glossary.terms == (Term("a", "b"), Term("d", "", rule=TermRule.KEEP))


@pytest.mark.parametrize("form", list(GlossaryFormat))
def test_a_glossary_that_was_written_is_read_back(form: GlossaryFormat) -> None:
    data = write_glossary(GLOSSARY, form)
    made = read_glossary(data, f"Terms.{form.value}", None, "en", "zh-Hans").glossary
    assert (made.name, made.source_language, made.target_language) == ("Terms", "en", "zh-Hans")
    plain = [(t.source, t.target, t.rule, t.case_sensitive) for t in made.terms]
    assert plain == [(t.source, t.target, t.rule, t.case_sensitive) for t in GLOSSARY.terms]
    assert made.terms[0].note.split() == GLOSSARY.terms[0].note.split()


def test_nothing_in_a_workbook_is_calculated() -> None:
    book = load_workbook(io.BytesIO(write_glossary(GLOSSARY, GlossaryFormat.XLSX)))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value]
    assert "=1+1" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} == {"s"}


TBX_3 = """<?xml version="1.0"?>
<tbx type="TBX-Basic" style="dct" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2" xmlns:basic="x"><text><body>
<conceptEntry id="1"><langSec xml:lang="en-US"><termSec><term>widget</term></termSec></langSec>
<langSec xml:lang="zh-CN"><termSec><term>小部件</term></termSec><termSec><term>控件</term>
<termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec></langSec></conceptEntry>
<conceptEntry id="2"><langSec xml:lang="en"><termSec><term>alone</term></termSec></langSec></conceptEntry>
</body></text></tbx>"""


def test_version_3_of_tbx_is_read() -> None:
    made = read_glossary(TBX_3.encode(), "g.tbx")
    assert made.glossary.terms == (Term("widget", "小部件"), Term("widget", "控件", "", TermRule.FORBIDDEN))
    assert made.skipped == 1
    assert (made.glossary.source_language, made.glossary.target_language) == ("en-US", "zh-CN")


def test_a_file_cannot_make_the_reader_open_another(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("stolen", encoding="utf-8")
    head = f'<!DOCTYPE tbx [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    data = TBX_3.replace('<?xml version="1.0"?>', head).replace("widget<", "widget&x;<").encode()
    made = read_glossary(data, "g.tbx").glossary
    assert "stolen" not in repr(made)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (tables.MOST_UNPACKED + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04 no archive", ErrorKind.FILE_REJECTED),
        (b"", ErrorKind.FILE_REJECTED),
        (b"<tbx><broken>", ErrorKind.FILE_REJECTED),
        (b"<html/>", ErrorKind.FILE_REJECTED),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00\x00", ErrorKind.FILE_REJECTED),
    ],
)
def test_what_is_no_glossary_is_refused_with_a_sentence(data: bytes, kind: ErrorKind) -> None:
    with pytest.raises(ChatError) as caught:
        read_glossary(data, "g.csv")
    assert caught.value.kind is kind


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(ChatError) as caught:
        read_glossary(bomb(), "g.xlsx")
    assert caught.value.kind is ErrorKind.TOO_LARGE


PAIRS = [
    Pair("Hello <b>\n\nworld & \x01all", "你好 <b>\n\n世界 & 大家", "en", "zh-Hans", "Demo", "demo-mt", starred=True),
    Pair("One\ntwo", "一二", "en", "zh-Hans", created=datetime(2026, 5, 3, 1, 2, 3, tzinfo=UTC)),
]


def test_tmx_is_valid_by_our_grammar_of_version_1_4b() -> None:
    grammar = etree.RelaxNG(etree.parse(DATA / "tmx14.rng"))
    document = etree.fromstring(write_pairs(PAIRS, PairFormat.TMX))
    assert grammar.validate(document), grammar.error_log
    segments = [segment.text for segment in document.iter("seg")]
    assert segments == ["Hello <b>", "你好 <b>", "world & all", "世界 & 大家", "One\ntwo", "一二"]


def test_the_grammar_knows_what_is_wrong() -> None:
    grammar = etree.RelaxNG(etree.parse(DATA / "tmx14.rng"))
    good = write_pairs(PAIRS, PairFormat.TMX).decode()
    for bad in (
        good.replace(' segtype="paragraph"', ""),
        good.replace('version="1.4"', 'version="9"'),
        good.replace("<seg>", "<x>").replace("</seg>", "</x>"),
        good.replace('segtype="paragraph"', 'segtype="chapter"'),
    ):
        assert not grammar.validate(etree.fromstring(bad.encode()))


@pytest.mark.parametrize("form", [PairFormat.CSV, PairFormat.TSV, PairFormat.XLSX])
def test_pairs_in_tables_keep_every_word(form: PairFormat) -> None:
    table = tables.read(write_pairs(PAIRS, form), f"pairs.{form.value}")
    assert table.rows[0][:5] == ("date", "source_language", "target_language", "source", "target")
    assert table.rows[2][0] == "2026-05-03T01:02:03Z"
    assert table.rows[1][4] == PAIRS[0].target
    assert table.rows[1][7] == "yes"


@pytest.mark.long
def test_libreoffice_opens_the_workbook(tmp_path: Path) -> None:
    import shutil
    import subprocess

    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    source = tmp_path / "pairs.xlsx"
    source.write_bytes(write_pairs(PAIRS, PairFormat.XLSX))
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    subprocess.run(
        [*command, "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path), str(source)],
        check=True,
        timeout=100,
        capture_output=True,
    )
    table = tables.read((tmp_path / "pairs.csv").read_bytes())
    assert table.rows[1][4] == PAIRS[0].target
