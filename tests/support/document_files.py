"""Small documents for tests, written by hand: zip packages, a PDF writer of thirty lines, pictures with secrets."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "documents"
"""Documents that LibreOffice wrote; see the README there."""

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

_CONTENTS = '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
_DOT = "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1"


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def docx(path: Path, body: str, **parts: str) -> Path:
    """A Word file with that body; `parts` are further ones, by the kind of their relationship."""
    refs = "".join(
        f'<Relationship Id="r{i}" Type="{_MAIN}{kind}" Target="{kind}.xml"/>' for i, kind in enumerate(parts)
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{refs}</Relationships>",
            **{f"word/{kind}.xml": text for kind, text in parts.items()},
        },
    )


def word_part(name: str, inside: str) -> str:
    return f"<w:{name} {_W}>{inside}</w:{name}>"


def paragraph(text: str, *, run: str = "", properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def xlsx(path: Path, rows: str, *, before: str = "", shared: Sequence[str] = ()) -> Path:
    """An Excel file with one sheet of these `row` elements."""
    refs = "".join(
        f'<Relationship Id="r{name}" Type="{_MAIN}{kind}" Target="{name}.xml"/>'
        for name, kind in (("sheet", "worksheet"), ("shared", "sharedStrings"))
    )
    return zipped(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="One" r:id="rsheet"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{refs}</Relationships>",
            "xl/shared.xml": "<sst>" + "".join(f"<si><t>{text}</t></si>" for text in shared) + "</sst>",
            "xl/sheet.xml": f"<worksheet>{before}<sheetData>{rows}</sheetData></worksheet>",
        },
    )


def epub(path: Path, chapters: Sequence[tuple[str, str]], **extra: str) -> Path:
    """A book of these chapters: title and body of each. `extra` are parts under META-INF."""
    items = "".join(
        f'<item id="c{i}" href="text/c%20{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(chapters))
    )
    points = "".join(
        f'<navPoint><navLabel><text>{title}</text></navLabel><content src="text/c%20{i}.xhtml#x"/></navPoint>'
        for i, (title, _) in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    return zipped(
        path,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/b.opf"/></rootfiles></container>',
            "OPS/b.opf": f"<package><manifest>{items}{_CONTENTS}</manifest><spine>{spine}</spine></package>",
            "OPS/toc.ncx": f"<ncx><navMap>{points}</navMap></ncx>",
            **{
                f"OPS/text/c {i}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
                for i, (_, body) in enumerate(chapters)
            },
            **{f"META-INF/{name}.xml": text for name, text in extra.items()},
        },
    )


def pdf(path: Path, pages: Sequence[str], *, extra: str = "", trailer: str = "") -> Path:
    """A PDF whose pages have these content streams, with Helvetica as /F1 and a picture as /Im1.

    `extra` are further objects, numbered from 5 + twice the number of pages.
    """
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<<{_DOT}>>stream\nx\nendstream",
    ]
    for i, content in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents {6 + 2 * i} 0 R"
            "/Resources<</Font<</F1 3 0 R>>/XObject<</Im1 4 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    objects += [extra] if extra else []
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF".encode()
    path.write_bytes(out)
    return path


def line(text: str, *, at: int = 200, before: str = "", size: int = 12) -> str:
    """A content stream that writes `text`; `before` are operators such as `3 Tr` (invisible) or `1 g` (white)."""
    return f"BT {before} /F1 {size} Tf 20 {at} Td ({text}) Tj ET\n"


def picture(format_: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """A picture of noise in colour, so that it does not pack to nothing."""
    from PIL import Image

    out = BytesIO()
    image = Image.effect_noise(size, 90).convert(mode)
    image.save(out, format_, **options)
    return out.getvalue()
