"""The chat service on a real database, with a scripted provider behind the seam."""

import asyncio
from pathlib import Path

import pytest
from tests.support.chatting import bench, go
from tests.support.waiting import until

from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind, Failure, failed
from desktopchat.domain.events import Finished, TextDelta
from desktopchat.domain.message import FinishReason, MessageState, Role
from desktopchat.domain.text import msg
from desktopchat.services.chat import Asking

STOP = Finished(FinishReason.STOP)


def test_a_question_and_its_answer_are_stored_and_titled(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("Because "), TextDelta("of light."), STOP]) as b:
            conversation = b.chat.new_conversation()
            session = await b.chat.send(conversation, "Why is the sky blue?")
            message = await session.wait()
            assert message.text == "Because of light."
            assert await b.told(conversation.id) == [
                (Role.USER, "Why is the sky blue?", MessageState.DONE),
                (Role.ASSISTANT, "Because of light.", MessageState.DONE),
            ]
            (line,) = await b.chat.summaries()
            assert (line.title, line.messages) == ("Why is the sky blue?", 2)
            assert [m.text for m in b.provider.requests[0].messages] == ["Why is the sky blue?"]

    go(main())


def test_the_question_is_on_disk_before_anything_is_sent(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [never]) as b:
            conversation = b.chat.new_conversation()
            await b.chat.send(conversation, "precious")
            assert b.provider.requests == []
            assert (await b.told(conversation.id))[0] == (Role.USER, "precious", MessageState.DONE)

    go(main())


def test_nothing_is_sent_when_the_question_cannot_be_stored(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [STOP]) as b:
            conversation = b.chat.new_conversation()
            await b.database.close()
            with pytest.raises(ChatError) as caught:
                await b.chat.send(conversation, "precious")
            assert caught.value.kind is ErrorKind.STORAGE
            assert b.provider.requests == []
            assert len(conversation) == 0

    go(main())


def test_trying_again_adds_a_sibling_and_keeps_the_old_answer(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("one"), STOP], [TextDelta("two"), STOP], [TextDelta("three"), STOP]) as b:
            conversation = b.chat.new_conversation()
            first = await (await b.chat.send(conversation, "q")).wait()
            await until(lambda: not b.chat.streaming)
            second = await (await b.chat.retry(conversation, first.id)).wait()
            await until(lambda: not b.chat.streaming)
            question = conversation.path()[0]
            await (await b.chat.retry(conversation, question.id)).wait()
            await until(lambda: not b.chat.streaming)
            assert [m.text for m in conversation.siblings(second.id)] == ["one", "two", "three"]
            await b.chat.select(conversation, first.id)
            assert (await b.told(conversation.id))[1][1] == "one"
            assert len(await b.store.load(conversation.id)) == 4

    go(main())


def test_a_second_question_is_refused_while_the_answer_is_coming(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta("…"), never]) as b:
            conversation = b.chat.new_conversation()
            results = await asyncio.gather(
                b.chat.send(conversation, "a"), b.chat.send(conversation, "b"), return_exceptions=True
            )
            refused = [r for r in results if isinstance(r, ChatError)]
            assert [r.kind for r in refused] == [ErrorKind.BAD_REQUEST]
            assert len(conversation) == 2

    go(main())


def test_several_conversations_stream_at_once_and_are_stopped_apart(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta("left"), never], [TextDelta("right"), never]) as b:
            left, right = b.chat.new_conversation(), b.chat.new_conversation()
            first = await b.chat.send(left, "l")
            second = await b.chat.send(right, "r")
            assert b.chat.streaming == {left.id, right.id}
            await until(lambda: first.text and second.text)
            b.chat.stop(left.id)
            assert (await first.wait()).state is MessageState.STOPPED
            await until(lambda: left.id not in b.chat.streaming)
            assert b.chat.session(right.id) is second
            assert (await b.told(left.id))[1] == (Role.ASSISTANT, "left", MessageState.STOPPED)

    go(main())


def test_an_error_is_part_of_the_conversation_and_can_be_tried_again(tmp_path: Path) -> None:
    async def main() -> None:
        refused = failed(ErrorKind.RATE_LIMITED, msg("Too many questions."), retry_after=3)
        async with bench(tmp_path, [refused], [TextDelta("now"), STOP]) as b:
            conversation = b.chat.new_conversation()
            answer = await (await b.chat.send(conversation, "q")).wait()
            assert answer.failure == refused.failure
            await until(lambda: not b.chat.streaming)
            stored = await b.store.load(conversation.id)
            assert stored.path()[1].failure == refused.failure
            again = await (await b.chat.retry(conversation, answer.id)).wait()
            assert again.text == "now"
            assert [m.text for m in b.provider.requests[1].messages] == ["q"]

    go(main())


