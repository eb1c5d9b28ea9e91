"""A long conversation's newest messages, for its first picture."""

from pathlib import Path

import pytest
from tests.support.databases import OpenStores, conversation_with, with_stores

from desktopchat.domain.conversation import Conversation
from desktopchat.domain.message import Message, Role, TextPart

WORDS = [f"words {number}" for number in range(100)]


def newest_of(path: Path, conversation: Conversation, count: int) -> Conversation:
    async def work(stores: OpenStores) -> Conversation:
        await stores.conversations.create(conversation)
        return await stores.conversations.load_newest(conversation.id, count)

    return with_stores(path, work)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.sqlite3"


def test_a_long_conversation_begins_with_its_end(path: Path) -> None:
    conversation = conversation_with(*WORDS)
    newest = newest_of(path, conversation, 10)
    assert not newest.is_whole
    assert [message.text for message in newest.path()] == WORDS[-10:]
    assert (newest.title, newest.head_id) == (conversation.title, conversation.head_id)


def test_a_short_conversation_comes_at_once(path: Path) -> None:
    newest = newest_of(path, conversation_with(*WORDS[:30]), 10)
    assert newest.is_whole
    assert len(newest) == 30


def test_an_old_branch_brings_all_of_its_conversation(path: Path) -> None:
    conversation = conversation_with(*WORDS)
    conversation.head_id = conversation.path()[20].id
    newest = newest_of(path, conversation, 10)
    assert newest.is_whole
    assert len(newest.path()) == 21


def test_the_first_of_the_newest_shows_no_alternatives_of_elsewhere(path: Path) -> None:
    conversation = conversation_with(*WORDS)
    here = conversation.head_id
    beside = Message(Role.USER, (TextPart("beside"),), parent_id=conversation.path()[10].id)
    conversation.add(beside)
    conversation.head_id = here
    newest = newest_of(path, conversation, 12)
    assert not newest.is_whole
    assert newest.path()[0].parent_id is None
    assert newest.siblings(newest.path()[0].id) == [newest.path()[0]]


def test_a_completed_conversation_is_the_whole_one(path: Path) -> None:
    conversation = conversation_with(*WORDS)
    newest = newest_of(path, conversation, 10)
    newest.complete(conversation)
    assert newest.is_whole
    assert newest.path() == conversation.path()
