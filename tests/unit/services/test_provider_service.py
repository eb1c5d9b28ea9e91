"""The list of endpoints: names that stay free, keys that go or stay, and what is said about them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from tests.support.databases import OpenStores, with_stores

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.domain.secret import Secret
from desktopchat.services.providers import ProviderService
from desktopchat.settings.backends import MemoryBackend
from desktopchat.settings.keys import KeyStore

T = TypeVar("T")
KEY = Secret("sk-a-key-of-a-test")


class LockableBackend(MemoryBackend):
    """A key store that somebody may lock, and nobody unlocks."""

    locked = False

    def delete(self, account: str) -> bool:
        if self.locked:
            raise failed(ErrorKind.CANCELLED, "The key store stayed locked.")
        return super().delete(account)


@pytest.fixture
def backend() -> LockableBackend:
    return LockableBackend()


@pytest.fixture
def with_service(tmp_path: Path, backend: LockableBackend) -> Callable[[Callable[[ProviderService], Awaitable[T]]], T]:
    async def nowhere() -> str:
        return "http://127.0.0.1:9/v1"

    def run(work: Callable[[ProviderService], Awaitable[T]]) -> T:
        async def with_stored(stores: OpenStores) -> T:
            keys = KeyStore(backend)
            service = ProviderService(stores.providers, keys, demo_url=nowhere)
            try:
                return await work(service)
            finally:
                await service.aclose()
                keys.close()

        return with_stores(tmp_path / "chat.sqlite3", with_stored)

    return run


def config(name: str = "mine", key_env: str = "") -> ProviderConfig:
    return ProviderConfig(name=name, kind="openai", base_url="http://127.0.0.1:9/v1", model="M", key_env=key_env)


Run = Callable[[Callable[[ProviderService], Awaitable[None]]], None]


@pytest.mark.parametrize("name", ["demo", "Demo", " DEMO "])
def test_the_demos_name_stays_free(with_service: Run, name: str) -> None:
    async def work(service: ProviderService) -> None:
        with pytest.raises(ChatError) as adding:
            await service.add(config(name))
        added = await service.add(config())
        with pytest.raises(ChatError) as renaming:
            await service.update(ProviderConfig(name=name, kind="openai", base_url=added.base_url, id=added.id))
        assert {adding.value.kind, renaming.value.kind} == {ErrorKind.BAD_REQUEST}
        assert [c.name for c in await service.all()] == ["mine"]
        assert (await service.named("demo")).kind == "demo"

    with_service(work)


def test_removing_an_endpoint_removes_its_key_and_says_nothing(with_service: Run, backend: LockableBackend) -> None:
    async def work(service: ProviderService) -> None:
        added = await service.add(config(), KEY)
        assert await service.remove(added.id) is None
        assert backend.get(added.id) is None

    with_service(work)


def test_an_endpoint_can_be_removed_while_its_key_is_locked_away(with_service: Run, backend: LockableBackend) -> None:
    async def work(service: ProviderService) -> None:
        added = await service.add(config(), KEY)
        backend.locked = True
        left = await service.remove(added.id)
        assert left is not None
        assert left.hint is not None
        assert left.hint.params["id"] == added.id
        assert await service.all() == []

    with_service(work)


def test_deleting_a_key_says_whether_there_was_one(with_service: Run) -> None:
    async def work(service: ProviderService) -> None:
        with_key = await service.add(config("one"), KEY, KeyPlace.SESSION)
        with_variable = await service.add(config("two", key_env="A_KEY"))
        without = await service.add(config("three"))
        found = [await service.delete_key(each.id) for each in (with_key, with_variable, without, with_key)]
        assert found == [True, False, False, False]
        assert (await service.get(with_variable.id)).key_env == "A_KEY"

    with_service(work)


def test_blanks_around_a_variables_key_are_taken_off_and_said_once(
    with_service: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", f" {KEY.reveal()}\n")

    async def work(service: ProviderService) -> None:
        told: list[str] = []
        service.key_tidied.connect(lambda each: told.append(each.name))
        added = await service.add(config(key_env="A_KEY"))
        await asyncio.gather(service.connect(added), service.connect(added))
        assert told == ["mine"]

    with_service(work)
