"""Real databases for tests: opened, given to a coroutine, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, MessageState, Role, TextPart, user_message
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.drafts import DraftStore
from desktopchat.storage.providers import ProviderStore
from desktopchat.storage.search import SearchIndex

T = TypeVar("T")


@dataclass(frozen=True)
class OpenStores:
    """All stores on one open database."""

    database: Database

    @property
    def conversations(self) -> ConversationStore:
        return ConversationStore(self.database)

    @property
    def search(self) -> SearchIndex:
        return SearchIndex(self.database)

    @property
    def providers(self) -> ProviderStore:
        return ProviderStore(self.database)

    @property
    def drafts(self) -> DraftStore:
        return DraftStore(self.database)


def with_stores(path: Path, work: Callable[[OpenStores], Awaitable[T]]) -> T:
    """Opens the database at `path`, runs `work` on its stores, closes it, and returns what `work` returned."""

    async def main() -> T:
        database = await Database.open(path)
        try:
            return await work(OpenStores(database))
        finally:
            await database.close()

    return asyncio.run(main())


def conversation_with(*texts: str, title: str = "A title", at: datetime | None = None) -> Conversation:
    """A conversation of questions and answers in turn, in memory."""
    made = at or datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    conversation = Conversation(title=title, created=made, updated=made)
    for place, text in enumerate(texts):
        role = Role.ASSISTANT if place % 2 else Role.USER
        message = Message(role, (TextPart(text),), parent_id=conversation.head_id, created=made)
        conversation.add(message)
    return conversation


def question_and_placeholder(text: str, parent_id: str | None = None) -> tuple[Message, Message]:
    """What is stored when a question is sent: the question, and the answer that is coming."""
    question = user_message(text, parent_id=parent_id)
    answer = Message(Role.ASSISTANT, parent_id=question.id, created=question.created)
    return question, replace(answer, state=MessageState.STREAMING)
