"""Messages for the tests of the window."""

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import Message, MessageState, ReasoningPart, Role, TextPart, user_message
from desktopchat.domain.text import msg


def answer(
    text: str = "", *, reasoning: str = "", state: MessageState = MessageState.DONE, model: str = "m1"
) -> Message:
    parts = [ReasoningPart(reasoning, 12_000)] if reasoning else []
    return Message(Role.ASSISTANT, (*parts, *([TextPart(text)] if text else [])), state=state, model=model)


def streaming() -> Message:
    return answer(state=MessageState.STREAMING)


def broken(text: str = "") -> Message:
    failure = Failure(
        ErrorKind.RATE_LIMITED, msg("Too many questions at once."), msg("Wait."), detail="slow down", status=429,
        code="rate_limit", request_id="req-1",
    )  # fmt: skip
    parts = (TextPart(text),) if text else ()
    return Message(Role.ASSISTANT, parts, state=MessageState.ERROR, failure=failure, model="m1")


def talk(exchanges: int, text: str = "An **answer**.\n\nWith two paragraphs.") -> list[Message]:
    """Questions and answers in turn."""
    messages: list[Message] = []
    for number in range(exchanges):
        messages += [user_message(f"question {number}"), answer(text)]
    return messages
