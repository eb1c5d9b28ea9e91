"""The history of pairs: every text with its translation, found by any word of either."""
# ruff: noqa: S608 - SQL is put together from constants of this file only; values are always bound

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import now
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.domain.translation import Pair
from desktopchat.storage.database import Database
from desktopchat.storage.errors import Problem
from desktopchat.storage.rows import milliseconds, moment
from desktopchat.storage.search import drop_index

if TYPE_CHECKING:
    import apsw

    from desktopchat.storage.queries import Query

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_INDEXED = 200_000
_COLUMNS = "id, created, source_language, target_language, source, target, provider, model, starred"
_LISTED = f"SELECT {_COLUMNS} FROM pairs WHERE trashed IS NULL"
_MATCHED = (
    "SELECT {columns} FROM pair_index AS i CROSS JOIN pairs AS p ON p.number = i.rowid"
    " WHERE pair_index MATCH ? AND p.trashed IS NULL{starred} ORDER BY i.rowid DESC LIMIT ?"
)


class PairStore:
    """Every method raises only `ChatError`: `storage`, `not_found`. A pair that is damaged hides no other."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add(self, pair: Pair) -> None:
        await self._mended(lambda: self._db.write(lambda c: _add(c, pair)))

    async def update(self, pair: Pair) -> None:
        """Keeps another target, as after a repair."""
        await self._mended(lambda: self._db.write(lambda c: _update(c, pair)))

    async def search(self, query: str = "", limit: int = 200, *, starred: bool = False) -> list[Pair]:
        """The newest pairs that hold all words of `query` (all pairs for none); a word may be one or two characters."""
        from desktopchat.storage.queries import parsed

        wanted = parsed(query)
        if query.strip() and not wanted.terms:
            return []
        return await self._mended(lambda: self._db.aside(lambda c: _found(c, wanted, limit, starred)))

    async def count(self) -> int:
        sql = "SELECT count(*) FROM pairs WHERE trashed IS NULL"
        return int(await self._db.run(lambda c: c.execute(sql).get) or 0)

    async def star(self, pair_id: str, starred: bool = True) -> None:
        sql = "UPDATE pairs SET starred = ? WHERE id = ?"
        await self._db.write(lambda c: _change(c, sql, (int(starred), pair_id)))

    async def trash(self, pair_ids: Sequence[str]) -> None:
        """Takes pairs out of the history; they can be brought back until `empty_trash`."""
        at = milliseconds(now())
        await self._db.write(lambda c: _mark(c, pair_ids, at), frees_space=True)

    async def restore(self, pair_ids: Sequence[str]) -> None:
        await self._db.write(lambda c: _mark(c, pair_ids, None))

    async def empty_trash(self) -> None:
        """Removes for good what is in the trash."""
        await self._db.write(_remove_trashed, frees_space=True)

    async def _mended(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` does; where the index is damaged it is made again first, so that no pair is lost for it."""
        try:
            return await work()
        except ChatError as error:
            if error.failure.code not in (Problem.CORRUPT, Problem.OTHER):
                raise
            log.error("the index of pairs is damaged; it is made again: %s", error.failure.detail)
        await self._db.write(_rebuild)
        return await work()


def _add(connection: apsw.Connection, pair: Pair) -> None:
    connection.execute(f"INSERT INTO pairs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _values(pair))
    _feed(connection, connection.last_insert_rowid(), pair)


def _update(connection: apsw.Connection, pair: Pair) -> None:
    number = connection.execute("SELECT number FROM pairs WHERE id = ?", (pair.id,)).get
    if number is None:
        raise unknown_pair()
    connection.execute(
        f"UPDATE pairs SET ({_COLUMNS}) = (?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?10", (*_values(pair), pair.id)
    )
    connection.execute("DELETE FROM pair_index WHERE rowid = ?", (number,))
    _feed(connection, int(number), pair)


def _values(pair: Pair) -> tuple[str | int, ...]:
    """In the order of `_COLUMNS`."""
    return (
        pair.id,
        milliseconds(pair.created),
        pair.source_language,
        pair.target_language,
        repaired(pair.source),
        repaired(pair.target),
        repaired(pair.provider),
        repaired(pair.model),
        int(pair.starred),
    )


def _feed(connection: apsw.Connection, number: int, pair: Pair) -> None:
    from desktopchat.domain.search_tokens import document

    words, characters = document(f"{pair.source[:MAX_INDEXED]}\n{pair.target[:MAX_INDEXED]}")
    sql = "INSERT INTO pair_index (rowid, words, characters) VALUES (?, ?, ?)"
    connection.execute(sql, (number, words, characters))


def _found(connection: apsw.Connection, query: Query, limit: int, starred: bool) -> list[Pair]:
    only = " AND starred = 1" if starred else ""
    if not query.terms:
        sql = f"{_LISTED}{only} ORDER BY number DESC LIMIT ?"
        return [_pair(row) for row in connection.execute(sql, (limit,))]
    sql = _MATCHED.format(columns=_COLUMNS, starred=only)
    return [_pair(row) for row in connection.execute(sql, (query.match(), limit))]


def _pair(row: tuple[Any, ...]) -> Pair:
    key, created, source_language, target_language, source, target, provider, model, starred = row
    return Pair(source, target, source_language, target_language, provider, model, bool(starred), moment(created), key)


def _change(connection: apsw.Connection, sql: str, values: tuple[str | int | None, ...]) -> None:
    connection.execute(sql, values)
    if connection.changes() == 0:
        raise unknown_pair()


def _mark(connection: apsw.Connection, pair_ids: Sequence[str], trashed: int | None) -> None:
    for pair_id in pair_ids:
        _change(connection, "UPDATE pairs SET trashed = ? WHERE id = ?", (trashed, pair_id))


def _remove_trashed(connection: apsw.Connection) -> None:
    connection.execute("DELETE FROM pair_index WHERE rowid IN (SELECT number FROM pairs WHERE trashed IS NOT NULL)")
    connection.execute("DELETE FROM pairs WHERE trashed IS NOT NULL")


def _rebuild(connection: apsw.Connection) -> None:
    drop_index(connection, "pair_index")
    connection.execute(
        "CREATE VIRTUAL TABLE pair_index USING"
        " fts5(words, characters, content = '', contentless_delete = 1, tokenize = 'ascii')"
    )
    for row in connection.execute(f"SELECT number, {_COLUMNS} FROM pairs").fetchall():
        _feed(connection, int(str(row[0])), _pair(row[1:]))


def unknown_pair() -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("This translation is not in the history (any more)."),
        hint=msg("It may have been deleted in another window."),
    )
