"""How long searching takes among many messages, and what the index costs. `python benchmarks/search.py [MESSAGES]`."""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.storage.conversations import ConversationStore
from desktopchat.storage.database import Database
from desktopchat.storage.search import SearchIndex

PER_CONVERSATION = 20
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)
SYLLABLES = [first + vowel for first in "bcdfghklmnprstvw" for vowel in ("a", "e", "i", "o", "u", "an", "er")]
HAN = [chr(0x4E00 + number * 7) for number in range(2500)]
ROUNDS = 7


def vocabulary(chance: random.Random, size: int) -> list[str]:
    """Made-up words, the common ones short, as in languages."""
    return ["".join(chance.choices(SYLLABLES, k=1 + (rank > 60) + (rank > 2000))) for rank in range(size)]


def picked(chance: random.Random, words: list[str], count: int) -> list[str]:
    """Words as often as in texts: the n-th about 1/n of the time."""
    return [words[min(int(len(words) ** chance.random()) - 1, len(words) - 1)] for _ in range(count)]


def texts(chance: random.Random) -> Iterator[str]:
    words = vocabulary(chance, 30_000)
    while True:
        yield " ".join(picked(chance, words, 170)) + "."
        yield "，".join("".join(picked(chance, HAN, chance.randint(4, 14))) for _ in range(36)) + "。"


def conversations(count: int, chance: random.Random) -> Iterator[Conversation]:
    source = texts(chance)
    for number in range(count):
        at = NEWEST - timedelta(hours=number)
        conversation = Conversation(title=f"Conversation {number}", created=at, updated=at)
        for turn in range(PER_CONVERSATION):
            role = Role.ASSISTANT if turn % 2 else Role.USER
            part = TextPart(next(source))
            conversation.add(Message(role, (part,), parent_id=conversation.head_id, created=at))
        yield conversation


async def timed(index: SearchIndex, name: str, query: str) -> None:
    durations = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        hits = await index.search(query)
        durations.append((time.perf_counter() - start) * 1000)
    print(f"{name:28} {len(hits):3} hits   p50 {statistics.median(durations):6.1f} ms   max {max(durations):6.1f} ms")


async def main(messages: int) -> None:
    chance = random.Random(20261121)
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "bench.sqlite3")
        await database.run(lambda connection: connection.execute("PRAGMA synchronous = OFF").fetchall())
        store, index = ConversationStore(database), SearchIndex(database)
        await fill(database, store, index, messages, chance)
        words = vocabulary(random.Random(20261121), 30_000)
        for name, query in {
            "the commonest word": words[0],
            "a common word": words[40],
            "two common words": f"{words[10]} {words[30]}",
            "a rare word": words[20_000],
            "a beginning of two letters": words[3000][:2],
            "a beginning of three letters": words[3000][:3],
            "a beginning of five letters": words[3000][:5],
            "one Chinese character": HAN[0],
            "two Chinese characters": HAN[0] + HAN[3],
            "Chinese and a word": f"{HAN[5]}{HAN[1]} {words[5]}",
            "nothing": "zzzzzz qqqqq",
        }.items():
            await timed(index, name, query)
        await database.close()


async def fill(
    database: Database, store: ConversationStore, index: SearchIndex, messages: int, chance: random.Random
) -> None:
    start = time.perf_counter()
    for conversation in conversations(messages // PER_CONVERSATION, chance):
        await store.create(conversation)
    stored = time.perf_counter()
    before = await size(database)
    await index.catch_up()
    fed = time.perf_counter() - stored
    print(f"{messages} messages: stored in {stored - start:.1f} s, {before:.0f} MB;", end=" ")
    print(f"indexed in {fed:.1f} s ({fed / messages * 1000:.2f} ms each), +{await size(database) - before:.0f} MB")


async def size(database: Database) -> float:
    pages = await database.run(lambda c: int(c.pragma("page_count")) * int(c.pragma("page_size")))
    return pages / 1e6


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
