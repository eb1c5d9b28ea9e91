"""Conversations and their messages in the database. What a conversation means is the domain's business.

A message's text is what its row holds plus its chunks, in that order; chunks only exist while an answer comes, or
after a crash until `settle_interrupted`.
"""
# ruff: noqa: S608 - SQL is put together from constants of this package only; values are always bound

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from desktopchat.domain.conversation import Conversation, ConversationSummary
from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.message import Message, MessageState, now
from desktopchat.domain.surrogates import repaired
from desktopchat.domain.text import msg
from desktopchat.storage import message_trash, rows
from desktopchat.storage.database import Database
from desktopchat.storage.errors import in_the_trash, not_found
from desktopchat.storage.rows import milliseconds, moment

if TYPE_CHECKING:
    import apsw

    Write = Callable[[apsw.Connection], None]

_PER_MILLISECOND = 4096
_MANY_MORE = 4
_LISTED = "SELECT id, title, created, updated, messages FROM conversations WHERE trashed IS NULL"
_DELETE_CHUNKS = "DELETE FROM chunks WHERE message = (SELECT number FROM messages WHERE id = ?)"
_TRASHED = "SELECT id, title, created, updated, messages FROM conversations WHERE trashed IS NOT NULL"


class ConversationStore:
    """Every method is one transaction and raises `ChatError`: `storage`, or `not_found` for an unknown id."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def create(self, conversation: Conversation) -> None:
        """Stores a new conversation with the messages that it has."""
        await self._db.write(lambda c: _create(c, conversation))

    async def save(self, conversation: Conversation) -> None:
        """Stores title, settings and head; its place in the list stays."""
        await self._db.write(lambda c: _save(c, conversation))

    async def add_messages(self, conversation_id: str, messages: Iterable[Message], head_id: str | None) -> None:
        """Adds messages, parents before children, and moves the head: all of it or nothing."""
        added = tuple(messages)
        await self._db.write(lambda c: _add_messages(c, conversation_id, added, head_id))

    async def append_chunk(self, message_id: str, text: str, reasoning: str = "") -> None:
        """Adds to an answer that is coming."""
        await self._db.write(lambda c: _append_chunk(c, message_id, text, reasoning))

    async def restart_chunks(self, message_id: str, text: str, reasoning: str = "") -> None:
        """Replaces all text and reasoning that an answer has so far."""
        await self._db.write(lambda c: _restart_chunks(c, message_id, text, reasoning))

    async def finish(self, message: Message) -> None:
        """Stores the message's final state in place of its chunks."""
        await self._db.write(lambda c: _finish(c, message))

    async def load(self, conversation_id: str) -> Conversation:
        """The conversation, also from the trash.

        An answer that some process is still writing comes as `PARTIAL`, with what is stored of it.
        """
        return await self._db.read(lambda c: _load(c, conversation_id))

    async def load_newest(self, conversation_id: str, count: int) -> Conversation:
        """As `load`, but only about `count` messages of one that has many more: the end of the shown branch.

        `is_whole` tells. What the shown branch ends with may be old, after turning back to it: then all is loaded.
        """
        return await self._db.read(lambda c: _load_newest(c, conversation_id, count))

    async def summaries(
        self, limit: int | None = None, offset: int = 0, *, trashed: bool = False
    ) -> list[ConversationSummary]:
        """The conversations outside (or in) the trash, newest first."""
        order = "trashed DESC" if trashed else "updated DESC"
        sql = f"{_TRASHED if trashed else _LISTED} ORDER BY {order}, number DESC LIMIT ? OFFSET ?"
        return await self._db.run(lambda c: _summaries(c, sql, -1 if limit is None else limit, offset))

    async def count(self) -> int:
        """How many conversations are outside the trash."""
        sql = "SELECT count(*) FROM conversations WHERE trashed IS NULL"
        return int(await self._db.run(lambda c: c.execute(sql).get))

    async def find(self, prefix: str, *, trashed: bool = True) -> str:
        """The one id that begins with `prefix`; `bad_request` where several do.

        Without `trashed` one in the trash is `not_found`, and the hint says how to take it out.
        """
        sql = """SELECT id, trashed FROM conversations WHERE id >= ?1 AND substr(id, 1, length(?1)) = ?1
                 ORDER BY id LIMIT 2"""
        matches: list[Any] = await self._db.run(lambda c: c.execute(sql, (repaired(prefix.lower()),)).fetchall())
        if not matches or not prefix:
            raise not_found()
        found, trashed_at = matches[0]
        if len(matches) > 1 and found != prefix.lower():
            raise failed(
                ErrorKind.BAD_REQUEST,
                msg("Several conversations have an id that begins with {prefix}.", prefix=prefix),
                hint=msg("Give more characters of the id."),
            )
        if trashed_at is not None and not trashed:
            raise in_the_trash(found)
        return str(found)

    async def trash(self, conversation_id: str) -> None:
        """Takes the conversation out of the list; nothing of it is removed. Works on a full disk, too."""
        await self._db.write(lambda c: _set_trashed(c, conversation_id, milliseconds(now())), frees_space=True)

    async def restore(self, conversation_id: str) -> None:
        await self._db.write(lambda c: _set_trashed(c, conversation_id, None))

    async def trash_messages(self, conversation_id: str, message_ids: Collection[str], head_id: str | None) -> None:
        """Hides messages and moves the head; nothing is removed. Works on a full disk, too."""
        marked, moment_ms = tuple(message_ids), milliseconds(now())
        await self._db.write(lambda c: _mark(c, conversation_id, marked, moment_ms, head_id), frees_space=True)

    async def restore_messages(self, conversation_id: str, message_ids: Collection[str], head_id: str | None) -> None:
        """Takes messages out of the trash again and moves the head."""
        marked = tuple(message_ids)
        await self._db.write(lambda c: _mark(c, conversation_id, marked, None, head_id))

    async def purge(self, before: datetime) -> int:
        """Removes for good what was put into the trash before that time; returns how many conversations."""
        return await self._db.write(lambda c: _purge(c, milliseconds(before)), frees_space=True)

    async def settle_interrupted(self) -> int:
        """Makes answers that a crash cut partial, with what was stored of them; returns how many.

        Only for a process that knows that no other one is writing.
        """
        return await self._db.write(_settle)


