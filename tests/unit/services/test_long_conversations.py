"""A long conversation is shown with its newest messages, and is whole before anything is done with it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.chatting import Bench, bench, go
from tests.support.databases import conversation_with
from tests.support.scripted import Step

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.events import Finished, TextDelta
from desktopchat.domain.message import FinishReason
from desktopchat.services.chat import NEWEST

ANSWER: list[Step] = [TextDelta("yes"), Finished(FinishReason.STOP)]
WORDS = [f"words {number}" for number in range(NEWEST * 5)]


async def opened(b: Bench) -> Conversation:
    conversation = conversation_with(*WORDS)
    await b.store.create(conversation)
    newest = await b.chat.open_newest(conversation.id)
    assert len(newest) == NEWEST
    return newest


def test_completing_brings_the_rest_into_the_same_conversation(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path) as b:
            conversation = await opened(b)
            told: list[Conversation] = []
            b.chat.completed.connect(told.append)
            await b.chat.complete(conversation)
            await b.chat.complete(conversation)
            assert [m.text for m in conversation.path()] == WORDS
            assert told == [conversation]

    go(main())


def test_who_opens_it_for_use_gets_all_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with bench(tmp_path) as b:
            conversation = await opened(b)
            assert await b.chat.open(conversation.id) is conversation
            assert len(conversation) == len(WORDS)

    go(main())


async def _send(b: Bench, conversation: Conversation) -> None:
    await (await b.chat.send(conversation, "more")).wait()
    assert [m.text for m in b.provider.requests[-1].messages] == [*WORDS, "more"]


async def _edit(b: Bench, conversation: Conversation) -> None:
    await (await b.chat.edit(conversation, conversation.path()[-2].id, "other")).wait()
    assert [m.text for m in b.provider.requests[-1].messages] == [*WORDS[:-2], "other"]


async def _retry(b: Bench, conversation: Conversation) -> None:
    await (await b.chat.retry(conversation, conversation.path()[-1].id)).wait()
    assert [m.text for m in b.provider.requests[-1].messages] == WORDS[:-1]


async def _select(b: Bench, conversation: Conversation) -> None:
    await b.chat.select(conversation, conversation.path()[-3].id)


async def _delete(b: Bench, conversation: Conversation) -> None:
    await b.chat.delete_message(conversation, conversation.path()[0].id)  # the first that is here, not the first
    assert [m.text for m in conversation.path()] == WORDS[:-NEWEST]


@pytest.mark.parametrize("act", [_send, _edit, _retry, _select, _delete])
def test_what_changes_a_conversation_completes_it_first(
    tmp_path: Path, act: Callable[[Bench, Conversation], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with bench(tmp_path, ANSWER) as b:
            conversation = await opened(b)
            await act(b, conversation)
            assert conversation.is_whole
            stored = await b.store.load(conversation.id)
            assert [m.text for m in conversation.path()] == [m.text for m in stored.path()]

    go(main())
