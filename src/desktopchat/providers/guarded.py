"""What stands in front of every adapter: no error gets past it with a key in it. No dialect and no judgement."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from desktopchat.domain.attachment import Way
from desktopchat.domain.events import StreamEvent
from desktopchat.domain.provider import ModelInfo
from desktopchat.domain.request import ChatRequest, Outgoing
from desktopchat.providers.base import Files, Provider
from desktopchat.transports.foreign import cleaned_errors


class Guarded:
    """See `Provider`. Adapters build clean failures themselves; this is for the one place that forgets."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        with cleaned_errors():
            async with aclosing(self._inner.stream(request)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event

    def outgoing(self, request: ChatRequest) -> Outgoing:
        with cleaned_errors():
            return self._inner.outgoing(request)

    def continues(self, model: str) -> bool:
        return self._inner.continues(model)

    def takes(self, model: str, media_type: str) -> tuple[Way, ...]:
        return self._inner.takes(model, media_type)

    @property
    def files(self) -> Files | None:
        """Over HTTP with the same errors; they come cleaned."""
        return self._inner.files

    async def models(self) -> list[ModelInfo]:
        with cleaned_errors():
            return await self._inner.models()

    async def aclose(self) -> None:
        await self._inner.aclose()
