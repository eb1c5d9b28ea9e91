"""Whichever write or sync fails: what was acknowledged is there afterwards, and the database can be opened."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, question_and_placeholder, with_stores
from tests.support.failing_disk import failing_disk

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import MessageState
from desktopchat.storage.database import Database


class Session:
    """Does what a user does, and remembers what the program said is stored."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged: dict[str, str] = {}
        self.kinds: set[ErrorKind] = set()

    async def run(self) -> None:
        try:
            database = await Database.open(self.path)
        except ChatError as error:
            self.kinds.add(error.kind)
            return
        try:
            await self._talk(OpenStores(database))
        finally:
            await database.close()

    async def _talk(self, stores: OpenStores) -> None:
        for turn in range(3):
            conversation = conversation_with(title=f"talk {turn}")
            question, answer = question_and_placeholder(f"question {turn} " + "x" * 5000)
            if not await self._stored(stores.conversations.create(conversation)):
                continue
            added = stores.conversations.add_messages(conversation.id, [question, answer], head_id=answer.id)
            if await self._stored(added, question.id, question.text):
                if await self._stored(stores.conversations.append_chunk(answer.id, "an "), answer.id, "an "):
                    await self._stored(stores.conversations.append_chunk(answer.id, "answer"), answer.id, "an answer")
                done = replace(answer.with_text("an answer, whole"), state=MessageState.DONE)
                await self._stored(stores.conversations.finish(done), answer.id, done.text)
            await self._stored(stores.search.catch_up())

    async def _stored(self, call: Awaitable[object], key: str = "", text: str = "") -> bool:
        try:
            await call
        except ChatError as error:
            self.kinds.add(error.kind)
            return False
        if key:
            self.acknowledged[key] = text
        return True


async def left(stores: OpenStores) -> tuple[dict[str, str], tuple[str, ...]]:
    texts: dict[str, str] = {}
    for summary in await stores.conversations.summaries():
        texts.update((m.id, m.text) for m in await stores.conversations.load(summary.id))
    return texts, await stores.database.integrity()


def lost(path: Path, fault: int, error: type[apsw.Error], *, lasting: bool) -> tuple[list[str], int]:
    """What was acknowledged and is not there, and how many writes and syncs the session took."""
    session = Session(path)
    with failing_disk(fault, error, lasting=lasting) as faults:
        asyncio.run(session.run())
    texts, damage = with_stores(path, left)
    assert damage == ()
    assert session.kinds <= {ErrorKind.STORAGE}
    return [key for key, text in session.acknowledged.items() if not texts.get(key, "").startswith(text)], faults.seen


def check_every(step: int, tmp_path: Path, error: type[apsw.Error], *, lasting: bool) -> None:
    _, total = lost(tmp_path / "sound.sqlite3", 0, error, lasting=False)
    assert total > 50
    for fault in range(1, total + 1, step):
        gone, _ = lost(tmp_path / f"{fault}.sqlite3", fault, error, lasting=lasting)
        assert (fault, gone) == (fault, [])


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
def test_a_fault_costs_nothing_that_was_acknowledged(tmp_path: Path, error: type[apsw.Error], lasting: bool) -> None:
    check_every(11, tmp_path, error, lasting=lasting)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
def test_no_fault_at_all_costs_anything(tmp_path: Path, error: type[apsw.Error], lasting: bool) -> None:
    check_every(1, tmp_path, error, lasting=lasting)
