"""What the database knows of attachments: what is at which provider, the files of drafts, and who uses a blob."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.surrogates import repaired
from desktopchat.storage.database import Database
from desktopchat.storage.rows import failure_from, failure_json, milliseconds, moment, parts_from, parts_json

if TYPE_CHECKING:
    import apsw

Attachment = ImagePart | FilePart

_COLUMNS = "account, sha256, name, size, state, begun, file_id, uri, media_type, expires, failure"
_USES = (
    "SELECT DISTINCT c.id, c.title, json_extract(p.value, '$.sha256') FROM messages m"
    " JOIN conversations c ON c.number = m.conversation, json_each(m.parts) p"
    " WHERE m.parts LIKE '%\"sha256\"%' AND json_valid(m.parts) AND json_extract(p.value, '$.sha256') IS NOT NULL"
)
_HASHES_IN_DRAFTS = (
    "SELECT json_extract(p.value, '$.sha256') FROM draft_files d, json_each(d.parts) p WHERE json_valid(d.parts)"
)


class UploadState(StrEnum):
    """Where a file stands. `UPLOADING` without a living sender means that it was cut, and may have arrived or not."""

    UPLOADING = "uploading"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """What was sent to an account, or was going to be."""

    account: str
    sha256: str
    name: str
    size: int
    state: UploadState
    begun: datetime
    file_id: str = ""
    uri: str = ""
    media_type: str = ""
    expires: datetime | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A conversation that has an attachment."""

    conversation_id: str
    title: str
    sha256: str


class AttachmentStore:
    """Every method raises only `ChatError` `storage`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def salt(self) -> bytes:
        """A random value of this database, for the names of accounts."""
        return bytes(await self._db.run(lambda c: c.execute("SELECT salt FROM account_salt").get) or b"")

    async def upload(self, account: str, sha256: str) -> UploadRecord | None:
        sql = f"SELECT {_COLUMNS} FROM uploads WHERE account = ? AND sha256 = ?"  # noqa: S608 - constants only
        rows = await self._db.run(lambda c: c.execute(sql, (account, sha256)).fetchall())
        return _record(rows[0]) if rows else None

    async def uploads(self, account: str) -> list[UploadRecord]:
        """Everything that was sent to an account."""
        sql = f"SELECT {_COLUMNS} FROM uploads WHERE account = ?"  # noqa: S608 - constants only
        return await self._db.run(lambda c: [_record(row) for row in c.execute(sql, (account,))])

    async def keep_upload(self, record: UploadRecord) -> None:
        """Stores the newest state of what is known."""
        sql = f"INSERT OR REPLACE INTO uploads ({_COLUMNS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608
        await self._db.write(lambda c: c.execute(sql, _values(record)))

    async def forget_upload(self, account: str, sha256: str) -> None:
        sql = "DELETE FROM uploads WHERE account = ? AND sha256 = ?"
        await self._db.write(lambda c: c.execute(sql, (account, sha256)), frees_space=True)

    async def forget_files(self, account: str, file_ids: Sequence[str]) -> None:
        """Forgets what is not at the provider any more."""
        sql = "DELETE FROM uploads WHERE account = ? AND file_id IN (SELECT value FROM json_each(?))"
        await self._db.write(lambda c: c.execute(sql, (account, json.dumps(list(file_ids)))), frees_space=True)

    async def uses(self) -> list[Use]:
        """Every attachment of every stored message, those in the trash among them. Reads all messages, aside."""
        return await self._db.aside(lambda c: [Use(*map(str, row)) for row in c.execute(_USES)])

    async def draft_hashes(self) -> set[str]:
        return await self._db.run(lambda c: {str(row[0]) for row in c.execute(_HASHES_IN_DRAFTS) if row[0]})

    async def save_draft(self, conversation_id: str, attachments: Sequence[Attachment]) -> None:
        """Keeps what is attached to what was not sent yet; nothing attached removes the row."""
        await self._db.write(lambda c: _save_draft(c, conversation_id, attachments))

    async def load_draft(self, conversation_id: str) -> tuple[Attachment, ...]:
        sql = "SELECT parts FROM draft_files WHERE conversation_id = ?"
        stored = await self._db.run(lambda c: c.execute(sql, (conversation_id,)).get)
        try:
            parts = parts_from(str(stored)) if stored else ()
        except (ValueError, KeyError, TypeError):
            return ()  # damaged: what was attached is asked for again
        return tuple(part for part in parts if isinstance(part, ImagePart | FilePart))


def _save_draft(connection: "apsw.Connection", conversation_id: str, attachments: Sequence[Attachment]) -> None:
    if attachments:
        connection.execute(
            "INSERT OR REPLACE INTO draft_files VALUES (?, ?)", (conversation_id, parts_json(attachments))
        )
    else:
        connection.execute("DELETE FROM draft_files WHERE conversation_id = ?", (conversation_id,))


def _values(record: UploadRecord) -> "tuple[apsw.SQLiteValue, ...]":
    return (
        record.account,
        record.sha256,
        repaired(record.name),
        record.size,
        record.state,
        milliseconds(record.begun),
        repaired(record.file_id),
        repaired(record.uri),
        record.media_type,
        None if record.expires is None else milliseconds(record.expires),
        failure_json(record.failure),
    )


def _record(row: Sequence[Any]) -> UploadRecord:
    account, sha256, name, size, state, begun, file_id, uri, media_type, expires, failure = row
    return UploadRecord(
        account,
        sha256,
        name,
        size,
        UploadState(state) if state in set(UploadState) else UploadState.FAILED,
        moment(begun),
        file_id,
        uri,
        media_type,
        None if expires is None else moment(expires),
        failure_from(failure),
    )
