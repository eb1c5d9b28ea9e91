"""Backups: daily, whole, checked, thinned out, and never in the way."""

import asyncio
import os
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores

from desktopchat.domain.errors import ChatError
from desktopchat.storage import backup as backup_module
from desktopchat.storage.backup import backup


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_has_all_and_can_be_opened(tmp_path: Path) -> None:
    conversation = conversation_with("q", "a")

    async def work(stores: OpenStores) -> Path:
        await stores.conversations.create(conversation)
        return await backup(stores.database, tmp_path / "backups")

    async def texts(stores: OpenStores) -> list[str]:
        return [m.text for m in await stores.conversations.load(conversation.id)]

    copy = with_stores(tmp_path / "chat.sqlite3", work)
    assert names_in(copy.parent) == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert with_stores(copy, texts) == ["q", "a"]


def test_writing_goes_on_during_a_backup_which_is_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_module, "PAGES_A_STEP", 1)

    async def work(stores: OpenStores) -> tuple[Path, int]:
        for _ in range(20):
            await stores.conversations.create(conversation_with("x" * 20_000))
        running = asyncio.ensure_future(backup(stores.database, tmp_path / "backups"))
        written = 0
        while not running.done():
            await stores.conversations.create(conversation_with("y" * 20_000))
            written += 1
        return await running, written

    copy, written = with_stores(tmp_path / "chat.sqlite3", work)
    connection = apsw.Connection(str(copy))
    count = connection.execute("SELECT count(*) FROM conversations").get
    messages = connection.execute("SELECT sum(messages) FROM conversations").get
    connection.close()
    assert 20 <= count <= 20 + written
    assert messages == count


def test_there_is_one_backup_a_day_and_the_newest_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 9):
        (folder / f"daily-2020-01-0{day}.sqlite3").write_text("old")
    (folder / "before-schema-2-x.sqlite3").write_text("kept")

    async def work(stores: OpenStores) -> tuple[int, int]:
        first = (await backup(stores.database, folder, keep=3)).stat().st_mtime_ns
        return first, (await backup(stores.database, folder, keep=3)).stat().st_mtime_ns

    first, second = with_stores(tmp_path / "chat.sqlite3", work)
    assert first == second
    names = names_in(folder)
    assert names[0] == "before-schema-2-x.sqlite3"
    assert names[1:3] == ["daily-2020-01-07.sqlite3", "daily-2020-01-08.sqlite3"]
    assert len(names) == 4


def test_a_backup_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file in the way")

    async def work(stores: OpenStores) -> str | None:
        with pytest.raises(ChatError) as caught:
            await backup(stores.database, tmp_path / "backups")
        return caught.value.failure.code

    assert with_stores(tmp_path / "chat.sqlite3", work) == "backup"


def test_a_damaged_database_makes_no_backup_and_removes_no_older_one(tmp_path: Path) -> None:
    path, folder = tmp_path / "chat.sqlite3", tmp_path / "backups"
    folder.mkdir()
    (folder / "daily-2020-01-01.sqlite3").write_text("old and good")

    async def fill(stores: OpenStores) -> int:
        await stores.conversations.create(conversation_with(*["x" * 3000] * 50))
        return await stores.database.run(
            lambda c: int(c.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").get)
        )

    root = with_stores(path, fill)
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(os.urandom(4096))

    async def work(stores: OpenStores) -> tuple[str | None, bool]:
        with pytest.raises(ChatError) as caught:
            await backup(stores.database, folder, keep=1)
        return caught.value.failure.code, bool(await stores.database.integrity())

    assert with_stores(path, work) == ("backup", True)
    assert names_in(folder) == ["daily-2020-01-01.sqlite3"]
