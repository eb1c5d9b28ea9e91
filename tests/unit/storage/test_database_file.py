"""How a database file is opened, refused and closed, and what its troubles are called."""

import asyncio
import hashlib
import os
import threading
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.storage import opening
from desktopchat.storage.database import Database
from desktopchat.storage.migrations import NEWEST


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.sqlite3"


async def nothing(_stores: OpenStores) -> None:
    return


def refused(path: Path) -> ChatError:
    with pytest.raises(ChatError) as caught:
        with_stores(path, nothing)
    assert caught.value.kind is ErrorKind.STORAGE
    assert caught.value.failure.hint is not None
    return caught.value


def bytes_of(folder: Path) -> dict[str, str]:
    """The files that hold data; the shared-memory file is SQLite's scratch paper."""
    files = (file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_new_database_is_durable_private_and_marked_as_ours(path: Path) -> None:
    async def work(stores: OpenStores) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "application_id", "user_version")
        return await stores.database.run(lambda c: [c.pragma(name) for name in names])

    assert with_stores(path, work) == ["wal", 2, 1, 0, opening.APPLICATION_ID, NEWEST]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_last_to_close_leaves_one_file(path: Path) -> None:
    with_stores(path, nothing)
    assert list(path.parent.iterdir()) == [path]


def test_an_sqlite_with_the_wal_reset_bug_is_refused() -> None:
    opening.check_library("3.51.3", 3_051_003)
    with pytest.raises(ChatError) as caught:
        opening.check_library("3.51.2", 3_051_002)
    assert caught.value.failure.code == "old_library"


def test_a_newer_database_is_left_byte_for_byte(path: Path) -> None:
    with_stores(path, nothing)
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    connection.close()
    before = bytes_of(path.parent)
    assert refused(path).failure.code == "newer"
    assert bytes_of(path.parent) == before


def test_a_newer_database_whose_upgrade_is_still_in_the_log_is_left_byte_for_byte(path: Path, tmp_path: Path) -> None:
    with_stores(path, nothing)
    connection = apsw.Connection(str(path))
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for file in path.parent.iterdir():  # as a crash leaves it: the change stands in the log only
        (crashed / file.name).write_bytes(file.read_bytes())
    connection.close()
    (crashed / "chat.sqlite3-shm").unlink()
    before = bytes_of(crashed)
    assert refused(crashed / "chat.sqlite3").failure.code == "newer"
    assert bytes_of(crashed) == before


