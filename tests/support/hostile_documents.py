"""Files that are made to harm whoever reads them: each is written into a folder by a function of its own."""

import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from tests.support.document_files import docx, epub, line, paragraph, pdf, xlsx, zipped

MIB = 1024 * 1024
_ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)) + "]>"
)


def deflated(path: Path, name: str, size: int, others: dict[str, str] | None = None) -> Path:
    """A zip file with a part of `size` equal bytes, which takes a thousandth of that."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for other, content in (others or {}).items():
            file.writestr(other, content)
        with file.open(name, "w", force_zip64=True) as part:
            for _ in range(size // MIB):
                part.write(b" " * MIB)
    return path


def bomb_in_docx(folder: Path) -> Path:
    return deflated(folder / "bomb.docx", "word/document.xml", 256 * MIB, {"[Content_Types].xml": ""})


def bomb_in_xlsx(folder: Path) -> Path:
    workbook = '<workbook xmlns:r="r"><sheets><sheet name="1" r:id="a"/></sheets></workbook>'
    refs = '<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/></Relationships>'
    parts = {"[Content_Types].xml": "", "xl/workbook.xml": workbook, "xl/_rels/workbook.xml.rels": refs}
    return deflated(folder / "bomb.xlsx", "xl/s.xml", 256 * MIB, parts)


def bomb_in_epub(folder: Path) -> Path:
    return deflated(folder / "bomb.epub", "META-INF/container.xml", 256 * MIB, {"mimetype": "application/epub+zip"})


def many_bombs(folder: Path) -> Path:
    """Each part is allowed, all together are not: a part that several entries of the table name."""
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(400))
    items = "".join(f'<item id="c{i}" href="big.xhtml" media-type="text/html"/>' for i in range(400))
    return zipped(
        folder / "many.epub",
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<c><rootfile full-path="b.opf"/></c>',
            "b.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
            "big.xhtml": "<html><body>" + " " * (9 * MIB) + "</body></html>",
        },
    )


def lying_size(folder: Path) -> Path:
    """Declares ten bytes and unpacks to 256 MB."""
    path = bomb_in_docx(folder)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    path = folder / "lying.docx"
    path.write_bytes(data)
    return path


def too_many_parts(folder: Path) -> Path:
    path = folder / "parts.docx"
    with zipfile.ZipFile(path, "w") as file:
        for i in range(6_000):
            file.writestr(f"word/{i}.xml", "")
    return path


def endless_table(folder: Path) -> Path:
    """A table of contents of 60 MB, of which each entry would become an object."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    table = entry * (60 * MIB // len(entry))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(table), 4, 0)
    path = folder / "table.docx"
    path.write_bytes(b"PK\x03\x04" + table + end)
    return path


def nested_zip(folder: Path) -> Path:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", b" " * 50 * MIB)
    return zipped(folder / "nested.zip", {"a.zip": inner.getvalue(), "b.zip": inner.getvalue()})


def packed_with_lzma(folder: Path) -> Path:
    path = folder / "lzma.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("[Content_Types].xml", "")
        file.writestr("word/document.xml", "x" * 1000)
    return path


def encrypted_zip(folder: Path) -> Path:
    path = docx(folder / "locked.docx", paragraph("secret"))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 1)
    path.write_bytes(data)
    return path


def encrypted_office(folder: Path) -> Path:
    path = folder / "password.docx"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    path.write_bytes(head + bytes(100_000) + "EncryptedPackage".encode("utf-16-le") + bytes(400))
    return path


def old_office(folder: Path) -> Path:
    path = folder / "old.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    return path


def external_entity(folder: Path) -> Path:
    secret = folder / "secret.txt"
    secret.write_text("CANARY-OF-THE-DISK")
    part = (
        f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Seen &x;</w:t></w:r></w:p></w:body></w:document>'
    )
    return zipped(folder / "xxe.docx", {"[Content_Types].xml": "", "word/document.xml": part})


def entity_bomb(folder: Path) -> Path:
    part = f'{_ENTITIES}<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&a11;</w:t></w:r></w:p></w:body></w:document>'
    return zipped(folder / "laughs.docx", {"[Content_Types].xml": "", "word/document.xml": part})


def entity_bomb_in_sheet(folder: Path) -> Path:
    path = xlsx(folder / "laughs.xlsx", "", shared=["x"])
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["xl/shared.xml"] = f"{_ENTITIES}<sst><si><t>&a11;</t></si></sst>".encode()
    return zipped(path, parts)


def deep_xml(folder: Path) -> Path:
    return docx(folder / "deep.docx", "<w:sdt><w:sdtContent>" * 100_000)


def deep_page(folder: Path) -> Path:
    path = folder / "deep.html"
    path.write_text("<div>" * 300_000 + "Bottom" + "<b><table><tr><td>" * 20_000)
    return path


def deep_mail(folder: Path) -> Path:
    path = folder / "deep.eml"
    levels = "".join(f"--{i}\nContent-Type: multipart/mixed; boundary={i + 1}\n\n" for i in range(1, 20_000))
    path.write_text(f"Subject: x\nContent-Type: multipart/mixed; boundary=1\n\n{levels}")
    return path


def wide_table(folder: Path) -> Path:
    cells = '<row r="1">' + "".join('<c r="XFD1"><v>1</v></c>' for _ in range(200_000)) + "</row>"
    return xlsx(folder / "wide.xlsx", cells)


