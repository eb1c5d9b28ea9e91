"""The chat service on a real database, with a scripted provider behind the seam."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.scripted import ScriptedProvider, Step

from desktopchat.domain.message import MessageState, Role
from desktopchat.providers.base import Provider
from desktopchat.services.chat import ChatService, Stores
from desktopchat.services.providers import ProviderService
from desktopchat.services.tasks import Tasks
from desktopchat.settings.keys import KeyStore
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.drafts import DraftStore
from desktopchat.storage.providers import ProviderStore
from desktopchat.storage.search import SearchIndex


class ScriptedProviders(ProviderService):
    """The real provider service, except that what it connects to is scripted."""

    scripted: ScriptedProvider

    async def connect(self, config: object) -> Provider:
        return self.scripted


@dataclass
class Bench:
    chat: ChatService
    store: ConversationStore
    database: Database
    providers: ScriptedProviders
    errors: list[BaseException]

    @property
    def provider(self) -> ScriptedProvider:
        return self.providers.scripted

    async def told(self, conversation_id: str) -> list[tuple[Role, str, MessageState]]:
        """What is on disk, on the shown branch."""
        stored = await self.store.load(conversation_id)
        return [(m.role, m.text, m.state) for m in stored.path()]


@asynccontextmanager
async def bench(folder: Path, *plays: Sequence[Step]) -> AsyncIterator[Bench]:
    """Everything on `folder`; each question is answered by the next of the plays. Errors of tasks fail the test."""

    async def no_demo() -> str:
        raise AssertionError("the demo is not asked here")

    database = await Database.open(folder / "chat.sqlite3")
    keys = KeyStore()
    errors: list[BaseException] = []
    tasks = Tasks(errors.append)
    providers = ScriptedProviders(ProviderStore(database), keys, demo_url=no_demo)
    providers.scripted = ScriptedProvider(*plays)
    store = ConversationStore(database)
    chat = ChatService(Stores(store, SearchIndex(database), DraftStore(database)), providers, tasks)
    try:
        yield Bench(chat, store, database, providers, errors)
    finally:
        await chat.stop_all()
        await tasks.cancel_all()
        keys.close()
        await database.close()
    assert errors == []


def go(script: Coroutine[Any, Any, None]) -> None:
    """Runs a script, with a time limit."""
    asyncio.run(asyncio.wait_for(script, 20))
