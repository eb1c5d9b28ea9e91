"""Configured endpoints: unique names, one default."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.databases import with_stores

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.storage.providers import ProviderStore

FIRST = ProviderConfig("First", "openai", "https://one.example/v1", "m", key_place=KeyPlace.KEYRING)
SECOND = ProviderConfig("Second", "dashscope", key_env="K", ca_file="ca.pem", proxy="none")


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Callable[[ProviderStore], Awaitable[object]]], object]:
    return lambda work: with_stores(tmp_path / "chat.sqlite3", lambda stores: work(stores.providers))


Run = Callable[[Callable[[ProviderStore], Awaitable[object]]], object]


async def defaults(store: ProviderStore) -> list[str]:
    return [config.name for config in await store.all() if config.is_default]


def test_the_first_one_becomes_the_default_and_all_come_back_in_order(run: Run) -> None:
    async def work(store: ProviderStore) -> object:
        added = await store.add(FIRST), await store.add(SECOND)
        assert list(added) == await store.all()
        return added

    assert run(work) == (replace(FIRST, is_default=True), SECOND)


def test_there_is_always_one_default(run: Run) -> None:
    async def work(store: ProviderStore) -> object:
        seen = []
        for step in (
            store.add(FIRST),
            store.add(replace(SECOND, is_default=True)),
            store.set_default(FIRST.id),
            store.update(replace(SECOND, is_default=True)),
            store.update(SECOND),
            store.remove(SECOND.id),
        ):
            await step
            seen.append(await defaults(store))
        await store.remove(FIRST.id)
        return seen, await store.all()

    assert run(work) == ([["First"], ["Second"], ["First"], ["Second"], ["Second"], ["First"]], [])


@pytest.mark.parametrize("name", ["first", " FIRST ", "", "  "])
def test_a_name_that_is_taken_or_empty_is_refused(run: Run, name: str) -> None:
    async def work(store: ProviderStore) -> object:
        await store.add(FIRST)
        await store.add(SECOND)
        kinds = []
        for call in (store.add(ProviderConfig(name, "openai")), store.update(replace(SECOND, name=name))):
            with pytest.raises(ChatError) as caught:
                await call
            kinds.append(caught.value.kind)
        return kinds, [config.name for config in await store.all()]

    assert run(work) == ([ErrorKind.BAD_REQUEST] * 2, ["First", "Second"])


def test_an_endpoint_may_keep_its_name_when_it_changes(run: Run) -> None:
    async def work(store: ProviderStore) -> object:
        await store.add(FIRST)
        await store.update(replace(FIRST, name="FIRST", model="other"))
        return await store.get(FIRST.id)

    assert run(work) == replace(FIRST, name="FIRST", model="other", is_default=True)


def test_what_is_not_configured_is_not_found(run: Run) -> None:
    async def work(store: ProviderStore) -> object:
        kinds = set()
        for call in (store.get("x"), store.update(FIRST), store.remove("x"), store.set_default("x")):
            with pytest.raises(ChatError) as caught:
                await call
            kinds.add(caught.value.kind)
        return kinds

    assert run(work) == {ErrorKind.NOT_FOUND}
