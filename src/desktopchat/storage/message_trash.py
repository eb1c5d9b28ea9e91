"""Single messages in the trash: which of a conversation are there, and how they come and go. Nothing is removed.

Every message of a deleted branch carries the mark itself, so that the search need not walk the tree.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from desktopchat.storage.errors import not_found

if TYPE_CHECKING:
    import apsw


def trashed_in(connection: "apsw.Connection", conversation: int) -> frozenset[str]:
    """The ids of the messages in the trash."""
    sql = "SELECT id FROM messages WHERE conversation = ? AND trashed IS NOT NULL"
    return frozenset(str(key) for (key,) in connection.execute(sql, (conversation,)))


def mark(connection: "apsw.Connection", message_ids: Collection[str], trashed: int | None) -> None:
    """Puts messages into the trash at a time (milliseconds since 1970), or takes them out with None."""
    for message_id in message_ids:
        connection.execute("UPDATE messages SET trashed = ? WHERE id = ?", (trashed, message_id))
        if connection.changes() == 0:
            raise not_found()


def move_head(connection: "apsw.Connection", conversation_id: str, head_id: str | None) -> None:
    connection.execute("UPDATE conversations SET head_id = ? WHERE id = ?", (head_id, conversation_id))
