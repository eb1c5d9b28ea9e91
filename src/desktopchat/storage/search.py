"""Full-text search over messages and titles, newest first. How text becomes tokens: `tokens`; queries: `queries`.

The index is never fed in the transaction that stores a message. Triggers queue what has changed; `catch_up` and each
search work the queue off. So the index can be damaged, thrown away and made again without touching a message.
The tokenizer is imported when it is first needed: its tables cost more than opening the database.
"""
# ruff: noqa: S608 - SQL is put together from constants of this package only; values are always bound

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ChatError
from desktopchat.domain.message import Role
from desktopchat.domain.search import SearchHit
from desktopchat.storage.database import Database
from desktopchat.storage.errors import UNWRITABLE, Problem
from desktopchat.storage.rows import moment, text_in

if TYPE_CHECKING:
    import apsw

    from desktopchat.storage.queries import Query

log = logging.getLogger(__name__)

SLICE_S = 0.02
"""Feeding the index holds the database thread no longer than this at a time: checkpoints of answers go on."""

BATCH = 16

PATIENCE_S = 2.0
"""A search waits this long for what is not in the index yet. After a session of talking that is enough by far."""

MAX_INDEXED = 500_000
"""Characters of one message that are indexed."""

_MESSAGE, _TITLE = 0, 1
_TABLES = {_MESSAGE: "search_index", _TITLE: "title_index"}

# CROSS JOIN keeps the index outermost: it delivers newest first, and the search stops when it has enough
_FIND_MESSAGES = """
SELECT c.id, c.title, m.id, m.role, m.parts, m.created
FROM search_index AS i CROSS JOIN messages AS m ON m.number = i.rowid
CROSS JOIN conversations AS c ON c.number = m.conversation
WHERE search_index MATCH ? AND c.trashed IS NULL AND m.trashed IS NULL ORDER BY i.rowid DESC LIMIT ?
"""
_FIND_TITLES = """
SELECT c.id, c.title, c.updated FROM title_index AS i CROSS JOIN conversations AS c ON c.number = i.rowid
WHERE title_index MATCH ? AND c.trashed IS NULL ORDER BY c.updated DESC LIMIT ?
"""


