"""Glossaries and the history of pairs in a real database."""

from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from tests.support.databases import OpenStores, with_stores

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.translation import Glossary, Pair, Term, TermRule
from desktopchat.storage.glossaries import GlossaryStore
from desktopchat.storage.pairs import PairStore

GLOSSARY = Glossary(
    "术语",
    "en",
    "zh-Hans",
    terms=(Term("b", "乙", "note"), Term("a", "", rule=TermRule.KEEP, case_sensitive=True)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.sqlite3"


def test_a_glossary_is_kept_with_its_terms_in_their_order(path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = GlossaryStore(stores.database)
        await store.add(GLOSSARY)
        assert await store.all() == [GLOSSARY]
        changed = replace(GLOSSARY, name="Terms", terms=(Term("c", "丙"), *GLOSSARY.terms))
        await store.update(changed)
        assert await store.get(GLOSSARY.id) == changed

    with_stores(path, work)


def test_a_glossary_can_be_switched_off_and_thrown_away_and_brought_back(path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = GlossaryStore(stores.database)
        await store.add(GLOSSARY)
        await store.enable(GLOSSARY.id, False)
        assert await store.enabled() == []
        await store.trash(GLOSSARY.id)
        assert await store.all() == []
        await store.restore(GLOSSARY.id)
        assert [each.terms for each in await store.all()] == [GLOSSARY.terms]

    with_stores(path, work)


@pytest.mark.parametrize("call", ["get", "trash", "restore"])
def test_a_glossary_that_is_not_there_is_not_found(path: Path, call: str) -> None:
    async def work(stores: OpenStores) -> None:
        with pytest.raises(ChatError) as caught:
            await getattr(GlossaryStore(stores.database), call)("nobody")
        assert caught.value.kind is ErrorKind.NOT_FOUND

    with_stores(path, work)


def test_a_glossary_needs_a_name(path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        with pytest.raises(ChatError) as caught:
            await GlossaryStore(stores.database).add(Glossary("  "))
        assert caught.value.kind is ErrorKind.BAD_REQUEST

    with_stores(path, work)


PAIRS = [
    Pair("The weather is good", "天气很好", "en", "zh-Hans", "Demo", "demo-mt"),
    Pair("术语表", "glossary", "zh-Hans", "en"),
    Pair("Grüße aus Köln", "Greetings from Cologne", "de", "en", starred=True),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 0]),
        ("天气", [0]),
        ("术语", [1]),
        ("好", [0]),
        ("weather good", [0]),
        ("gloss", [1]),
        ("koln", [2]),
        ("weather glossary", []),
        ('"; DROP', []),
        ("!!", []),
    ],
)
def test_pairs_are_found_by_words_of_either_side(path: Path, query: str, expected: list[int]) -> None:
    async def work(stores: OpenStores) -> list[Pair]:
        store = PairStore(stores.database)
        for pair in PAIRS:
            await store.add(pair)
        return await store.search(query)

    assert with_stores(path, work) == [PAIRS[at] for at in expected]


def test_stars_and_the_trash(path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PairStore(stores.database)
        for pair in PAIRS:
            await store.add(pair)
        await store.star(PAIRS[0].id)
        assert [pair.id for pair in await store.search(starred=True)] == [PAIRS[2].id, PAIRS[0].id]
        assert [pair.id for pair in await store.search("weather", starred=True)] == [PAIRS[0].id]
        await store.trash([PAIRS[0].id, PAIRS[1].id])
        assert await store.count() == 1
        assert await store.search("weather") == []
        await store.restore([PAIRS[1].id])
        await store.empty_trash()
        assert [pair.source for pair in await store.search()] == ["Grüße aus Köln", "术语表"]
        with pytest.raises(ChatError):
            await store.restore([PAIRS[0].id])

    with_stores(path, work)


def test_a_changed_pair_is_found_by_its_new_words_only(path: Path) -> None:
    async def work(stores: OpenStores) -> None:
        store = PairStore(stores.database)
        await store.add(PAIRS[0])
        await store.update(replace(PAIRS[0], target="今天阳光明媚"))
        assert [pair.target for pair in await store.search("阳光")] == ["今天阳光明媚"]
        assert await store.search("天气") == []

    with_stores(path, work)


@pytest.mark.parametrize(
    "damage", ["DELETE FROM pair_index_data WHERE id > 1", "UPDATE pair_index_data SET block = zeroblob(20)"]
)
def test_a_damaged_index_costs_no_pair_and_is_made_again(path: Path, damage: str) -> None:
    async def fill(stores: OpenStores) -> None:
        await PairStore(stores.database).add(PAIRS[0])

    async def after(stores: OpenStores) -> list[str]:
        store = PairStore(stores.database)
        await store.add(replace(PAIRS[1], source="more weather"))
        return [pair.source for pair in await store.search("weather")]

    with_stores(path, fill)
    connection = apsw.Connection(str(path))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
    connection.execute(damage)
    connection.close()
    assert with_stores(path, after) == ["more weather", "The weather is good"]
