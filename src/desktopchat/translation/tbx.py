"""Glossaries as TBX (ISO 30042): the older `martif` and version 3 in, TBX-Basic in the older form out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.domain.translation import Glossary, Term, TermRule
from desktopchat.translation.languages import same
from desktopchat.translation.xml_text import local_name, parsed_events, xml_safe

if TYPE_CHECKING:
    from desktopchat.translation.glossary_files import Imported

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONCEPTS = ("termEntry", "conceptEntry")
_SECTIONS = ("langSet", "langSec")
_FORBIDDEN = ("deprecatedTerm", "supersededTerm", "obsolete")
_KEPT = "doNotTranslate"


@dataclass(frozen=True, slots=True)
class _Word:
    language: str
    text: str
    note: str
    status: str


def read_tbx(data: bytes, name: str, source_language: str = "", target_language: str = "") -> Imported:
    """The terms of two languages; by default those of the first concept that has two.

    Raises `ChatError` `file_rejected` for what is no TBX, or has no such pair of languages.
    """
    from desktopchat.translation.glossary_files import Imported

    concepts = list(_concepts(data))
    source, target = _languages(concepts, source_language, target_language)
    terms: list[Term] = []
    skipped = 0
    for words in concepts:
        made = list(_terms(words, source, target))
        terms += made
        skipped += not made
    if not terms:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("There are no terms in this file."),
            hint=msg("A TBX file needs concepts with terms in two languages."),
        )
    return Imported(Glossary(name, source, target, terms=tuple(dict.fromkeys(terms))), skipped)


def write_tbx(glossary: Glossary) -> bytes:
    """TBX-Basic. What it cannot say itself (kept terms, the case rule) stands in notes of its own."""
    from lxml import etree

    source = glossary.source_language or "und"
    target = glossary.target_language or "und"
    root = etree.Element("martif", {"type": "TBX-Basic", _LANG: source})
    root.append(_header(etree, glossary.name))
    body = etree.SubElement(etree.SubElement(root, "text"), "body")
    body.extend(_entry(etree, number, term, source, target) for number, term in enumerate(glossary.terms, 1))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _concepts(data: bytes) -> Iterator[list[_Word]]:
    for element in parsed_events(data, _CONCEPTS):
        note = next((_text(child) for child in element if local_name(child) in ("descrip", "note")), "")
        yield [word for section in element.iter() if local_name(section) in _SECTIONS for word in _words(section, note)]


def _words(section: Any, note: str) -> Iterator[_Word]:
    language = section.get(_LANG) or section.get("lang") or ""
    for element in section.iter():
        if local_name(element) != "term":
            continue
        group = element.getparent()
        notes = [each for each in group if local_name(each) in ("termNote", "note", "descrip")]
        status = " ".join(
            _text(each) for each in notes if each.get("type") in ("administrativeStatus", "status", _KEPT)
        )
        own = next((_text(each) for each in notes if local_name(each) == "note"), "")
        yield _Word(language, _text(element), own or note, status)


def _languages(concepts: list[list[_Word]], source: str, target: str) -> tuple[str, str]:
    for words in concepts:
        tags = list(dict.fromkeys(word.language for word in words))
        source = source or (tags[0] if tags else "")
        others = [tag for tag in tags if not same(tag, source)]
        if others and not target:
            target = others[0]
        if source and target:
            break
    return source, target


def _terms(words: list[_Word], source: str, target: str) -> Iterator[Term]:
    said = [word for word in words if same(word.language, source) and word.text]
    wanted = [word for word in words if same(word.language, target) and word.text]
    for word in said:
        if _KEPT in word.status:
            yield Term(word.text, "", word.note, TermRule.KEEP, "caseSensitive" in word.status)
            continue
        for other in wanted:
            is_forbidden = any(status in other.status for status in _FORBIDDEN)
            rule = TermRule.FORBIDDEN if is_forbidden else TermRule.TRANSLATE
            yield Term(word.text, other.text, other.note or word.note, rule, "caseSensitive" in word.status)


def _header(etree: Any, title: str) -> Any:
    header = etree.Element("martifHeader")
    description = etree.SubElement(header, "fileDesc")
    statement = etree.SubElement(etree.SubElement(description, "titleStmt"), "title")
    statement.text = xml_safe(title)
    etree.SubElement(etree.SubElement(description, "sourceDesc"), "p").text = "Desktop Chat"
    return header


def _entry(etree: Any, number: int, term: Term, source: str, target: str) -> Any:
    entry = etree.Element("termEntry", id=f"c{number}")
    if term.note:
        etree.SubElement(entry, "note").text = xml_safe(term.note)
    own = [_KEPT] * (term.rule is TermRule.KEEP) + ["caseSensitive"] * term.case_sensitive
    _section(etree, entry, source, term.source, " ".join(own))
    if term.target:
        status = "deprecatedTerm-admn-sts" if term.rule is TermRule.FORBIDDEN else ""
        _section(etree, entry, target, term.target, status)
    return entry


def _section(etree: Any, entry: Any, language: str, text: str, status: str) -> None:
    group = etree.SubElement(etree.SubElement(entry, "langSet", {_LANG: language}), "tig")
    etree.SubElement(group, "term").text = xml_safe(text)
    if status:
        etree.SubElement(group, "termNote", type="administrativeStatus").text = status


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
