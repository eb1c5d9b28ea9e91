"""Made-up conversations for the benchmarks, in English and Chinese, the same ones every time."""

import asyncio
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.settings.paths import DataDir
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.search import SearchIndex

WORDS = ("model", "answer", "question", "time", "water", "light", "contract", "river", "music", "number", "garden")
CHINESE = ("术语", "翻译", "模型", "回答", "问题", "时间", "合同", "音乐", "数字", "花园", "文件", "对话")
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


def fill(folder: Path, conversations: int, messages: int = 2, characters: int = 400) -> None:
    """Writes `conversations` of `messages` each, about `characters` long, into the data directory `folder`."""
    asyncio.run(stored(folder, made(conversations, messages, characters)))


async def stored(folder: Path, conversations: Iterable[Conversation]) -> None:
    """Writes conversations into the data directory `folder`, with their search index."""
    data = DataDir(folder)
    data.root.mkdir(parents=True, exist_ok=True)
    database = await Database.open(data.database)
    await database.run(lambda connection: connection.execute("PRAGMA synchronous = OFF").fetchall())
    store = ConversationStore(database)
    for conversation in conversations:
        await store.create(conversation)
    await SearchIndex(database).catch_up()
    await database.close()


def made(conversations: int, messages: int, characters: int) -> Iterator[Conversation]:
    chance = random.Random(20261121)
    for number in range(conversations):
        at = NEWEST - timedelta(hours=number)
        conversation = Conversation(title=text(chance, 40).strip("."), created=at, updated=at)
        for turn in range(messages):
            role = Role.ASSISTANT if turn % 2 else Role.USER
            part = TextPart(text(chance, characters))
            conversation.add(Message(role, (part,), parent_id=conversation.head_id, created=at, model="bench"))
        yield conversation


def text(chance: random.Random, characters: int) -> str:
    """Sentences of about this length; every other text is Chinese."""
    words = CHINESE if chance.random() < 0.5 else WORDS
    glue = "" if words is CHINESE else " "
    found = ""
    while len(found) < characters:
        found += glue.join(chance.choices(words, k=8)) + ("。" if words is CHINESE else ". ")
    return found[:characters]
