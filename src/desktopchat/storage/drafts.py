"""What was typed and not sent yet, per conversation; under "" what was typed for a new one."""

from typing import TYPE_CHECKING

from desktopchat.domain.surrogates import repaired
from desktopchat.storage.database import Database

if TYPE_CHECKING:
    import apsw

_SAVE = "INSERT INTO drafts VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text"


class DraftStore:
    """Every method raises only `ChatError` `storage`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def save(self, conversation_id: str, text: str) -> None:
        """Keeps the text; an empty one removes the draft."""
        await self._db.write(lambda c: _save(c, conversation_id, repaired(text)))

    async def load(self, conversation_id: str) -> str:
        """The draft, or an empty text."""
        sql = "SELECT text FROM drafts WHERE conversation_id = ?"
        return str(await self._db.run(lambda c: c.execute(sql, (conversation_id,)).get) or "")


def _save(connection: "apsw.Connection", conversation_id: str, text: str) -> None:
    if text:
        connection.execute(_SAVE, (conversation_id, text))
    else:
        connection.execute("DELETE FROM drafts WHERE conversation_id = ?", (conversation_id,))