def shared_text_many_times(folder: Path) -> Path:
    rows = '<row r="1">' + '<c t="s"><v>0</v></c>' * 300_000 + "</row>"
    return xlsx(folder / "shared.xlsx", rows, shared=["x" * 1_000_000])


def many_pages(folder: Path) -> Path:
    return pdf(folder / "pages.pdf", [line("x")] * 100_000)


def endless_pages(folder: Path) -> Path:
    """A tree of pages that leads back to itself and says that there are two thousand million."""
    path = pdf(folder / "loop.pdf", [line("x")])
    path.write_bytes(path.read_bytes().replace(b"/Count 1/Kids[5 0 R]", b"/Count 2147483647/Kids[2 0 R]"))
    return path


def bomb_in_pdf(folder: Path) -> Path:
    """A page whose drawing unpacks to 512 MB."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"q Q " * (MIB // 4)) for _ in range(512)) + packer.flush()
    path = pdf(folder / "bomb.pdf", ["MARK"])
    data = path.read_bytes().replace(
        b"<</Length 4>>stream\nMARK",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b" % (len(packed), packed),
    )
    path.write_bytes(data)
    return path


def locked_pdf(folder: Path) -> Path:
    lock = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{'41' * 32}>/U<{'42' * 32}>/P -4>>/ID[<41><41>]"
    return pdf(folder / "locked.pdf", [line("x")], trailer=lock)


def cut_pdf(folder: Path) -> Path:
    path = pdf(folder / "whole.pdf", [line("x")])
    path.write_bytes(path.read_bytes()[:60])
    return path


def cut_zip(folder: Path) -> Path:
    path = docx(folder / "cut.docx", paragraph("x" * 5000))
    path.write_bytes(path.read_bytes()[:-200])
    return path


def scrambled(folder: Path) -> Path:
    """Whole at first sight: the bytes in the middle are others."""
    noise = random.Random(5)
    path = docx(folder / "scrambled.docx", "".join(paragraph(str(noise.random())) for _ in range(3000)))
    data = bytearray(path.read_bytes())
    data[2000:6000] = noise.randbytes(4000)
    path.write_bytes(data)
    return path


def noise(folder: Path) -> Path:
    path = folder / "noise.txt"
    path.write_bytes(random.Random(7).randbytes(MIB))
    return path


def zeros(folder: Path) -> Path:
    """A gigabyte that takes no space on the disk."""
    path = folder / "zeros.txt"
    with path.open("wb") as file:
        file.truncate(1024 * MIB)
    return path


def long_text(folder: Path) -> Path:
    """A gigabyte of which the first 30 MB are text."""
    path = folder / "long.txt"
    with path.open("wb") as file:
        file.write(("词 word\n" * 4_000_000).encode())
        file.truncate(1024 * MIB)
    return path


def one_long_line(folder: Path) -> Path:
    path = folder / "line.md"
    path.write_text("#" + "a" * (20 * MIB))
    return path


def pipe(folder: Path) -> Path:
    path = folder / "pipe.txt"
    os.mkfifo(path)
    return path


def device(_folder: Path) -> Path:
    return Path("/dev/zero")


def directory(folder: Path) -> Path:
    return folder


def missing(folder: Path) -> Path:
    return folder / "missing.pdf"


def empty(folder: Path) -> Path:
    path = folder / "empty.pdf"
    path.touch()
    return path


def link_to_itself(folder: Path) -> Path:
    path = folder / "link.txt"
    path.symlink_to(path)
    return path


def slow_styles(folder: Path) -> Path:
    """A style sheet without an end to its rules."""
    path = folder / "styles.html"
    path.write_text("<style>" + "@media x{.a{" * 300_000 + "</style><p style='" + "color:" * 100_000 + "'>x")
    return path


def protected_book(folder: Path) -> Path:
    return epub(folder / "drm.epub", [("A", "x")], rights="<rights/>")


Written = Callable[[Path], Path]
REFUSED: dict[Written, str] = {
    bomb_in_docx: "bomb",
    bomb_in_xlsx: "bomb",
    bomb_in_epub: "bomb",
    many_bombs: "bomb",
    lying_size: "broken bomb",
    too_many_parts: "too_many_parts",
    endless_table: "too_many_parts",
    nested_zip: "archive",
    packed_with_lzma: "broken",
    encrypted_zip: "encrypted",
    encrypted_office: "encrypted",
    old_office: "old_office",
    deep_xml: "broken",
    locked_pdf: "encrypted",
    cut_pdf: "broken",
    cut_zip: "broken",
    scrambled: "broken",
    noise: "unknown",
    zeros: "unknown",
    **({pipe: "not_a_file", device: "not_a_file"} if hasattr(os, "mkfifo") else {}),
    directory: "not_a_file",
    missing: "unreadable",
    empty: "empty",
    link_to_itself: "unreadable",
    protected_book: "protected",
}
"""What must be refused, and the refusals (their names, one or the other) that are right."""
SURVIVED: tuple[Written, ...] = (
    external_entity,
    entity_bomb,
    entity_bomb_in_sheet,
    deep_page,
    deep_mail,
    wide_table,
    shared_text_many_times,
    many_pages,
    endless_pages,
    bomb_in_pdf,
    long_text,
    one_long_line,
    slow_styles,
)
"""What may be read or refused, as long as it ends with a sentence or a text."""
