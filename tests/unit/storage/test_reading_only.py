"""What was stored can be read where nothing can be written, and writing there says why."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores
from tests.support.small_disk import fill_up, make_read_only, small_disk

from desktopchat.domain.errors import ChatError
from desktopchat.storage.migrations import NEWEST

BLOCKADES: dict[str, Callable[[Path], object]] = {"full": fill_up, "read_only": make_read_only}
CRASH = """
import asyncio, os, sys
from pathlib import Path
from tests.support.databases import OpenStores, conversation_with
from desktopchat.storage.database import Database

async def main():
    stores = OpenStores(await Database.open(Path(sys.argv[1])))
    await stores.conversations.create(conversation_with("a question", "from a crash", title="second"))
    os._exit(0)

asyncio.run(main())
"""


async def store_one(stores: OpenStores) -> None:
    await stores.conversations.create(conversation_with("a question", "an answer", title="first"))


def crash(path: Path, *, keep_index: bool) -> None:
    """Stores a second conversation and ends without closing: it stands in the log alone."""
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=True, env={"PYTHONPATH": ":".join(sys.path)})
    log = path.with_name(f"{path.name}-wal")
    assert log.stat().st_size > 0
    if not keep_index:  # as another computer finds a disk that was pulled out
        path.with_name(f"{path.name}-shm").unlink()


async def everything_read(stores: OpenStores) -> set[str]:
    titles = {c.title for c in await stores.conversations.summaries()}
    for summary in await stores.conversations.summaries():
        assert list(await stores.conversations.load(summary.id))
    found = {hit.conversation_title for hit in await stores.search.search("first")}
    assert found <= titles
    assert await stores.conversations.count() == len(titles)
    assert await stores.providers.all() == []
    assert await stores.database.integrity() == ()
    return titles


async def refusal(stores: OpenStores) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await store_one(stores)
    await stores.conversations.count()  # reading goes on
    return caught.value


@pytest.mark.parametrize("blockade", BLOCKADES)
def test_a_database_that_was_closed_can_be_read_and_is_left_as_it_is(tmp_path: Path, blockade: str) -> None:
    with small_disk(tmp_path / "a disk, 100 % full?", 8) as disk:
        path = disk / "chat.sqlite3"
        with_stores(path, store_one)
        BLOCKADES[blockade](disk)
        before = path.read_bytes()
        assert with_stores(path, everything_read) == {"first"}
        assert with_stores(path, refusal).failure.code == blockade
        assert path.read_bytes() == before


@pytest.mark.parametrize("keep_index", [True, False], ids=["with index", "without index"])
@pytest.mark.parametrize("blockade", BLOCKADES)
def test_what_a_crash_left_in_the_log_is_read_as_well(tmp_path: Path, blockade: str, keep_index: bool) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        path = disk / "chat.sqlite3"
        with_stores(path, store_one)
        crash(path, keep_index=keep_index)
        BLOCKADES[blockade](disk)
        assert with_stores(path, everything_read) == {"first", "second"}
        if (blockade, keep_index) != ("full", True):  # with an index that is there already, SQLite may find the room
            assert with_stores(path, refusal).failure.code == blockade


def test_storing_goes_on_in_the_open_database_when_there_is_space_again(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> int:
        assert (await refusal(stores)).failure.code == "full"
        filler.unlink()
        await store_one(stores)
        return await stores.conversations.count()

    with small_disk(tmp_path / "disk", 8) as disk:
        with_stores(disk / "chat.sqlite3", store_one)
        filler = fill_up(disk)
        assert with_stores(disk / "chat.sqlite3", work) == 2


@pytest.mark.parametrize("blockade", BLOCKADES)
def test_where_there_is_no_database_and_none_can_be_made_that_is_said(tmp_path: Path, blockade: str) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        BLOCKADES[blockade](disk)
        with pytest.raises(ChatError) as caught:
            with_stores(disk / "chat.sqlite3", store_one)
    assert caught.value.failure.code == blockade
    assert "screen" not in str(caught.value)


def test_a_newer_database_is_refused_for_reading_as_well(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        path = disk / "chat.sqlite3"
        with_stores(path, store_one)
        connection = apsw.Connection(str(path))
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
        connection.close()
        make_read_only(disk)
        with pytest.raises(ChatError) as caught:
            with_stores(path, everything_read)
    assert caught.value.failure.code == "newer"


def test_a_file_that_its_owner_protects_stays_protected(tmp_path: Path) -> None:
    path = tmp_path / "chat.sqlite3"
    with_stores(path, store_one)
    path.chmod(0o444)
    assert with_stores(path, everything_read) == {"first"}
    assert path.stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("there", [True, False])
def test_backups_are_only_spoken_of_where_there_are_some(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "chat.sqlite3"
    with_stores(path, store_one)
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    connection.close()
    (tmp_path / "backups").mkdir()
    if there:
        (tmp_path / "backups" / "daily-2026-01-02.sqlite3").touch()
    with pytest.raises(ChatError) as caught:
        with_stores(path, everything_read)
    hint = caught.value.failure.hint
    assert hint is not None
    assert ("backups" in hint.key) is there
