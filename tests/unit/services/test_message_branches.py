"""Editing, another model, alternatives and the trash of single messages, on a real database."""

import asyncio
from pathlib import Path

import pytest
from tests.support.chatting import bench, go
from tests.support.scripted import Step
from tests.support.waiting import until

from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.domain.events import Finished, TextDelta
from desktopchat.domain.message import FilePart, FinishReason, MessageState, user_message
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.values import Json
from desktopchat.services.asking import Asking

STOP = Finished(FinishReason.STOP)


def says(*words: str) -> list[Step]:
    return [*map(TextDelta, words), STOP]


def test_an_edited_question_is_asked_beside_the_old_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("old answer"), says("new answer")) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "old question")).wait()
            old = conversation.path()[0]
            await (await b.chat.edit(conversation, old.id, "new question")).wait()
            assert [text for _, text, _ in await b.told(conversation.id)] == ["new question", "new answer"]
            assert [m.text for m in b.provider.requests[-1].messages] == ["new question"]
            await b.chat.select(conversation, old.id)
            assert [text for _, text, _ in await b.told(conversation.id)] == ["old question", "old answer"]

    go(main())


def test_an_edited_question_keeps_its_files(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("first"), says("second")) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "opening")).wait()
            file = FilePart("0" * 64, "text/plain", "notes.txt", 5)
            asked = user_message("about this", parent_id=conversation.head_id, attachments=[file])
            await b.store.add_messages(conversation.id, [asked], asked.id)
            conversation.add(asked)
            await (await b.chat.edit(conversation, asked.id, "about that")).wait()
            stored = await b.store.load(conversation.id)
            assert stored.path()[2].attachments == (file,)

    go(main())


def test_an_edit_is_refused_while_another_answer_comes(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, [asyncio.Event()]) as b:
            conversation = b.chat.new_conversation()
            await b.chat.send(conversation, "q")
            with pytest.raises(ChatError) as caught:
                await b.chat.edit(conversation, conversation.path()[0].id, "other")
            assert caught.value.kind is ErrorKind.BAD_REQUEST
            assert [m.text for m in conversation] == ["q", ""]

    go(main())


def test_another_model_answers_once_and_the_conversation_keeps_its_own(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("one"), says("two")) as b:
            other = ProviderConfig("Other", "openai", "http://127.0.0.1:9/v1", "base-model")
            await b.providers.add(other)
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "q")).wait()
            before = conversation.settings
            asking = Asking(answerer=(other.id, "special-model"))
            message = await (await b.chat.retry(conversation, conversation.path()[-1].id, asking)).wait()
            assert (message.provider, message.model) == ("Other", "special-model")
            assert b.provider.requests[-1].model == "special-model"
            assert conversation.settings == before

    go(main())


def test_a_deleted_message_goes_with_what_follows_and_comes_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("one"), says("two")) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "first")).wait()
            await (await b.chat.send(conversation, "second")).wait()
            changes: list[int] = []
            b.chat.branch_changed.connect(lambda c: changes.append(len(c.path())))
            gone = await b.chat.delete_message(conversation, conversation.path()[2].id)
            assert len(gone.message_ids) == 2
            assert [text for _, text, _ in await b.told(conversation.id)] == ["first", "one"]
            (line,) = await b.chat.summaries()
            assert line.messages == 2
            assert await b.chat.search("second") == []
            await b.chat.restore_messages(conversation, gone)
            assert [text for _, text, _ in await b.told(conversation.id)] == ["first", "one", "second", "two"]
            (line,) = await b.chat.summaries()
            assert line.messages == 4
            assert [hit.snippet for hit in await b.chat.search("second")] == ["second"]
            assert changes == [2, 4]

    go(main())


def test_a_deleted_answer_gives_way_to_its_alternative(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("one"), says("two"), says("more")) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "q")).wait()
            await (await b.chat.send(conversation, "go on")).wait()
            first = conversation.path()[1]
            second = await (await b.chat.retry(conversation, first.id)).wait()
            assert [m.text for m in conversation.path()] == ["q", "more"]
            gone = await b.chat.delete_message(conversation, second.id)
            assert [m.text for m in conversation.path()] == ["q", "one", "go on", "two"]
            assert [m.text for m in conversation.siblings(first.id)] == ["one"]
            await b.chat.restore_messages(conversation, gone)
            assert [m.text for m in conversation.siblings(first.id)] == ["one", "more"]
            assert [m.text for m in conversation.path()] == ["q", "more"]

    go(main())


def test_deleting_an_answer_that_is_coming_stops_it_and_keeps_what_came(tmp_path: Path) -> None:
    async def main() -> None:
        never = asyncio.Event()
        async with bench(tmp_path, [TextDelta("half"), never]) as b:
            conversation = b.chat.new_conversation()
            session = await b.chat.send(conversation, "q")
            await until(lambda: session.text == "half")
            gone = await b.chat.delete_message(conversation, session.message_id)
            assert [m.text for m in conversation.path()] == ["q"]
            await until(lambda: b.chat.session(conversation.id) is None)
            await b.chat.restore_messages(conversation, gone)
            stored = await b.store.load(conversation.id)
            assert [(m.text, m.state) for m in stored.path()][1] == ("half", MessageState.STOPPED)

    go(main())


def test_what_cannot_be_stored_is_not_hidden_either(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("one")) as b:
            conversation = b.chat.new_conversation()
            await (await b.chat.send(conversation, "q")).wait()
            await b.database.close()
            with pytest.raises(ChatError):
                await b.chat.delete_message(conversation, conversation.path()[1].id)
            assert [m.text for m in conversation.path()] == ["q", "one"]

    go(main())


def test_another_kind_of_provider_gets_the_params_under_its_own_names(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path, says("one"), says("two")) as b:
            first = await b.providers.add(ProviderConfig("here", "ollama", "http://127.0.0.1:11434", "llama3"))
            other = await b.providers.add(ProviderConfig("there", "anthropic", "", "claude-sonnet-4-5"))
            params: dict[str, Json] = {"num_predict": 99, "num_ctx": 4096, "x_own": 1}
            conversation = b.chat.new_conversation(ConversationSettings(first.id, params=params))
            answer = await (await b.chat.send(conversation, "q")).wait()
            await until(lambda: not b.chat.streaming)
            await (await b.chat.retry(conversation, answer.id, Asking(answerer=(other.id, "")))).wait()
            assert [request.params for request in b.provider.requests] == [params, {"max_tokens": 99, "x_own": 1}]
            assert conversation.settings.params == params

    go(main())
