import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.domain.conversation import Conversation, title_from
from desktopchat.domain.message import Message, MessageState, Role, TextPart, user_message


def answer(text: str, parent: Message) -> Message:
    return Message(Role.ASSISTANT, (TextPart(text),), parent_id=parent.id)


def test_the_path_leads_from_the_root_to_the_head() -> None:
    conversation = Conversation()
    question = user_message("one")
    reply = answer("two", question)
    conversation.add(question)
    conversation.add(reply)
    assert [m.text for m in conversation.path()] == ["one", "two"]


def test_regenerating_adds_a_sibling_and_keeps_the_old_answer() -> None:
    conversation = Conversation()
    question = user_message("q")
    first, second = answer("first", question), answer("second", question)
    for message in (question, first, second):
        conversation.add(message)
    assert [m.text for m in conversation.path()] == ["q", "second"]
    assert [m.text for m in conversation.siblings(second.id)] == ["first", "second"]


def test_selecting_a_branch_goes_to_its_newest_leaf() -> None:
    conversation = Conversation()
    question = user_message("q")
    first, second = answer("first", question), answer("second", question)
    follow_up = user_message("more", parent_id=first.id)
    for message in (question, first, follow_up, second):
        conversation.add(message)
    conversation.select(first.id)
    assert [m.text for m in conversation.path()] == ["q", "first", "more"]


def test_a_message_with_an_unknown_parent_is_refused() -> None:
    with pytest.raises(ValueError, match="parent"):
        Conversation().add(user_message("x", parent_id="nobody"))


def test_the_same_message_is_not_added_twice() -> None:
    conversation = Conversation()
    question = user_message("q")
    conversation.add(question)
    with pytest.raises(ValueError, match="already"):
        conversation.add(question)


def test_replacing_keeps_the_place_in_the_tree() -> None:
    conversation = Conversation()
    question = user_message("q")
    streaming = Message(Role.ASSISTANT, parent_id=question.id, state=MessageState.STREAMING)
    conversation.add(question)
    conversation.add(streaming)
    conversation.replace(streaming.with_text("done"))
    assert [m.text for m in conversation.path()] == ["q", "done"]
    with pytest.raises(ValueError, match="parent"):
        conversation.replace(Message(Role.ASSISTANT, id=streaming.id, parent_id=None))


def test_a_conversation_built_from_storage_equals_the_one_that_was_stored() -> None:
    conversation = Conversation(title="t")
    question = user_message("q")
    conversation.add(question)
    conversation.add(answer("a", question))
    again = Conversation.build(
        list(conversation), head_id=conversation.head_id, id=conversation.id, title="t",
        created=conversation.created, updated=conversation.updated,
    )  # fmt: skip
    assert again == conversation


@given(st.lists(st.integers(min_value=0, max_value=30), max_size=30))
def test_every_message_of_any_tree_is_reachable_and_none_is_lost(parents: list[int]) -> None:
    conversation = Conversation()
    made: list[Message] = []
    for parent in parents:
        parent_id = made[parent % len(made)].id if made and parent else None
        message = user_message(str(len(made)), parent_id=parent_id)
        conversation.add(message)
        made.append(message)
    for message in made:
        conversation.select(message.id)
        assert message in conversation.path()
    assert len(conversation) == len(made)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do I sort a list?", "How do I sort a list?"),
        ("\n\n# A heading\nand more", "A heading"),
        ("   many    blanks   here ", "many blanks here"),
        ("word " * 30, "word word word word word word word word word word word word…"),
        ("请把下面这段话翻译成英文：" * 10, "请把下面这段话翻译成英文：" * 4 + "请把下面这段话翻"),
        ("", ""),
        ("```\n```", ""),
    ],
)
def test_a_title_is_the_first_line_with_words(text: str, title: str) -> None:
    found = title_from(user_message(text))
    assert found.rstrip("…") == title.rstrip("…")
    assert len(found) <= 61


def tree() -> tuple[Conversation, list[Message]]:
    """q, with the answers a and b; b is answered by c."""
    question = user_message("q")
    first, second = answer("a", question), answer("b", question)
    follow_up = user_message("c", parent_id=second.id)
    conversation = Conversation()
    for message in (question, first, second, follow_up):
        conversation.add(message)
    return conversation, [question, first, second, follow_up]


def test_what_is_in_the_trash_is_hidden_and_comes_back() -> None:
    conversation, (question, first, second, follow_up) = tree()
    gone = conversation.subtree(second.id)
    assert gone == [second.id, follow_up.id]
    conversation.trash(gone)
    assert [m.text for m in conversation.path()] == ["q", "a"]
    assert [m.text for m in conversation] == ["q", "a"]
    assert [m.text for m in conversation.siblings(first.id)] == ["a"]
    assert second.id not in conversation
    with pytest.raises(KeyError):
        conversation.select(second.id)
    conversation.restore(gone, follow_up.id)
    assert [m.text for m in conversation.path()] == ["q", "b", "c"]
    assert question.id in conversation


def test_without_an_alternative_the_message_before_is_the_head() -> None:
    conversation, (_, first, second, _) = tree()
    conversation.trash(conversation.subtree(second.id))
    conversation.trash(conversation.subtree(first.id))
    assert [m.text for m in conversation.path()] == ["q"]


def test_a_conversation_whose_messages_are_all_in_the_trash_is_still_a_stored_one() -> None:
    conversation, (question, *_) = tree()
    conversation.trash(conversation.subtree(question.id))
    assert conversation.path() == []
    assert len(conversation) == 4


def test_a_stored_head_in_the_trash_gives_way_to_what_stands_before() -> None:
    _, messages = tree()
    hidden = {messages[2].id, messages[3].id}
    built = Conversation.build(messages, head_id=messages[3].id, trashed=hidden)
    assert [m.text for m in built.path()] == ["q"]