@pytest.mark.parametrize("content", [b"hello", b"x" * 5000, b"SQLite format 3\0 but not really"])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert refused(path).failure.code == "foreign"
    assert bytes_of(path.parent) == {path.name: hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize("mark", ["CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"])
def test_the_database_of_another_program_is_left_as_it_is(path: Path, mark: str) -> None:
    path.parent.mkdir()
    connection = apsw.Connection(str(path))
    connection.execute(mark)
    connection.close()
    before = bytes_of(path.parent)
    assert refused(path).failure.code == "foreign"
    assert bytes_of(path.parent) == before


def test_an_empty_file_becomes_a_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with_stores(path, nothing)
    assert path.stat().st_size > 0


def test_a_damaged_database_is_reported_and_never_made_anew(path: Path) -> None:
    with_stores(path, nothing)
    content = bytearray(path.read_bytes())
    content[100:4096] = os.urandom(3996)
    path.write_bytes(content)
    assert refused(path).failure.code in ("corrupt", "other")
    assert path.read_bytes()[100:4096] == content[100:4096]


def test_a_folder_in_place_of_the_file_is_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    assert refused(path).failure.code == "cannot_open"


def test_a_file_in_place_of_the_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert refused(tmp_path / "data" / "chat.sqlite3").failure.code == "cannot_open"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_a_sentence(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    assert refused(path).failure.code in ("read_only", "cannot_open")


def test_a_database_in_use_for_too_long_is_locked_and_usable_afterwards(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_MS", 50)
    conversation = conversation_with("q")

    async def work(stores: OpenStores) -> tuple[str | None, int]:
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ChatError) as caught:
            await stores.conversations.create(conversation)
        other.execute("ROLLBACK")
        other.close()
        await stores.conversations.create(conversation)
        return caught.value.failure.code, await stores.conversations.count()

    assert with_stores(path, work) == ("locked", 1)


def test_a_write_that_fails_leaves_nothing_and_no_open_transaction(path: Path) -> None:
    def half(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO drafts VALUES ('a', 'b')")
        raise ZeroDivisionError

    async def work(stores: OpenStores) -> tuple[str, bool]:
        with pytest.raises(ZeroDivisionError):
            await stores.database.write(half)
        return await stores.drafts.load("a"), await stores.database.run(lambda c: c.in_transaction)

    assert with_stores(path, work) == ("", False)


def test_reading_aside_cannot_write(path: Path) -> None:
    async def work(stores: OpenStores) -> str | None:
        with pytest.raises(ChatError) as caught:
            await stores.database.aside(lambda c: c.execute("DELETE FROM drafts").fetchall())
        return caught.value.failure.code

    assert with_stores(path, work) == "read_only"


def test_a_write_does_not_wait_for_a_long_read(path: Path) -> None:
    async def work(stores: OpenStores) -> str:
        reading, written = threading.Event(), threading.Event()

        def long_read(_connection: apsw.Connection) -> bool:
            reading.set()
            return written.wait(10)

        read = asyncio.ensure_future(stores.database.aside(long_read))
        await asyncio.to_thread(reading.wait, 10)
        await stores.drafts.save("", "typed meanwhile")
        written.set()
        assert await read
        return await stores.drafts.load("")

    assert with_stores(path, work) == "typed meanwhile"


def test_calls_after_the_end_are_refused_with_a_sentence(path: Path) -> None:
    async def main() -> list[str | None]:
        database = await Database.open(path)
        await database.close()
        await database.close()
        codes = []
        for call in (database.run, database.read, database.write, database.aside):
            with pytest.raises(ChatError) as caught:
                await call(lambda _connection: None)
            codes.append(caught.value.failure.code)
        return codes

    assert asyncio.run(main()) == ["closed"] * 4


def test_closing_waits_for_the_writes_that_were_asked_for(path: Path) -> None:
    async def main() -> None:
        database = await Database.open(path)
        writes = [asyncio.ensure_future(OpenStores(database).drafts.save(str(n), "x")) for n in range(20)]
        await asyncio.sleep(0)
        await database.close()
        await asyncio.gather(*writes)

    asyncio.run(main())

    async def count(stores: OpenStores) -> object:
        return await stores.database.run(lambda c: c.execute("SELECT count(*) FROM drafts").get)

    assert with_stores(path, count) == 20


def test_a_call_taken_back_before_it_began_does_nothing(path: Path) -> None:
    async def work(stores: OpenStores) -> str:
        begun, go_on = threading.Event(), threading.Event()

        def busy(_connection: apsw.Connection) -> None:
            begun.set()
            go_on.wait(10)

        first = asyncio.ensure_future(stores.database.run(busy))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.ensure_future(stores.drafts.save("", "never"))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go_on.set()
        await first
        return await stores.drafts.load("")

    assert with_stores(path, work) == ""


def test_two_that_open_a_new_database_at_once_both_get_it(path: Path) -> None:
    async def main() -> list[int]:
        databases = await asyncio.gather(*(Database.open(path) for _ in range(4)))
        versions = [await d.run(lambda c: int(c.pragma("user_version"))) for d in databases]
        await asyncio.gather(*(d.close() for d in databases))
        return versions

    assert asyncio.run(main()) == [NEWEST] * 4


def test_a_sound_file_has_no_faults_to_report(path: Path) -> None:
    assert with_stores(path, lambda stores: stores.database.integrity()) == ()
