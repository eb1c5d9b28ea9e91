"""Answers on their way to the database, and what waits in memory while the disk is full."""

import asyncio
import logging
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import Message
from desktopchat.domain.observe import Signal
from desktopchat.services.tasks import Tasks

if TYPE_CHECKING:
    from desktopchat.storage.conversations import ConversationStore

TRY_AGAIN_S = 5.0
log = logging.getLogger(__name__)


class StoreJournal:
    """Keeps answers in the database. A final message that cannot be stored stays in memory and is tried again."""

    def __init__(self, store: "ConversationStore", tasks: Tasks, trouble: Signal[Failure | None]) -> None:
        self._store = store
        self._tasks = tasks
        self._trouble = trouble
        self._unsaved: dict[str, Message] = {}
        self._waiting: asyncio.Task[None] | None = None

    async def append(self, message_id: str, text: str, reasoning: str) -> None:
        await self._store.append_chunk(message_id, text, reasoning)

    async def restart(self, message_id: str, text: str, reasoning: str) -> None:
        await self._store.restart_chunks(message_id, text, reasoning)

    async def finish(self, message: Message) -> None:
        """Raises `ChatError` once; from then on the message is tried again every few seconds."""
        try:
            await self._store.finish(message)
        except ChatError:
            self._unsaved[message.id] = message
            if self._waiting is None or self._waiting.done():
                self._waiting = self._tasks.start(self._until_saved(), name="store what could not be stored")
            raise

    async def reopen(self, message: Message) -> None:
        """Keeps that a finished answer is gone on with. Raises `ChatError`; the answer stays as it was then."""
        await self._store.finish(message)
        self._unsaved.pop(message.id, None)

    async def try_again(self) -> None:
        """Stores what waits; says through the signal whether that worked."""
        try:
            for message in tuple(self._unsaved.values()):
                await self._store_one(message)
        except ChatError as error:
            self._trouble.emit(error.failure)
        else:
            self._trouble.emit(None)

    async def _store_one(self, message: Message) -> None:
        try:
            await self._store.finish(message)
        except ChatError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            log.warning("the conversation of an answer that waited to be stored was removed meanwhile")
        self._unsaved.pop(message.id, None)

    async def _until_saved(self) -> None:
        while self._unsaved:
            await asyncio.sleep(TRY_AGAIN_S)
            await self.try_again()
