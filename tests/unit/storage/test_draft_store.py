"""Drafts survive the program's end, one per conversation."""

from pathlib import Path

from tests.support.databases import OpenStores, with_stores


def test_drafts_are_kept_apart_and_replaced(tmp_path: Path) -> None:
    async def write(stores: OpenStores) -> None:
        await stores.drafts.save("", "for a new one")
        await stores.drafts.save("c", "first")
        await stores.drafts.save("c", "second\x00 \ud83d")

    async def read(stores: OpenStores) -> list[str]:
        return [await stores.drafts.load(key) for key in ("", "c", "other")]

    with_stores(tmp_path / "chat.sqlite3", write)
    assert with_stores(tmp_path / "chat.sqlite3", read) == ["for a new one", "second\x00 \ufffd", ""]


def test_an_empty_draft_is_none(tmp_path: Path) -> None:
    async def work(stores: OpenStores) -> object:
        await stores.drafts.save("c", "x")
        await stores.drafts.save("c", "")
        return await stores.database.run(lambda c: c.execute("SELECT count(*) FROM drafts").get)

    assert with_stores(tmp_path / "chat.sqlite3", work) == 0
