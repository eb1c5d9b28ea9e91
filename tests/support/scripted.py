"""A provider that says what a test tells it to, behind the same seam as the real ones."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.domain.values import Json
from desktopchat.providers.base import Files

Step = StreamEvent | ChatError | Exception | asyncio.Event


class ScriptedProvider:
    """Plays one list of steps per request: events are yielded, errors raised, asyncio events waited for."""

    def __init__(self, *plays: Sequence[Step]) -> None:
        self._plays = list(plays)
        self.requests: list[ChatRequest] = []
        self.can_continue = True
        self.closed_streams = 0

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        self.requests.append(request)
        try:
            for step in self._plays.pop(0):
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case Exception():
                        raise step
                    case _:
                        yield step
        finally:
            self.closed_streams += 1

    def outgoing(self, request: ChatRequest) -> Outgoing:
        body: Json = {"model": request.model, "messages": [message.text for message in request.messages]}
        return Outgoing("POST", "http://scripted.invalid/", {"authorization": "Bearer ***"}, body)

    def continues(self, model: str) -> bool:
        return self.can_continue

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return ()

    @property
    def files(self) -> Files | None:
        return None

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo("scripted")]

    async def aclose(self) -> None:
        return
