"""The conversation as every dialect sends it: which messages go, and with what text. The form is the dialects'."""

from dataclasses import replace

from desktopchat.domain.message import Message, Role, TextPart
from desktopchat.domain.request import ChatRequest
from desktopchat.domain.surrogates import repaired


def spoken(request: ChatRequest) -> list[Message]:
    """The messages to send, oldest first: no empty answers; the answer's beginning, where there is one, comes last.

    Questions that nobody answered are put together with the next one: the templates of many models (Mistral, Gemma)
    refuse a conversation in which anybody speaks twice in a row.
    """
    said: list[Message] = []
    for message in _said(request):
        if said and said[-1].role is message.role is Role.USER:
            said[-1] = _together(said[-1], message)
        else:
            said.append(message)
    return said


def _said(request: ChatRequest) -> list[Message]:
    said = [message for message in request.messages if message.role is not Role.ASSISTANT or message.text.strip()]
    if request.prefix:
        said.append(Message(Role.ASSISTANT, (TextPart(request.prefix),)))
    return said


def _together(first: Message, second: Message) -> Message:
    """One question of two, with a blank line between and the attachments of both."""
    texts = [text for text in (first.text, second.text) if text.strip()]
    others = [part for message in (first, second) for part in message.parts if not isinstance(part, TextPart)]
    return replace(second, parts=(TextPart("\n\n".join(texts)), *others))


def alternating(request: ChatRequest) -> list[tuple[Role, list[Message]]]:
    """The messages with words in them, in turns of user and assistant, for dialects that refuse anything else.

    White space at the end of an assistant's last word is taken off for the same reason, and so is an answer that stands
    first, as one does whose question is not sent any more.
    """
    turns: list[tuple[Role, list[Message]]] = []
    for message in _said(request):
        role = Role.ASSISTANT if message.role is Role.ASSISTANT else Role.USER
        if not message.text.strip() and not message.attachments:
            continue
        if turns and turns[-1][0] is role:
            turns[-1][1].append(message)
        else:
            turns.append((role, [message]))
    if len(turns) > 1 and turns[0][0] is Role.ASSISTANT:
        del turns[0]
    if turns and turns[-1][0] is Role.ASSISTANT:
        last = turns[-1][1].pop()
        turns[-1][1].append(last.with_text(last.text.rstrip()))
    return turns


def text_of(message: Message) -> str:
    """What a message says, as it can be written to the wire. Its reasoning is never sent back."""
    return repaired(message.text)


def system_prompt(request: ChatRequest) -> str:
    """The system prompt as it can be written to the wire; empty where there is none."""
    return repaired(request.system_prompt) if request.system_prompt.strip() else ""