def test_the_conversation_says_how_it_is_held(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("a"), STOP]) as b:
            conversation = b.chat.new_conversation()
            await b.chat.configure(
                conversation, ConversationSettings("", "own-model", "Be brief.", {"temperature": 0.2})
            )
            await (await b.chat.send(conversation, "q", Asking(params={"top_p": 1}))).wait()
            request = b.provider.requests[0]
            assert (request.model, request.system_prompt) == ("own-model", "Be brief.")
            assert request.params == {"temperature": 0.2, "top_p": 1}
            assert (await b.store.load(conversation.id)).settings.system_prompt == "Be brief."

    go(main())


def test_a_title_given_by_hand_stays_and_an_empty_one_gives_it_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("a"), STOP]) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "What is water?")).wait()
            await b.chat.rename(conversation.id, "  My \n title ")
            assert (await b.chat.summaries())[0].title == "My title"
            await b.chat.rename(conversation.id, " ")
            assert (await b.chat.summaries())[0].title == "What is water?"

    go(main())


def test_deleting_goes_to_the_trash_and_comes_back(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta("half"), never]) as b:
            conversation = b.chat.new_conversation()
            session = await b.chat.send(conversation, "q")
            await until(lambda: session.text)
            await b.chat.delete(conversation.id)
            assert await b.chat.summaries() == []
            await b.chat.restore(conversation.id)
            assert [line.id for line in await b.chat.summaries()] == [conversation.id]
            assert (await b.told(conversation.id))[1] == (Role.ASSISTANT, "half", MessageState.STOPPED)

    go(main())


def test_what_was_stored_is_opened_again_as_one_shared_conversation(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("a"), STOP]) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "q")).wait()
            await until(lambda: not b.chat.streaming)
            assert await b.chat.open(conversation.id) is conversation
            conversation_id = conversation.id
            del conversation
            first, second = await asyncio.gather(b.chat.open(conversation_id), b.chat.open(conversation_id))
            assert first is second
            with pytest.raises(ChatError) as caught:
                await b.chat.open("nowhere")
            assert caught.value.kind is ErrorKind.NOT_FOUND

    go(main())


def test_answers_and_chinese_words_are_found(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [TextDelta("这是术语表。"), STOP]) as b:
            conversation = b.chat.new_conversation()
            answer = await (await b.chat.send(conversation, "q")).wait()
            hits = await b.chat.search("术语")
            assert [(hit.conversation_id, hit.message_id) for hit in hits] == [(conversation.id, answer.id)]

    go(main())


def test_drafts_are_kept_for_each_conversation(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path) as b:
            await b.chat.save_draft("", "new \ud83d")
            await b.chat.save_draft("x", "other")
            assert await b.chat.load_draft("") == "new \ufffd"
            assert await b.chat.load_draft("x") == "other"

    go(main())


def test_an_answer_that_could_not_be_stored_is_stored_when_there_is_room(tmp_path: Path) -> None:
    async def main() -> None:
        troubles: list[Failure | None] = []
        more = asyncio.Event()
        async with bench(tmp_path, [TextDelta("first"), more, TextDelta(" rest"), STOP]) as b:
            b.chat.trouble.connect(troubles.append)
            conversation = b.chat.new_conversation()
            session = await b.chat.send(conversation, "q")
            await until(lambda: session.text)
            pages = await b.database.run(lambda c: c.pragma("page_count"))
            await b.database.run(lambda c: c.pragma("max_page_count", pages))
            await b.database.run(lambda c: c.pragma("cache_size", 1))
            filler = "x" * 200_000
            session._text.add(filler)  # an answer that no longer fits
            more.set()
            message = await session.wait()
            assert message.text == "first" + filler + " rest"
            assert [trouble is None for trouble in troubles][-1:] == [False]
            await b.database.run(lambda c: c.pragma("max_page_count", 1_000_000))
            await b.chat.keep_unsaved()
            assert troubles[-1] is None
            assert (await b.told(conversation.id))[1] == (Role.ASSISTANT, message.text, MessageState.DONE)

    go(main())
