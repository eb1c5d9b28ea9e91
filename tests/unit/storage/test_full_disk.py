"""A full disk stops storing with a sentence, loses nothing, and is over when there is space."""

import asyncio
import subprocess
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores
from tests.support.small_disk import fill_up, small_disk

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.message import now
from desktopchat.storage import reserve
from desktopchat.storage.database import Database

TEXT = "x" * 50_000


async def write_until_full(stores: OpenStores) -> tuple[list[Conversation], ChatError]:
    stored: list[Conversation] = []
    for _ in range(1000):
        conversation = conversation_with(TEXT, TEXT)
        try:
            await stores.conversations.create(conversation)
        except ChatError as error:
            return stored, error
        stored.append(conversation)
    raise AssertionError("the disk never became full")


async def missing(stores: OpenStores, stored: list[Conversation]) -> list[str]:
    return [c.id for c in stored if list(await stores.conversations.load(c.id)) != list(c)]


def limited(connection: apsw.Connection) -> None:
    connection.execute(f"PRAGMA max_page_count = {connection.pragma('page_count') + 200}")


def unlimited(connection: apsw.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 1000000000")


def test_a_database_that_may_not_grow_says_full_and_goes_on_when_it_may(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> tuple[ChatError, list[str], tuple[str, ...]]:
        await stores.database.run(limited)
        stored, error = await write_until_full(stores)
        await stores.database.run(unlimited)
        stored.append(conversation_with("after"))
        await stores.conversations.create(stored[-1])
        assert len(stored) > 1
        return error, await missing(stores, stored), await stores.database.integrity()

    error, gone, faults = with_stores(tmp_path / "chat.sqlite3", work)
    assert (error.kind, error.failure.code) == (ErrorKind.STORAGE, "full")
    assert (gone, faults) == ([], ())


def test_on_a_full_disk_everything_stored_stays_and_deleting_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reserve, "LEAVE_FREE", 0)

    async def work(stores: OpenStores) -> None:
        assert await stores.database.make_reserve()
        held = stores.database.reserve.path
        stored, error = await write_until_full(stores)
        fill_up(held.parent)
        assert error.failure.code == "full"
        for conversation in stored[:3]:
            await stores.conversations.trash(conversation.id)
        assert await stores.conversations.purge(now() + timedelta(hours=1)) == 3
        assert held.exists()
        assert await missing(stores, stored[3:]) == []
        for conversation in stored[3:6]:
            await stores.conversations.trash(conversation.id)
        assert await stores.database.integrity() == ()

    with small_disk(tmp_path / "disk", 24) as disk:
        with_stores(disk / "chat.sqlite3", work)


def test_storing_goes_on_when_there_is_space_again(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        stored, error = await write_until_full(stores)
        filler = fill_up(stores.database.path.parent)
        assert error.failure.code == "full"
        with pytest.raises(ChatError):
            await stores.conversations.create(conversation_with(TEXT))
        grown = stores.database.path.parent
        filler.unlink()
        remount(grown)
        stored.append(conversation_with(TEXT))
        await stores.conversations.create(stored[-1])
        assert await missing(stores, stored) == []
        assert await stores.database.integrity() == ()

    def remount(folder: Path) -> None:
        subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)

    with small_disk(tmp_path / "disk", 8) as disk:
        with_stores(disk / "chat.sqlite3", work)


def test_a_full_disk_can_be_started_from_with_the_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "LEAVE_FREE", 0)

    async def main(path: Path) -> int:
        database = await Database.open(path)
        stores = OpenStores(database)
        await stores.conversations.create(conversation_with("kept"))
        await database.make_reserve()
        await database.close()
        fill_up(path.parent)
        database = await Database.open(path)
        count = await OpenStores(database).conversations.count()
        await database.close()
        return count

    with small_disk(tmp_path / "disk", 12) as disk:
        assert asyncio.run(main(disk / "chat.sqlite3")) == 1


def test_the_reserve_is_not_made_where_space_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "LEAVE_FREE", 1 << 60)
    held = reserve.Reserve(tmp_path)
    assert not held.make()
    assert not held.release()
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_is_made_once_and_given_back_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "LEAVE_FREE", 0)
    held = reserve.Reserve(tmp_path)
    assert held.make()
    made = held.path.stat().st_mtime_ns
    assert held.make()
    assert held.path.stat().st_mtime_ns == made
    assert held.path.stat().st_size == reserve.SIZE
    assert held.release()
    assert not held.release()