class SearchIndex:
    """Finds messages and titles outside the trash. Every method raises only `ChatError` `storage`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def search(self, query: str, limit: int = 50) -> list[SearchHit]:
        """The newest messages and titles that hold all the words. Nothing that is typed is an error.

        A title is a hit of its own only where no message of its conversation is among the hits. What was stored a
        moment ago is found; after a large import, older messages join as `catch_up` gets to them.
        """
        from desktopchat.storage.queries import parsed

        wanted = parsed(query)
        if not wanted.terms or limit < 1:
            return []
        try:
            return await self._search(wanted, limit)
        except ChatError as error:
            if error.failure.code not in (Problem.CORRUPT, Problem.OTHER):
                raise
            log.error("the search index is damaged; it is made again: %s", error.failure.detail)
        await self.rebuild()
        return await self._search(wanted, limit)

    async def _search(self, query: "Query", limit: int) -> list[SearchHit]:
        try:
            await self._catch_up(PATIENCE_S)
        except ChatError as error:
            if error.failure.code not in (*UNWRITABLE, Problem.LOCKED):
                raise
            log.info("searching without the newest messages: %s", error.failure.code)
        return await self._db.aside(lambda c: _found(c, query, limit))

    async def _catch_up(self, seconds: float) -> int:
        stop = time.monotonic() + seconds
        done = 0
        while await self._db.run(_is_behind) and time.monotonic() < stop:
            done += await self._db.write(_work_off)
        return done

    async def catch_up(self) -> int:
        """Feeds everything that waits into the index, in short slices; returns how many entries that were."""
        return await self._catch_up(float("inf"))

    async def rebuild(self) -> None:
        """Throws the index away and makes it again from what is stored."""
        await self._db.write(_start_again)
        await self.catch_up()


def _is_behind(connection: "apsw.Connection") -> bool:
    return connection.execute("SELECT 1 FROM search_queue LIMIT 1").get is not None


def _work_off(connection: "apsw.Connection") -> int:
    """Feeds waiting entries, the newest first, for about `SLICE_S`; returns how many."""
    stop = time.monotonic() + SLICE_S
    done = 0
    while waiting := _newest_waiting(connection):
        # upwards, because SQLite's index starts a new segment whenever the numbers go down
        for kind, number in reversed(waiting):
            _feed(connection, kind, number)
            connection.execute("DELETE FROM search_queue WHERE kind = ? AND number = ?", (kind, number))
        done += len(waiting)
        if time.monotonic() > stop:
            break
    return done


def _newest_waiting(connection: "apsw.Connection") -> list[Any]:
    """A handful of entries of one kind: titles while there are any, then messages."""
    sql = "SELECT kind, number FROM search_queue WHERE kind = ? ORDER BY number DESC LIMIT ?"
    return connection.execute(sql, (_TITLE, BATCH)).fetchall() or connection.execute(sql, (_MESSAGE, BATCH)).fetchall()


def _feed(connection: "apsw.Connection", kind: int, number: int) -> None:
    """Makes the index say what the row says, or forget it where the row is gone."""
    from desktopchat.domain.search_tokens import document

    table = _TABLES[kind]
    connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))
    text = _text(connection, kind, number)
    words, characters = document(text[:MAX_INDEXED])
    if words:
        connection.execute(
            f"INSERT INTO {table} (rowid, words, characters) VALUES (?, ?, ?)", (number, words, characters)
        )


def _text(connection: "apsw.Connection", kind: int, number: int) -> str:
    if kind == _TITLE:
        return str(connection.execute("SELECT title FROM conversations WHERE number = ?", (number,)).get or "")
    parts = connection.execute("SELECT parts FROM messages WHERE number = ?", (number,)).get
    return text_in(parts) if isinstance(parts, str) else ""


def _start_again(connection: "apsw.Connection") -> None:
    for table in _TABLES.values():
        drop_index(connection, table)
        connection.execute(
            f"CREATE VIRTUAL TABLE {table} USING"
            " fts5(words, characters, content = '', contentless_delete = 1, tokenize = 'ascii')"
        )
    connection.execute("INSERT OR IGNORE INTO search_queue SELECT 0, number FROM messages WHERE state <> 'streaming'")
    connection.execute("INSERT OR IGNORE INTO search_queue SELECT 1, number FROM conversations")


def drop_index(connection: "apsw.Connection", table: str) -> None:
    """Removes an index whatever state its own tables are in."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).get:
        # SQLite refuses to drop an index that does not say its format
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table}_config (k PRIMARY KEY, v) WITHOUT ROWID")
        connection.execute(f"INSERT OR REPLACE INTO {table}_config VALUES ('version', 4)")
        connection.execute(f"DROP TABLE {table}")
    for own in ("data", "idx", "docsize", "config"):
        connection.execute(f"DROP TABLE IF EXISTS {table}_{own}")


def _found(connection: "apsw.Connection", query: "Query", limit: int) -> list[SearchHit]:
    messages = _rows(connection, _FIND_MESSAGES, query, limit)
    hits = [_message_hit(query, row) for row in messages]
    shown = {hit.conversation_id for hit in hits}
    titles = _rows(connection, _FIND_TITLES, query, limit)
    hits += [_title_hit(query, row) for row in titles if row[0] not in shown]
    return sorted(hits, key=lambda hit: hit.created, reverse=True)[:limit]


def _rows(connection: "apsw.Connection", sql: str, query: "Query", limit: int) -> list[Any]:
    """The word as typed first, which costs the same in any index; words that go on only if those are too few.

    All matches of a beginning have to be collected before the newest is known.
    """
    exact = connection.execute(sql, (query.match(prefix=False), limit)).fetchall()
    if len(exact) >= limit or not query.has_prefix:
        return exact
    return connection.execute(sql, (query.match(), limit)).fetchall()


def _message_hit(query: "Query", row: Sequence[Any]) -> SearchHit:
    from desktopchat.storage.snippets import snippet

    conversation, title, message, role, parts, created = row
    cut = snippet(text_in(parts), query)
    return SearchHit(conversation, title, message, Role(role), cut.text, cut.highlights, moment(created))


def _title_hit(query: "Query", row: Sequence[Any]) -> SearchHit:
    from desktopchat.storage.snippets import snippet

    conversation, title, updated = row
    cut = snippet(title, query)
    return SearchHit(conversation, title, None, None, cut.text, cut.highlights, moment(updated))
