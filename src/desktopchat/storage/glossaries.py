"""Glossaries as they are kept: each with its terms, in the order of their table, and a trash."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import now
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.translation import Glossary, Term, TermRule
from desktopchat.storage.database import Database
from desktopchat.storage.rows import milliseconds

if TYPE_CHECKING:
    import apsw

log = logging.getLogger(__name__)

_LIST = "SELECT number, id, name, source_language, target_language, enabled FROM glossaries"
_TERMS = "SELECT source, target, note, rule, case_sensitive FROM terms WHERE glossary = ? ORDER BY seq"
_RULES = {rule.value: rule for rule in TermRule}


class GlossaryStore:
    """Every method raises only `ChatError`: `storage`, `not_found`, `bad_request` for a name that is empty."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def all(self) -> list[Glossary]:
        """With their terms, in the order in which they were made, without those in the trash."""
        return await self._db.run(lambda c: _read(c, f"{_LIST} WHERE trashed IS NULL ORDER BY number"))

    async def enabled(self) -> list[Glossary]:
        """Those that are switched on."""
        return [glossary for glossary in await self.all() if glossary.enabled]

    async def get(self, glossary_id: str) -> Glossary:
        found = await self._db.run(lambda c: _read(c, f"{_LIST} WHERE id = ?", (glossary_id,)))
        if not found:
            raise unknown_glossary()
        return found[0]

    async def add(self, glossary: Glossary) -> None:
        await self._db.write(lambda c: _add(c, glossary))

    async def update(self, glossary: Glossary) -> None:
        """Replaces everything that is kept of the glossary with this id, its terms as well."""
        await self._db.write(lambda c: _update(c, glossary))

    async def enable(self, glossary_id: str, enabled: bool) -> None:
        sql = "UPDATE glossaries SET enabled = ? WHERE id = ?"
        await self._db.write(lambda c: _change(c, sql, (int(enabled), glossary_id)))

    async def trash(self, glossary_id: str) -> None:
        """Takes it out of the list; nothing of it is removed."""
        sql = "UPDATE glossaries SET trashed = ? WHERE id = ?"
        await self._db.write(lambda c: _change(c, sql, (milliseconds(now()), glossary_id)), frees_space=True)

    async def restore(self, glossary_id: str) -> None:
        sql = "UPDATE glossaries SET trashed = NULL WHERE id = ?"
        await self._db.write(lambda c: _change(c, sql, (glossary_id,)))


def _read(connection: apsw.Connection, sql: str, values: tuple[Any, ...] = ()) -> list[Glossary]:
    rows = connection.execute(sql, values).fetchall()
    return [_glossary(connection, row) for row in rows]


def _glossary(connection: apsw.Connection, row: tuple[Any, ...]) -> Glossary:
    number, key, name, source, target, enabled = row
    terms = tuple(_term(each) for each in connection.execute(_TERMS, (number,)))
    return Glossary(name, source, target, bool(enabled), terms, key)


def _term(row: tuple[Any, ...]) -> Term:
    source, target, note, rule, case_sensitive = row
    return Term(source, target, note, _RULES.get(rule, TermRule.TRANSLATE), bool(case_sensitive))


def _add(connection: apsw.Connection, glossary: Glossary) -> None:
    sql = "INSERT INTO glossaries (name, source_language, target_language, enabled, id) VALUES (?, ?, ?, ?, ?)"
    connection.execute(sql, _values(glossary))
    _add_terms(connection, connection.last_insert_rowid(), glossary)


def _update(connection: apsw.Connection, glossary: Glossary) -> None:
    sql = "UPDATE glossaries SET name = ?, source_language = ?, target_language = ?, enabled = ? WHERE id = ?"
    _change(connection, sql, _values(glossary))
    number = connection.execute("SELECT number FROM glossaries WHERE id = ?", (glossary.id,)).get
    connection.execute("DELETE FROM terms WHERE glossary = ?", (number,))
    _add_terms(connection, int(number), glossary)


def _add_terms(connection: apsw.Connection, number: int, glossary: Glossary) -> None:
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (number, seq, repaired(t.source), repaired(t.target), repaired(t.note), t.rule.value, int(t.case_sensitive))
            for seq, t in enumerate(glossary.terms)
        ],
    )


def _values(glossary: Glossary) -> tuple[str | int, ...]:
    name = repaired(glossary.name.strip())
    if not name:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("A glossary needs a name."),
            hint=msg("Enter any name that tells it from the others."),
        )
    return name, glossary.source_language, glossary.target_language, int(glossary.enabled), glossary.id


def _change(connection: apsw.Connection, sql: str, values: tuple[str | int, ...]) -> None:
    connection.execute(sql, values)
    if connection.changes() == 0:
        raise unknown_glossary()


def unknown_glossary() -> ChatError:
    return failed(ErrorKind.NOT_FOUND, msg("This glossary is not there (any more)."), hint=msg("Choose another one."))
