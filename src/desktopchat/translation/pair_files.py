"""Pairs in files: CSV, TSV and XLSX tables, and TMX 1.4b for translation memories."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from desktopchat.domain.translation import Pair
from desktopchat.translation import tables
from desktopchat.translation.tables import TableKind
from desktopchat.translation.xml_text import xml_safe

_HEADER = ("date", "source_language", "target_language", "source", "target", "provider", "model", "starred")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class PairFormat(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    TMX = "tmx"


def write_pairs(pairs: Sequence[Pair], form: PairFormat) -> bytes:
    """The pairs as a file, in the order given."""
    if form is PairFormat.TMX:
        return _tmx(pairs)
    return tables.written([_HEADER, *map(_row, pairs)], TableKind(form.value), "Translations")


def _row(pair: Pair) -> tuple[str, ...]:
    return (
        pair.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        pair.source_language,
        pair.target_language,
        pair.source,
        pair.target,
        pair.provider,
        pair.model,
        "yes" if pair.starred else "",
    )


def units(pair: Pair) -> Iterator[tuple[str, str]]:
    """A pair paragraph by paragraph, as memories want it, where both sides have equally many; else as a whole."""
    sources = [line.strip() for line in pair.source.splitlines() if line.strip()]
    targets = [line.strip() for line in pair.target.splitlines() if line.strip()]
    if len(sources) == len(targets):
        yield from zip(sources, targets, strict=True)
    else:
        yield pair.source.strip(), pair.target.strip()


def _tmx(pairs: Sequence[Pair]) -> bytes:
    from lxml import etree

    from desktopchat import __version__

    header = {
        "creationtool": "Desktop Chat",
        "creationtoolversion": __version__,
        "segtype": "paragraph",
        "o-tmf": "desktopchat",
        "adminlang": "en",
        "srclang": "*all*",
        "datatype": "plaintext",
        "creationdate": _stamp(datetime.now(UTC)),
    }
    out = io.BytesIO()
    with etree.xmlfile(out, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("tmx", version="1.4"):
            with xml.element("header", header):
                pass
            with xml.element("body"):
                for pair in pairs:
                    for source, target in units(pair):
                        xml.write(_unit(etree, pair, source, target), pretty_print=True)
    return out.getvalue()


def _unit(etree: Any, pair: Pair, source: str, target: str) -> Any:
    unit = etree.Element("tu", creationdate=_stamp(pair.created))
    if pair.model:
        note = etree.SubElement(unit, "prop", type="model")
        note.text = xml_safe(pair.model)
    for language, text in ((pair.source_language, source), (pair.target_language, target)):
        variant = etree.SubElement(unit, "tuv", {_LANG: language or "und"})
        etree.SubElement(variant, "seg").text = xml_safe(text)
    return unit


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
