"""Searching finds what was said, newest first, in any script, whatever is typed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.databases import OpenStores, conversation_with, question_and_placeholder, with_stores

from desktopchat.domain.message import MessageState, Role
from desktopchat.domain.search import SearchHit

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite3"


def found(path: Path, query: str, *texts: str) -> list[str]:
    """The snippets of the messages among `texts` that are found."""

    async def work(stores: OpenStores) -> list[str]:
        await stores.conversations.create(conversation_with(*texts, title=""))
        return [hit.snippet for hit in await stores.search.search(query)]

    return with_stores(path, work)


def marked(hit: SearchHit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.highlights]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("hello", "Hello, world"),
        ("WORLD hello", "Hello, world"),
        ("wor", "Hello, world"),
        ("术语", "这个术语表很长"),
        ("表", "这个术语表很长"),
        ("术语表很", "这个术语表很长"),
        ("翻译 术语", "术语的翻译"),
        ("cafe", "Le Café"),
        ("Café", "le cafe"),
        ("がな", "ひらがなで"),
        ("학교", "학교에서"),
        ("ไทย", "ภาษาไทย"),
        ("使用Python", "使用Python编程"),
        ('"quick brown"', "the quick brown fox"),
        ("snake_case", "call snake_case() now"),
        ("🎉", "done 🎉 ok"),
        ("nul", "a\x00nul\x00b"),
    ],
)
def test_what_was_written_is_found(path: Path, query: str, text: str) -> None:
    assert len(found(path, query, text, "something else", "别的什么")) == 1


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("hello there", "Hello, world"),
        ("语术", "这个术语表"),
        ("术表", "这个术语表"),
        ('"brown quick"', "the quick brown fox"),
        ("wor next", "a world of the next"),
        ("", "anything"),
        ("... !!", "... !!"),
    ],
)
def test_what_was_not_written_is_not_found(path: Path, query: str, text: str) -> None:
    assert found(path, query, text) == []


def test_hits_are_newest_first_and_limited_whatever_order_they_were_stored_in(path: Path) -> None:
    days = [3, 1, 4, 2, 0]

    async def work(stores: OpenStores) -> list[datetime]:
        for day in days:
            await stores.conversations.create(conversation_with("common word", at=START + timedelta(days=day)))
        return [hit.created for hit in await stores.search.search("common", limit=3)]

    assert with_stores(path, work) == [START + timedelta(days=day) for day in (4, 3, 2)]


def test_a_hit_says_where_it_is_and_what_matched(path: Path) -> None:
    conversation = conversation_with("the question", "An answer about 数据库, at length")

    async def work(stores: OpenStores) -> list[SearchHit]:
        await stores.conversations.create(conversation)
        return await stores.search.search("数据 answ")

    (hit,) = with_stores(path, work)
    answer = conversation.path()[1]
    assert (hit.conversation_id, hit.message_id, hit.role) == (conversation.id, answer.id, Role.ASSISTANT)
    assert (hit.conversation_title, hit.created) == ("A title", answer.created)
    assert marked(hit) == ["answ", "数据"]


def test_titles_are_found_and_follow_a_renaming(path: Path) -> None:
    conversation = conversation_with("q", title="Old name")

    async def work(stores: OpenStores) -> list[list[str | None]]:
        await stores.conversations.create(conversation)
        before = await stores.search.search("old")
        conversation.title = "New name"
        await stores.conversations.save(conversation)
        hits = before, await stores.search.search("old"), await stores.search.search("new")
        return [[hit.message_id or hit.conversation_title for hit in group] for group in hits]

    assert with_stores(path, work) == [["Old name"], [], ["New name"]]


def test_a_title_is_no_second_hit_of_a_conversation_that_is_found_anyway(path: Path) -> None:
    conversation = conversation_with("How do rivers flow?", title="How do rivers flow?")

    async def work(stores: OpenStores) -> list[str | None]:
        await stores.conversations.create(conversation)
        return [hit.message_id for hit in await stores.search.search("rivers")]

    assert with_stores(path, work) == [conversation.head_id]


def test_the_trash_is_not_searched(path: Path) -> None:
    conversation = conversation_with("findable", title="findable")

    async def work(stores: OpenStores) -> list[int]:
        store, search = stores.conversations, stores.search
        await store.create(conversation)
        counts = [len(await search.search("findable"))]
        await store.trash(conversation.id)
        counts.append(len(await search.search("findable")))
        await store.restore(conversation.id)
        counts.append(len(await search.search("findable")))
        await store.trash(conversation.id)
        await store.purge(datetime.now(UTC) + timedelta(days=1))
        await search.catch_up()
        counts.append(len(await search.search("findable")))
        return counts

    assert with_stores(path, work) == [1, 0, 1, 0]


def test_an_answer_is_found_when_it_is_finished_and_when_it_was_cut(path: Path) -> None:
    conversation = conversation_with()
    question, answer = question_and_placeholder("q")
    other_question, cut = question_and_placeholder("q2", parent_id=answer.id)

    async def work(stores: OpenStores) -> list[int]:
        store = stores.conversations
        await store.create(conversation)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await store.finish(replace(answer.with_text("finished words"), state=MessageState.DONE))
        await store.add_messages(conversation.id, [other_question, cut], head_id=cut.id)
        await store.append_chunk(cut.id, "interrupted words")
        await store.settle_interrupted()
        return [len(await stores.search.search(q)) for q in ("finished", "interrupted", "words")]

    assert with_stores(path, work) == [1, 1, 2]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_index_data WHERE id > 1",
        "UPDATE search_index_data SET block = zeroblob(20)",
        "DELETE FROM search_index_data",
        "DROP TABLE search_index_data",
        "DROP TABLE search_index_config",
        "DROP TABLE title_index",
        "DELETE FROM title_index_config",
    ],
)
def test_a_damaged_index_costs_no_message_and_is_made_again(path: Path, damage: str) -> None:
    first, second = conversation_with("first words"), conversation_with("second words")

    async def fill(stores: OpenStores) -> None:
        await stores.conversations.create(first)
        await stores.search.catch_up()

    async def after(stores: OpenStores) -> tuple[int, int, tuple[str, ...]]:
        await stores.conversations.create(second)
        hits = len(await stores.search.search("words"))
        return hits, await stores.conversations.count(), await stores.database.integrity()

    with_stores(path, fill)
    connection = apsw.Connection(str(path))
    connection.execute(damage)
    connection.close()
    assert with_stores(path, after) == (2, 2, ())


def test_search_works_beside_another_writer_with_what_is_indexed(path: Path) -> None:
    async def work(stores: OpenStores) -> int:
        await stores.conversations.create(conversation_with("indexed words"))
        await stores.search.catch_up()
        await stores.conversations.create(conversation_with("waiting words"))
        await stores.database.run(lambda c: c.set_busy_timeout(20))
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        try:
            return len(await stores.search.search("words"))
        finally:
            other.close()

    assert with_stores(path, work) == 1


def test_a_first_search_finds_what_was_said_in_many_sessions_before(path: Path) -> None:
    texts = [f"number {n} " + "words and words " * 50 for n in range(300)]

    async def work(stores: OpenStores) -> int:
        await stores.conversations.create(conversation_with(*texts))
        return len(await stores.search.search('"number 0"'))

    assert with_stores(path, work) == 1


def test_catching_up_with_many_messages_takes_short_slices(path: Path) -> None:
    texts = [f"number {n} " + "words and words " * 50 for n in range(400)]

    async def work(stores: OpenStores) -> tuple[int, int, int]:
        await stores.conversations.create(conversation_with(*texts))
        fed = await stores.search.catch_up()
        return fed, await stores.search.catch_up(), len(await stores.search.search("number words", limit=1000))

    assert with_stores(path, work) == (401, 0, 400)


@pytest.fixture(scope="module")
def searching(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[SearchHit]]:
    path = tmp_path_factory.mktemp("typed") / "chat.sqlite3"

    async def fill(stores: OpenStores) -> None:
        await stores.conversations.create(conversation_with("some words AND 数据库", "x" * 3000, "Ωmega - \"q\" 'r'"))

    with_stores(path, fill)
    return lambda query: with_stores(path, lambda stores: stores.search.search(query))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(), st.text(alphabet="ab\"'*^():-+{}~, \\/据库数ANDORNOT“”「」\x00")))
def test_nothing_that_is_typed_is_an_error(searching: Callable[[str], list[SearchHit]], query: str) -> None:
    for hit in searching(query):
        for start, end in hit.highlights:
            assert 0 <= start < end <= len(hit.snippet)
