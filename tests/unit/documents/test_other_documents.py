"""Web pages, books, mails, subtitles, Markdown and code: what is read of them and what of it is not seen."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.support.document_files import epub

from desktopchat.documents.extracted import Extracted, NoteKind, Section
from desktopchat.documents.extracting import extract
from desktopchat.documents.kinds import Kind, recognised
from desktopchat.documents.limits import Limits
from desktopchat.documents.web import hides
from desktopchat.domain.errors import ChatError


def written(home: Path, name: str, content: str | bytes) -> Extracted:
    path = home / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return extract(path)


def test_a_page_becomes_lines_lists_and_tables(home: Path) -> None:
    page = """<!doctype html><title>Terms</title><script>no()</script><style>p{color:red}</style>
    <p>One  <b>bold</b>, <i>it</i>alic.<br>Next</p><ul><li>a<li>b</ul><ol start=3><li>c<li>d</ol>
    <table><tr><th>K<th>V<tr><td>1<td>2|3</table><pre>x\n  y</pre>tail<!-- gone --><h4>Deep</h4>
    <noscript>no</noscript>"""
    text = written(home, "a.html", page).text
    assert text.split("\n") == [
        "Terms",
        "One bold, italic.",
        "Next",
        "",
        "- a",
        "- b",
        "",
        "3. c",
        "4. d",
        "",
        "| K | V |",
        "| --- | --- |",
        "| 1 | 2\\|3 |",
        "",
        "x",
        "  y",
        "tail",
        "#### Deep",
    ]


def test_headings_of_a_page_begin_sections(home: Path) -> None:
    document = written(home, "a.html", "<title>T</title><h1>T</h1><p>a<h2>Rent <em>due</em></h2>b")
    assert document.sections == (Section("a", "T"), Section("b", "Rent due"))


@pytest.mark.parametrize(
    ("style", "is_hidden"),
    [
        ("display:none", True),
        ("DISPLAY : NONE !important", True),
        ("visibility:hidden", True),
        ("opacity:0", True),
        ("opacity:0.5", False),
        ("font-size:0", True),
        ("font-size:1px", True),
        ("font-size:12px", False),
        ("font-size:0.9em", True),
        ("color:#fff", True),
        ("color:#fff;background:#000", False),
        ("background-color:#fff", False),
        ("color:#ffa500", False),
        ("position:absolute;left:-9999px", True),
        ("margin-left:-5px", False),
        ("", False),
    ],
)
def test_styles_that_hide(style: str, is_hidden: bool) -> None:
    assert hides(style) is is_hidden


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">Ignore</p>',
        "<p hidden>Ignore</p>",
        '<style>.x, #y{display:none}</style><p class="a x">Ignore</p>',
        "<style>#y{visibility:hidden}</style><div id=y><span>Ignore</span></div>",
        '<table><tr><td>a<td>b<tr style="display:none"><td>Ignore<td></table>',
        "<table><tr><td>a<td><b hidden>Ignore</b></table>",
        "<h1>Seen <span hidden>Ignore</span></h1>",
    ],
)
def test_text_of_a_page_that_nobody_sees_is_flagged(home: Path, hidden: str) -> None:
    document = written(home, "a.html", f"<p>Seen</p>{hidden}<p>End</p>")
    assert document.count(NoteKind.HIDDEN_TEXT) == 1
    assert "Ignore" in document.text
    assert "Ignore" not in document.without_hidden().text
    assert document.without_hidden().text.startswith("Seen")


def test_rules_for_printing_hide_nothing(home: Path) -> None:
    document = written(home, "a.html", "<style>@media print{.x{display:none}} a{}</style><p class=x>Seen")
    assert (document.text, document.notes) == ("Seen", ())


def test_a_page_is_read_in_the_encoding_that_it_names(home: Path) -> None:
    page = '<html><meta charset="gb2312"><p>租金</p>'.encode("gb18030")
    document = written(home, "a.html", page)
    assert (document.text, document.encoding, document.guessed) == ("租金", "gb18030", False)


def test_a_page_that_names_the_wrong_encoding_is_read_by_its_bytes(home: Path) -> None:
    document = written(home, "a.html", '<meta charset="utf-8"><p>这份合同的有效期为三年'.encode("gb18030"))
    assert (document.text, document.guessed) == ("这份合同的有效期为三年", True)


def test_a_book_is_read_in_its_order_under_its_titles(home: Path) -> None:
    path = epub(home / "a.epub", [("Zwei", "<p>second &#228;</p>"), ("Eins", "<p>first&nbsp;</p><h2>Sub</h2>x")])
    sections = extract(path).sections
    assert [(section.title, section.text) for section in sections] == [
        ("Zwei", "second ä"),
        ("Eins", "first\u00a0".strip()),
        ("Sub", "x"),
    ]


def test_a_protected_book_is_refused_and_one_with_scrambled_fonts_read(home: Path) -> None:
    def encryption(algorithm: str) -> str:
        return f'<encryption><EncryptedData><EncryptionMethod Algorithm="{algorithm}"/></EncryptedData></encryption>'

    fonts = epub(home / "a.epub", [("A", "text")], encryption=encryption("http://www.idpf.org/2008/embedding"))
    assert extract(fonts).sections[0].text == "text"
    locked = epub(
        home / "b.epub", [("A", "text")], encryption=encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    )
    with pytest.raises(ChatError) as caught:
        extract(locked)
    assert caught.value.failure.code == "protected"


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ädam <a@example.org>"
    message["To"] = "b@example.org"
    message["Subject"] = "租金 rent"
    message.set_content("Please pay.\n", charset="gb2312")
    message.add_alternative("<p>Please <b>pay</b></p>", subtype="html")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="bill.pdf")
    return message


def test_a_mail_is_its_headers_its_text_and_the_names_of_its_files(home: Path) -> None:
    document = written(home, "a.eml", mail().as_bytes())
    lines = [line for line in document.text.splitlines() if line]
    assert lines == [
        "租金 rent",
        "From: Ädam <a@example.org>",
        "To: b@example.org",
        "Subject: 租金 rent",
        "Please pay.",
        "Attachment: bill.pdf",
    ]
    assert document.count(NoteKind.ATTACHMENTS) == 1


def test_a_mail_that_is_only_a_page_is_read_as_one(home: Path) -> None:
    document = written(home, "a.eml", "Subject: x\nContent-Type: text/html\n\n<p>Hello<p hidden>Ignore")
    assert "Hello" in document.text
    assert document.count(NoteKind.HIDDEN_TEXT) == 1


def test_of_a_mailbox_the_first_message_is_read_and_the_others_counted(home: Path) -> None:
    box = b"".join(b"From x Mon Jan 1 00:00:00 2025\nSubject: %d\n\nbody %d\n\n" % (i, i) for i in range(3))
    document = written(home, "a.mbox", box)
    assert "body 0" in document.text
    assert "body 1" not in document.text
    assert document.count(NoteKind.MORE_MESSAGES) == 2


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>\nthere\n\n2\n01:00:03,000 --> 01:00:04,000\n再见\n",
         "00:00:01 Hello there\n01:00:03 再见"),
        ("a.vtt", "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000 align:left\n<v Ann>Hi <00:01.500>you\n",
         "00:00:01 Hi you"),
        ("a.ass", "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\i1}Well\\N, yes\n",
         "00:00:01 Ann: Well , yes"),
    ],
)  # fmt: skip
def test_subtitles_are_when_and_what(home: Path, name: str, content: str, text: str) -> None:
    assert written(home, name, content.replace("\n", "\r\n")).text == text


def test_markdown_is_divided_at_its_headings_but_not_in_code(home: Path) -> None:
    document = written(home, "a.md", "intro\n# One #\na\n```\n# no heading\n```\n## Two\nb\n")
    assert [(s.title, s.text) for s in document.sections] == [
        ("", "intro"),
        ("One", "a\n```\n# no heading\n```"),
        ("Two", "b"),
    ]


@pytest.mark.parametrize(
    ("head", "name", "kind", "language"),
    [
        (b"%PDF-1.4", "report.txt", Kind.PDF, ""),
        (b"\xef\xbb\xbf%PDF-1.4", "a", Kind.PDF, ""),
        (b"\x89PNG\r\n\x1a\n", "a.jpg", Kind.IMAGE, ""),
        (b"RIFF1234WEBPVP8 ", "a", Kind.IMAGE, ""),
        (b"\0\0\0\x18ftypheic", "a", Kind.IMAGE, ""),
        (b"import os", "a.PY", Kind.CODE, "python"),
        (b"FROM x", "Dockerfile", Kind.CODE, "docker"),
        (b"a,b", "a.csv", Kind.CSV, ""),
        (b"  <!DOCTYPE html>", "saved", Kind.HTML, ""),
        (b"WEBVTT", "captions", Kind.SUBTITLES, ""),
        (b"hello", "a.unknown", Kind.TEXT, ""),
        (b"<html>", "a.xml", Kind.CODE, "xml"),
    ],
)
def test_a_file_is_what_its_bytes_say_and_then_its_name(head: bytes, name: str, kind: Kind, language: str) -> None:
    found = recognised(head, name)
    assert not isinstance(found, str)
    assert (found.kind, found.language) == (kind, language)


def test_a_long_text_is_cut_and_that_is_said(home: Path) -> None:
    path = home / "a.txt"
    path.write_text("租" * 100)
    document = extract(path, limits=Limits(max_characters=30))
    assert document.text == "租" * 30
    assert document.count(NoteKind.TRUNCATED) == 30


def test_reading_ends_when_its_time_is_over_and_that_is_said(home: Path) -> None:
    path = home / "a.md"
    path.write_text("# a\nx\n# b\ny\n")
    document = extract(path, limits=Limits(soft_s=-1))
    assert document.count(NoteKind.OUT_OF_TIME) == 0
    assert [note.kind for note in document.notes] == [NoteKind.OUT_OF_TIME] * len(document.notes)


def test_control_characters_and_line_ends_are_tidied(home: Path) -> None:
    assert written(home, "a.txt", "a\r\nb\rc\x07\x1b[0m\x0cd").text == "a\nb\nc[0m\nd"
