"""Glossaries in files: which column means what, a preview, the terms themselves, and the way out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.domain.translation import Glossary, Term, TermRule
from desktopchat.translation import tables
from desktopchat.translation.languages import Language, find
from desktopchat.translation.tables import Table, TableKind

PREVIEWED = 20


class GlossaryFormat(StrEnum):
    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    TBX = "tbx"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what, counted from 0; None where there is none."""

    source: int = 0
    target: int | None = 1
    note: int | None = None
    rule: int | None = None
    case_sensitive: int | None = None
    has_header: bool = False
    source_language: str = ""
    target_language: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table seems to hold: the guess at its columns, its titles, and its first rows."""

    columns: Columns
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Imported:
    """A glossary out of a file, and how many of its rows were left out: without a term, or there already."""

    glossary: Glossary
    skipped: int


_NAMES = {
    "source": "source term source_term sourceterm src original 源 源语 源语言 原文 术语 词条 原词",
    "target": "target translation target_term targetterm tgt translated 目标 目标语 目标语言 译文 翻译 译名",
    "note": "note notes comment comments description remark definition context explanation 备注 注释 说明 注 定义 释义",
    "rule": "rule status type flag do_not_translate dnt 规则 状态 类型",
    "case_sensitive": "case case_sensitive casesensitive match_case 大小写 区分大小写",
}
_ROLE_OF = {word: role for role, words in _NAMES.items() for word in words.split()}
_RULES = {
    TermRule.KEEP: "keep dnt do_not_translate donottranslate untranslatable no_translate 不译 不翻译 保留",
    TermRule.FORBIDDEN: "forbidden deprecated deprecatedterm deprecatedterm-admn-sts not_allowed 禁用 禁止",
}
_RULE_OF = {word: rule for rule, words in _RULES.items() for word in words.split()}
_NOT_LANGUAGES = frozenset({"id", "no"})
"""Tags of languages that, as titles of columns, mean numbers."""

_YES = frozenset({"1", "yes", "true", "y", "x", "是", "√", "✓"})


def preview(table: Table) -> Preview:
    """The table as a person checks it before the import."""
    columns = guess_columns(table)
    rows = table.rows[1:] if columns.has_header else table.rows
    titles = table.rows[0] if columns.has_header else tuple(f"{number + 1}" for number in range(table.width))
    return Preview(columns, titles, rows[:PREVIEWED], len(rows))


def guess_columns(table: Table) -> Columns:
    """By the titles in the first row, where it has any that are known; else the first two columns."""
    titles = [_plain(cell) for cell in table.rows[0]] if table.rows else []
    roles = {_ROLE_OF[title]: at for at, title in reversed(list(enumerate(titles))) if title in _ROLE_OF}
    tongues = [(at, language) for at, title in enumerate(titles) if (language := _language(title))]
    if not roles and len(tongues) < 2:
        return Columns(target=1 if table.width > 1 else None)
    source = roles.get("source", tongues[0][0] if tongues else 0)
    left = [at for at, _ in tongues if at != source]
    target = roles.get("target", left[0] if left else (1 if table.width > 1 and source == 0 else None))
    named = {at: language.tag for at, language in tongues}
    return Columns(
        source,
        target,
        roles.get("note"),
        roles.get("rule"),
        roles.get("case_sensitive"),
        has_header=True,
        source_language=named.get(source, ""),
        target_language=named.get(target, "") if target is not None else "",
    )


def terms_in(table: Table, columns: Columns) -> tuple[tuple[Term, ...], int]:
    """The terms of the rows, and how many rows were left out: without a term, or said before."""
    rows = table.rows[1:] if columns.has_header else table.rows
    terms = [term for row in rows if (term := _term(row, columns))]
    kept = tuple(dict.fromkeys(terms))
    return kept, len(rows) - len(kept)


def read_glossary(
    data: bytes, name: str, columns: Columns | None = None, source_language: str = "", target_language: str = ""
) -> Imported:
    """The glossary in a file (CSV, TSV, XLSX, TBX), with the columns as they are guessed unless given.

    Raises `ChatError`: `file_rejected`, `too_large`.
    """
    title = name.rpartition(".")[0] or name
    if is_tbx(data):
        from desktopchat.translation.tbx import read_tbx

        return read_tbx(data, title, source_language, target_language)
    table = tables.read(data, name)
    columns = columns or guess_columns(table)
    terms, skipped = terms_in(table, columns)
    if not terms:
        raise failed(
            ErrorKind.FILE_REJECTED,
            msg("There are no terms in this file."),
            hint=msg("It needs one column with terms and one with their translations."),
        )
    source = source_language or columns.source_language
    return Imported(Glossary(title, source, target_language or columns.target_language, terms=terms), skipped)


def write_glossary(glossary: Glossary, form: GlossaryFormat) -> bytes:
    """The glossary as a file that `read_glossary` reads back as it is."""
    if form is GlossaryFormat.TBX:
        from desktopchat.translation.tbx import write_tbx

        return write_tbx(glossary)
    header = ("source", "target", "note", "rule", "case_sensitive")
    rows = [
        (term.source, term.target, term.note, term.rule.value, "yes" if term.case_sensitive else "")
        for term in glossary.terms
    ]
    return tables.written([header, *rows], TableKind(form.value), glossary.name or "Glossary")


def is_tbx(data: bytes) -> bool:
    """Whether a file is XML, which among glossaries is TBX."""
    return tables.decoded(data[:400])[0].lstrip("\ufeff \r\n\t").startswith("<")


def _term(row: Sequence[str], columns: Columns) -> Term | None:
    def cell(at: int | None) -> str:
        return row[at].strip() if at is not None and at < len(row) else ""

    source, target = cell(columns.source), cell(columns.target)
    rule = _RULE_OF.get(_plain(cell(columns.rule)), TermRule.TRANSLATE)
    if rule is TermRule.TRANSLATE and source and not target:
        rule = TermRule.KEEP
    if not (target if rule is TermRule.FORBIDDEN else source):
        return None
    return Term(source, target, cell(columns.note), rule, _plain(cell(columns.case_sensitive)) in _YES)


def _plain(cell: str) -> str:
    return "_".join(cell.strip().lower().replace("-", " ").split())


def _language(title: str) -> Language | None:
    if title in _NOT_LANGUAGES:
        return None
    return find(title.replace("_", "-")) or find(title.replace("_", " "))
