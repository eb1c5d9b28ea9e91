"""What one question is asked with, and the request that comes of it. Nothing is sent or stored here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from desktopchat.domain.conversation import Conversation, ConversationSettings
from desktopchat.domain.message import Message, Role
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.values import Json


@dataclass(frozen=True, slots=True)
class Asking:
    """What one question is asked with, beyond what the conversation says.

    `answerer` is the provider's id and the model that answer this once; the conversation keeps its own. `instead` then
    stands in the place of the conversation's params, where the other provider has other names for them.
    """

    limits: Limits = field(default_factory=lambda: Limits(joins_pieces=True))
    retries: int | None = None
    params: Mapping[str, Json] | None = None
    answerer: tuple[str, str] | None = None
    instead: Mapping[str, Json] | None = None

    def settings(self, conversation: Conversation) -> ConversationSettings:
        """What the conversation is held with, this once."""
        if self.answerer is None:
            return conversation.settings
        return replace(conversation.settings, provider_id=self.answerer[0], model=self.answerer[1])


def request_for(conversation: Conversation, answer: Message, asking: Asking) -> ChatRequest:
    """What is sent to get `answer`: the branch that leads to it."""
    path = conversation.path(answer.parent_id) if answer.parent_id else []
    return request_on(path, conversation.settings, answer.model, asking)


def request_on(path: Sequence[Message], settings: ConversationSettings, model: str, asking: Asking) -> ChatRequest:
    """What is sent to get an answer to the end of `path`."""
    return ChatRequest(
        model=model,
        messages=tuple(settings.context.applied([m for m in path if m.role is Role.USER or m.text])),
        system_prompt=settings.system_prompt,
        params={**(settings.params if asking.instead is None else asking.instead), **(asking.params or {})},
        limits=asking.limits,
    )


def moved_params(
    settings: ConversationSettings, before: ProviderConfig, after: ProviderConfig, model: str
) -> dict[str, Json]:
    """A conversation's params, held with `before` until now, as `after` and its `model` understand them."""
    from desktopchat.providers.parameters import known, moved

    old = known(before.kind, before.base_url, settings.model or before.model)
    return moved(settings.params, old, known(after.kind, after.base_url, model or after.model))