def _summaries(connection: "apsw.Connection", sql: str, limit: int, offset: int) -> list[ConversationSummary]:
    found: list[Any] = connection.execute(sql, (limit, offset)).fetchall()
    return [ConversationSummary(i, title, moment(made), moment(at), n) for i, title, made, at, n in found]


def _create(connection: "apsw.Connection", conversation: Conversation) -> None:
    sql = """INSERT INTO conversations (id, created, updated, title, title_is_manual, head_id, system_prompt,
             provider_id, model, params, preset_id, context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
    times = (milliseconds(conversation.created), milliseconds(conversation.updated))
    connection.execute(sql, (conversation.id, *times, *_changeable(conversation)))
    if messages := tuple(conversation):
        _insert(connection, connection.last_insert_rowid(), messages)


def _save(connection: "apsw.Connection", conversation: Conversation) -> None:
    sql = """UPDATE conversations SET title = ?, title_is_manual = ?, head_id = ?, system_prompt = ?,
             provider_id = ?, model = ?, params = ?, preset_id = ?, context = ? WHERE id = ?"""
    connection.execute(sql, (*_changeable(conversation), conversation.id))
    _require_change(connection)


def _changeable(conversation: Conversation) -> tuple[Any, ...]:
    settings = conversation.settings
    return (
        repaired(conversation.title),
        int(conversation.title_is_manual),
        conversation.head_id,
        repaired(settings.system_prompt),
        settings.provider_id,
        repaired(settings.model),
        rows.params_json(settings.params),
        settings.preset_id,
        str(settings.context),
    )


def _add_messages(
    connection: "apsw.Connection", conversation_id: str, messages: Sequence[Message], head_id: str | None
) -> None:
    number = _number(connection, conversation_id)
    _insert(connection, number, messages)
    newest = max((milliseconds(m.created) for m in messages), default=0)
    sql = "UPDATE conversations SET head_id = ?, updated = max(updated, ?) WHERE number = ?"
    connection.execute(sql, (head_id, newest, number))


def _insert(connection: "apsw.Connection", conversation: int, messages: Sequence[Message]) -> None:
    after = connection.execute("SELECT max(seq) FROM messages WHERE conversation = ?", (conversation,)).get or 0
    sql = f"INSERT INTO messages (number, conversation, seq, {rows.MESSAGE_COLUMNS}) VALUES ({', '.join('?' * 16)})"
    for seq, message in enumerate(messages, start=after + 1):
        number = _free_number(connection, milliseconds(message.created))
        connection.execute(sql, (number, conversation, seq, *rows.message_values(message)))


def _free_number(connection: "apsw.Connection", created: int) -> int:
    """A number that no message has and that orders it by its time; imported ones may share one by the thousand."""
    sql = "SELECT max(number) FROM messages WHERE number >= ? AND number < ?"
    while True:
        first = created * _PER_MILLISECOND
        last = connection.execute(sql, (first, first + _PER_MILLISECOND)).get
        if last is None:
            return first
        if last + 1 < first + _PER_MILLISECOND:
            return int(last) + 1
        created += 1


def _append_chunk(connection: "apsw.Connection", message_id: str, text: str, reasoning: str) -> None:
    sql = """INSERT INTO chunks SELECT m.number, (SELECT ifnull(max(seq), 0) + 1 FROM chunks WHERE message = m.number),
             ?, ? FROM messages AS m WHERE m.id = ?"""
    connection.execute(sql, (repaired(text), repaired(reasoning), message_id))
    _require_change(connection)


def _restart_chunks(connection: "apsw.Connection", message_id: str, text: str, reasoning: str) -> None:
    row = connection.execute(f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise not_found()
    others = rows.message_from(row).with_text("").parts
    connection.execute("UPDATE messages SET parts = ? WHERE id = ?", (rows.parts_json(others), message_id))
    connection.execute(_DELETE_CHUNKS, (message_id,))
    _append_chunk(connection, message_id, text, reasoning)


def _finish(connection: "apsw.Connection", message: Message) -> None:
    values = rows.message_values(message)
    connection.execute(
        f"UPDATE messages SET ({rows.MESSAGE_COLUMNS}) = ({', '.join('?' * len(values))}) WHERE id = ?",
        (*values, message.id),
    )
    _require_change(connection)
    connection.execute(_DELETE_CHUNKS, (message.id,))
    sql = """UPDATE conversations SET updated = max(updated, ?)
             WHERE number = (SELECT conversation FROM messages WHERE id = ?)"""
    connection.execute(sql, (milliseconds(now()), message.id))


def _load_newest(connection: "apsw.Connection", conversation_id: str, count: int) -> Conversation:
    sql = "SELECT max(seq) FROM messages WHERE conversation = (SELECT number FROM conversations WHERE id = ?)"
    last = connection.execute(sql, (conversation_id,)).get or 0
    if last > _MANY_MORE * count:
        newest = _load(connection, conversation_id, after=last - count)
        if len(newest.path()) > count // 2:
            newest.is_whole = False
            return newest
    return _load(connection, conversation_id)


def _load(connection: "apsw.Connection", conversation_id: str, after: int = 0) -> Conversation:
    sql = """SELECT number, title, title_is_manual, created, updated, head_id, provider_id, model, system_prompt,
             params, preset_id, context FROM conversations WHERE id = ?"""
    row = connection.execute(sql, (conversation_id,)).fetchone()
    if row is None:
        raise not_found()
    number, title, manual, created, updated, head, *settings = row
    return Conversation.build(
        _messages(connection, number, after),
        head_id=head,
        trashed=message_trash.trashed_in(connection, number),
        id=conversation_id,
        title=title,
        title_is_manual=bool(manual),
        created=moment(created),
        updated=moment(updated),
        settings=rows.settings_from(settings),
    )


def _messages(connection: "apsw.Connection", conversation: int, after: int) -> list[Message]:
    pieces = _pieces(connection, conversation)
    sql = f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE conversation = ? AND seq > ? ORDER BY seq"
    found: list[Message] = []
    known: set[str | None] = {None}
    for row in connection.execute(sql, (conversation, after)):
        message = rows.message_from(row)
        if message.parent_id not in known:  # not asked for; or in a damaged file: better a second root than nothing
            message = replace(message, parent_id=None)
        known.add(message.id)
        found.append(_with_pieces(message, *pieces.get(message.id, ("", ""))))
    return found


def _pieces(connection: "apsw.Connection", conversation: int) -> dict[str, tuple[str, str]]:
    """What is stored of answers that are coming: message id to text and reasoning."""
    sql = """SELECT m.id, c.text, c.reasoning FROM messages AS m JOIN chunks AS c ON c.message = m.number
             WHERE m.conversation = ? ORDER BY c.message, c.seq"""
    collected: dict[str, tuple[list[str], list[str]]] = {}
    for key, text, reasoning in connection.execute(sql, (conversation,)):
        texts, reasonings = collected.setdefault(key, ([], []))
        texts.append(text)
        reasonings.append(reasoning)
    return {key: ("".join(texts), "".join(reasonings)) for key, (texts, reasonings) in collected.items()}


def _with_pieces(message: Message, text: str, reasoning: str) -> Message:
    if message.state is MessageState.STREAMING:
        message = replace(message, state=MessageState.PARTIAL)
    if text or reasoning:
        message = message.with_text(message.text + text, message.reasoning + reasoning)
    return message


def _set_trashed(connection: "apsw.Connection", conversation_id: str, trashed: int | None) -> None:
    sql = "UPDATE conversations SET trashed = iif(?1 IS NULL, NULL, ifnull(trashed, ?1)) WHERE id = ?2"
    connection.execute(sql, (trashed, conversation_id))
    _require_change(connection)


def _mark(
    connection: "apsw.Connection", conversation_id: str, ids: Collection[str], trashed: int | None, head: str | None
) -> None:
    message_trash.mark(connection, ids, trashed)
    message_trash.move_head(connection, conversation_id, head)


def _purge(connection: "apsw.Connection", before: int) -> int:
    doomed = "SELECT {} FROM conversations WHERE trashed IS NOT NULL AND trashed < ?"
    connection.execute(f"DELETE FROM drafts WHERE conversation_id IN ({doomed.format('id')})", (before,))
    # before their conversations, whose rows the counting of messages still updates
    connection.execute(f"DELETE FROM messages WHERE conversation IN ({doomed.format('number')})", (before,))
    connection.execute("DELETE FROM conversations WHERE trashed IS NOT NULL AND trashed < ?", (before,))
    return connection.changes()


def _settle(connection: "apsw.Connection") -> int:
    sql = f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE state = 'streaming'"
    cut = [rows.message_from(row) for row in connection.execute(sql)]
    chunks = (
        "SELECT text, reasoning FROM chunks WHERE message = (SELECT number FROM messages WHERE id = ?) ORDER BY seq"
    )
    for message in cut:
        pieces = connection.execute(chunks, (message.id,)).fetchall()
        text, reasoning = ("".join(kind) for kind in zip(*pieces, strict=True)) if pieces else ("", "")
        _settle_one(connection, _with_pieces(message, text, reasoning))
    return len(cut)


def _settle_one(connection: "apsw.Connection", message: Message) -> None:
    sql = "UPDATE messages SET state = 'partial', parts = ? WHERE id = ?"
    connection.execute(sql, (rows.parts_json(message.parts), message.id))
    connection.execute(_DELETE_CHUNKS, (message.id,))


def _number(connection: "apsw.Connection", conversation_id: str) -> int:
    number = connection.execute("SELECT number FROM conversations WHERE id = ?", (conversation_id,)).get
    if number is None:
        raise not_found()
    return int(number)


def _require_change(connection: "apsw.Connection") -> None:
    """After a statement that must have met its row."""
    if connection.changes() == 0:
        raise not_found()
