"""What strict dialects are sent where only the last messages of a chat go out."""

from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.request import ChatRequest
from desktopchat.providers.turns import alternating


def said(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))


def test_an_answer_whose_question_is_not_sent_is_left_out() -> None:
    answer, question = said(Role.ASSISTANT, "an answer"), said(Role.USER, "a question")
    assert alternating(ChatRequest("m", (answer, question))) == [(Role.USER, [question])]


def test_an_answer_alone_stays() -> None:
    answer = said(Role.ASSISTANT, "an answer")
    assert [role for role, _ in alternating(ChatRequest("m", (answer,)))] == [Role.ASSISTANT]
