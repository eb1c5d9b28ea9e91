"""Conversations come back from the database as they went in, whatever happens in between."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.databases import OpenStores, conversation_with, question_and_placeholder, with_stores

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import (
    CitationPart,
    FilePart,
    FinishReason,
    ImagePart,
    Message,
    MessageState,
    ReasoningPart,
    Role,
    TextPart,
    ToolCallPart,
    Usage,
    now,
    user_message,
)
from desktopchat.domain.text import msg
from desktopchat.storage.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite3"


def everything() -> Message:
    """A message in which each field says something."""
    return Message(
        Role.ASSISTANT,
        (
            ReasoningPart("hm", 12),
            TextPart("one"),
            ImagePart("ab" * 32, "image/png", "p.png", 3),
            FilePart("cd" * 32, "text/plain", "f.txt", 4),
            TextPart("two"),
            ToolCallPart("1", "look", '{"a":1}'),
            CitationPart("https://example.org", "Example"),
        ),
        state=MessageState.ERROR,
        created=datetime(2026, 3, 4, 5, 6, 7, 891000, tzinfo=UTC),
        provider="Mine",
        model="m-1",
        usage=Usage(1, 2, None, 4),
        finish_reason=FinishReason.LENGTH,
        failure=Failure(
            ErrorKind.RATE_LIMITED, msg("Wait {n} s.", n=3), msg("Wait."), "slow down", 429, "rate", 3.5, "req-1"
        ),
        first_token_ms=10,
        duration_ms=20,
    )


def test_every_field_of_a_message_comes_back(path: Path) -> None:
    conversation = Conversation(title="T")
    conversation.add(everything())

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        return await stores.conversations.load(conversation.id)

    assert list(with_stores(path, work)) == list(conversation)


def test_every_field_of_a_conversation_comes_back(path: Path) -> None:
    settings_ = ConversationSettings("p-1", "m", "Be brief.\n", {"temperature": 0.5, "stop": ["a", None]})
    conversation = Conversation(title="标题", title_is_manual=True, settings=settings_)

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        return await stores.conversations.load(conversation.id)

    assert with_stores(path, work) == conversation


def test_the_tree_and_its_head_come_back(path: Path) -> None:
    conversation = conversation_with("q", "first answer")
    question, first = conversation.path()
    second = Message(Role.ASSISTANT, (TextPart("second"),), parent_id=question.id)

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        await stores.conversations.add_messages(conversation.id, [second], head_id=second.id)
        conversation.add(second)
        conversation.select(first.id)
        await stores.conversations.save(conversation)
        return await stores.conversations.load(conversation.id)

    loaded = with_stores(path, work)
    assert [m.id for m in loaded.siblings(first.id)] == [first.id, second.id]
    assert loaded.head_id == first.id


def test_messages_keep_their_order_when_the_clock_goes_back(path: Path) -> None:
    late, early = datetime(2026, 5, 1, tzinfo=UTC), datetime(2020, 5, 1, tzinfo=UTC)
    question = replace(user_message("q"), created=late)
    answer = Message(Role.ASSISTANT, (TextPart("a"),), parent_id=question.id, created=early)
    conversation = Conversation()

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        await stores.conversations.add_messages(conversation.id, [question, answer], head_id=answer.id)
        return await stores.conversations.load(conversation.id)

    assert [m.id for m in with_stores(path, work).path()] == [question.id, answer.id]


def test_five_thousand_messages_of_one_millisecond_are_stored(path: Path) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    conversation = Conversation()
    messages = [replace(user_message(str(n)), created=moment) for n in range(5000)]

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        await stores.conversations.add_messages(conversation.id, messages, head_id=messages[-1].id)
        return await stores.conversations.load(conversation.id)

    assert [m.text for m in with_stores(path, work)] == [str(n) for n in range(5000)]


def test_an_answer_that_is_coming_is_partial_for_others(path: Path) -> None:
    conversation = Conversation()
    question, answer = question_and_placeholder("q")

    async def work(stores: OpenStores) -> Message:
        store = stores.conversations
        await store.create(conversation)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await store.append_chunk(answer.id, "", "thin")
        await store.append_chunk(answer.id, "Hel", "king")
        await store.append_chunk(answer.id, "lo")
        return (await store.load(conversation.id)).message(answer.id)

    loaded = with_stores(path, work)
    assert (loaded.text, loaded.reasoning, loaded.state) == ("Hello", "thinking", MessageState.PARTIAL)


def test_words_that_a_model_took_back_are_replaced(path: Path) -> None:
    conversation = Conversation()
    question, answer = question_and_placeholder("q")

    async def work(stores: OpenStores) -> Message:
        store = stores.conversations
        await store.create(conversation)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await store.append_chunk(answer.id, "wrong")
        await store.settle_interrupted()
        await store.append_chunk(answer.id, " more")
        await store.restart_chunks(answer.id, "right", "r")
        return (await store.load(conversation.id)).message(answer.id)

    loaded = with_stores(path, work)
    assert (loaded.text, loaded.reasoning) == ("right", "r")


def test_a_finished_answer_replaces_its_chunks(path: Path) -> None:
    conversation = Conversation()
    question, answer = question_and_placeholder("q")
    done = replace(answer.with_text("Hello."), state=MessageState.DONE, usage=Usage(1, 2))

    async def work(stores: OpenStores) -> tuple[Message, object]:
        store = stores.conversations
        await store.create(conversation)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await store.append_chunk(answer.id, "Hel")
        await store.finish(done)
        left = await stores.database.run(lambda c: c.execute("SELECT count(*) FROM chunks").get)
        return (await store.load(conversation.id)).message(answer.id), left

    assert with_stores(path, work) == (done, 0)


def test_interrupted_answers_are_settled_once(path: Path) -> None:
    conversation = Conversation()
    question, answer = question_and_placeholder("q")

    async def before(stores: OpenStores) -> None:
        await stores.conversations.create(conversation)
        await stores.conversations.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await stores.conversations.append_chunk(answer.id, "Hel", "r")

    async def after(stores: OpenStores) -> tuple[int, int, Message]:
        settled = await stores.conversations.settle_interrupted(), await stores.conversations.settle_interrupted()
        return *settled, (await stores.conversations.load(conversation.id)).message(answer.id)

    with_stores(path, before)
    first, second, message = with_stores(path, after)
    assert (first, second) == (1, 0)
    assert (message.state, message.text, message.reasoning) == (MessageState.PARTIAL, "Hel", "r")


def test_an_answer_settled_too_early_can_still_go_on_and_finish(path: Path) -> None:
    conversation = Conversation()
    question, answer = question_and_placeholder("q")

    async def work(stores: OpenStores) -> tuple[str, Message]:
        store = stores.conversations
        await store.create(conversation)
        await store.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await store.append_chunk(answer.id, "one ")
        await store.settle_interrupted()
        await store.append_chunk(answer.id, "two")
        between = (await store.load(conversation.id)).message(answer.id).text
        await store.finish(replace(answer.with_text("one two three"), state=MessageState.DONE))
        return between, (await store.load(conversation.id)).message(answer.id)

    between, final = with_stores(path, work)
    assert between == "one two"
    assert (final.text, final.state) == ("one two three", MessageState.DONE)


def test_all_messages_of_a_call_are_stored_or_none(path: Path) -> None:
    conversation = Conversation()
    question = user_message("q")

    async def work(stores: OpenStores) -> int:
        await stores.conversations.create(conversation)
        with pytest.raises(ChatError):
            await stores.conversations.add_messages(conversation.id, [question, question], head_id=question.id)
        return len(await stores.conversations.load(conversation.id))

    assert with_stores(path, work) == 0


def test_the_list_is_newest_first_with_counts_and_pages(path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [conversation_with("q", "a", title=f"c{n}", at=start + timedelta(days=n)) for n in range(5)]

    async def work(stores: OpenStores) -> tuple[list[str], list[str], list[int], int]:
        for conversation in made:
            await stores.conversations.create(conversation)
        everything_ = await stores.conversations.summaries()
        page = await stores.conversations.summaries(limit=2, offset=1)
        counts = [s.messages for s in everything_]
        return [s.title for s in everything_], [s.title for s in page], counts, await stores.conversations.count()

    titles, page, counts, count = with_stores(path, work)
    assert titles == ["c4", "c3", "c2", "c1", "c0"]
    assert page == ["c3", "c2"]
    assert counts == [2] * 5
    assert count == 5


def test_a_new_message_moves_its_conversation_up_and_a_new_title_does_not(path: Path) -> None:
    old, new = conversation_with(title="old", at=datetime(2026, 1, 1, tzinfo=UTC)), conversation_with(title="new")

    async def titles(stores: OpenStores) -> list[str]:
        return [s.title for s in await stores.conversations.summaries()]

    async def work(stores: OpenStores) -> tuple[list[str], list[str]]:
        await stores.conversations.create(old)
        await stores.conversations.create(new)
        old.title = "renamed"
        await stores.conversations.save(old)
        renamed = await titles(stores)
        message = user_message("hello again")
        await stores.conversations.add_messages(old.id, [message], head_id=message.id)
        return renamed, await titles(stores)

    assert with_stores(path, work) == (["new", "renamed"], ["renamed", "new"])


def test_the_list_is_read_from_one_index(path: Path) -> None:
    async def work(stores: OpenStores) -> list[str]:
        sql = "SELECT id, title, created, updated, messages FROM conversations WHERE trashed IS NULL"
        order = "ORDER BY updated DESC, number DESC LIMIT -1 OFFSET 0"
        return await stores.database.run(lambda c: [r[3] for r in c.execute(f"EXPLAIN QUERY PLAN {sql} {order}")])

    assert with_stores(path, work) == ["SCAN conversations USING COVERING INDEX conversations_listed"]


def test_the_trash_keeps_everything_until_it_is_emptied(path: Path) -> None:
    conversation = conversation_with("q", "a")

    async def work(stores: OpenStores) -> list[int]:
        store = stores.conversations
        await store.create(conversation)
        await stores.drafts.save(conversation.id, "typed")
        await store.trash(conversation.id)
        counts = [await store.count(), len(await store.summaries(trashed=True)), len(await store.load(conversation.id))]
        counts.append(await store.purge(now() - timedelta(days=1)))
        await store.restore(conversation.id)
        counts += [await store.count(), await store.purge(now() + timedelta(days=1))]
        await store.trash(conversation.id)
        counts += [await store.purge(now() + timedelta(days=1)), len(await stores.drafts.load(conversation.id))]
        counts.append(await stores.database.run(lambda c: c.execute("SELECT count(*) FROM messages").get))
        return counts

    assert with_stores(path, work) == [0, 1, 2, 0, 1, 0, 1, 0, 0]


def test_what_is_not_there_is_not_found(path: Path) -> None:
    stranger = conversation_with("q", "a")
    message = stranger.path()[0]

    async def work(stores: OpenStores) -> set[ErrorKind]:
        store = stores.conversations
        kinds = set()
        for call in (
            store.load("x"),
            store.save(stranger),
            store.add_messages("x", [message], head_id=None),
            store.append_chunk("x", "t"),
            store.restart_chunks("x", "t"),
            store.finish(message),
            store.trash("x"),
            store.restore("x"),
            store.find("x"),
            store.find(""),
        ):
            with pytest.raises(ChatError) as caught:
                await call
            kinds.add(caught.value.kind)
        return kinds

    assert with_stores(path, work) == {ErrorKind.NOT_FOUND}


def test_an_id_is_found_by_its_beginning_unless_several_begin_so(path: Path) -> None:
    async def work(stores: OpenStores) -> tuple[str, str, ErrorKind]:
        for key in ("abc1", "abd2", "abd"):
            await stores.conversations.create(Conversation(id=key))
        with pytest.raises(ChatError) as caught:
            await stores.conversations.find("ab")
        return await stores.conversations.find("ABC"), await stores.conversations.find("abd"), caught.value.kind

    assert with_stores(path, work) == ("abc1", "abd", ErrorKind.BAD_REQUEST)


def test_what_is_in_the_trash_is_only_found_by_those_who_look_there(path: Path) -> None:
    async def work(stores: OpenStores) -> tuple[str, ChatError]:
        await stores.conversations.create(Conversation(id="abc1"))
        assert await stores.conversations.find("abc", trashed=False) == "abc1"
        await stores.conversations.trash("abc1")
        with pytest.raises(ChatError) as caught:
            await stores.conversations.find("abc", trashed=False)
        return await stores.conversations.find("abc"), caught.value

    found, error = with_stores(path, work)
    assert (found, error.kind) == ("abc1", ErrorKind.NOT_FOUND)
    assert error.failure.hint is not None
    assert error.failure.hint.params["id"] == "abc1"


def test_a_failure_that_another_version_wrote_can_be_read(path: Path) -> None:
    stored = '{"kind":"network","message":{"key":"It broke.","params":{}},"detail":"","unheard_of":[1]}'

    async def work(stores: OpenStores) -> Message:
        conversation = conversation_with("q", "a")
        await stores.conversations.create(conversation)
        await stores.database.write(lambda c: c.execute("UPDATE messages SET failure = ?", (stored,)).fetchall())
        return list(await stores.conversations.load(conversation.id))[-1]

    message = with_stores(path, work)
    assert (message.text, message.failure and message.failure.kind) == ("a", ErrorKind.NETWORK)


def test_a_row_that_cannot_be_read_hides_no_other(path: Path) -> None:
    conversation = conversation_with("q", "a", "q2")
    broken = conversation.path()[1]

    async def work(stores: OpenStores) -> list[Message]:
        await stores.conversations.create(conversation)
        sql = "UPDATE messages SET parts = '[{\"type\":' WHERE id = ?"
        await stores.database.write(lambda c: c.execute(sql, (broken.id,)).fetchall())
        await stores.search.catch_up()
        return (await stores.conversations.load(conversation.id)).path()

    first, second, third = with_stores(path, work)
    assert (first.text, third.text) == ("q", "q2")
    assert second.failure is not None
    assert second.failure.kind is ErrorKind.STORAGE


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(alphabet=st.one_of(st.characters(exclude_categories=()), st.just("\x00"))))
def test_any_text_survives_but_for_half_characters(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    conversation = Conversation(title=text)
    question, answer = question_and_placeholder(text)

    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        await stores.conversations.add_messages(conversation.id, [question, answer], head_id=answer.id)
        await stores.conversations.append_chunk(answer.id, text, text)
        await stores.drafts.save("", text)
        assert await stores.drafts.load("") == stored
        return await stores.conversations.load(conversation.id)

    stored = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    loaded = with_stores(tmp_path_factory.mktemp("any") / "chat.sqlite3", work)
    assert [loaded.title, *(m.text for m in loaded.path())] == [stored] * 3


def test_two_processes_worth_of_connections_write_side_by_side(path: Path) -> None:
    async def main() -> tuple[int, int]:
        first, second = await Database.open(path), await Database.open(path)
        stores = [OpenStores(first).conversations, OpenStores(second).conversations]
        made = [conversation_with("q", "a") for _ in range(40)]
        await asyncio.gather(*(stores[n % 2].create(c) for n, c in enumerate(made)))
        counts = await stores[0].count(), await stores[1].count()
        await first.close()
        await second.close()
        return counts

    assert asyncio.run(main()) == (40, 40)
