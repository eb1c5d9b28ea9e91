"""What the database needs once a session, off the way to the first paint: space held back, a backup, the search fed."""

import logging
from pathlib import Path

from desktopchat.domain.errors import ChatError
from desktopchat.storage.backup import backup
from desktopchat.storage.database import Database
from desktopchat.storage.search import SearchIndex

log = logging.getLogger(__name__)

KEPT_BACKUPS = 7


async def keep_house(database: Database, backups: Path, keep: int = KEPT_BACKUPS) -> None:
    """Does all of it, slowly and beside other work. Raises `ChatError` `storage` when today's backup fails."""
    await database.make_reserve()
    try:
        await SearchIndex(database).catch_up()
    except ChatError as error:
        log.warning("the search index is behind: %s", error.failure.code)
    await backup(database, backups, keep)
