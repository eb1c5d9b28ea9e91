"""Asks a provider as the program does and keeps everything that came, in the order in which it came."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from desktopchat.domain.errors import ChatError, Failure
from desktopchat.domain.events import (
    Finished,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    TextReplaced,
    ToolCallReady,
    UsageReport,
)
from desktopchat.domain.message import FinishReason, Message, Usage, user_message
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.request import ChatRequest, Limits
from desktopchat.domain.secret import Secret
from desktopchat.domain.values import Json
from desktopchat.providers import registry
from desktopchat.providers.base import Account, Provider

QUICK = Limits(connect_s=5, first_content_s=5, idle_s=5, after_end_s=0.4)


@dataclass(slots=True)
class Outcome:
    """An answer with its end: `failure` is None when it was complete. `times` are seconds since asking."""

    events: list[StreamEvent] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    failure: Failure | None = None
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """The answer as a window would show it."""
        shown = ""
        for event in self.events:
            if isinstance(event, TextReplaced):
                shown = event.text
            elif isinstance(event, TextDelta):
                shown += event.text
        return shown

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def usage(self) -> Usage | None:
        return next((event.usage for event in reversed(self.events) if isinstance(event, UsageReport)), None)

    @property
    def calls(self) -> list[ToolCallReady]:
        return [event for event in self.events if isinstance(event, ToolCallReady)]

    @property
    def reason(self) -> FinishReason | None:
        return next((event.reason for event in self.events if isinstance(event, Finished)), None)

    @property
    def deltas(self) -> Iterator[str]:
        return (event.text for event in self.events if isinstance(event, TextDelta))


def account(kind: str, base_url: str, key: str = "") -> Account:
    config = ProviderConfig("test", kind, base_url)
    return Account(config, Secret(key) if key else None, proxy="none")


async def collect(provider: Provider, request: ChatRequest) -> Outcome:
    """Reads an answer to its end, whichever it is."""
    outcome = Outcome()
    begun = time.monotonic()
    try:
        async with aclosing(provider.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                outcome.events.append(event)
                outcome.times.append(time.monotonic() - begun)
    except ChatError as error:
        outcome.failure = error.failure
    outcome.seconds = time.monotonic() - begun
    return outcome


def ask(
    kind: str,
    base_url: str,
    model: str = "m",
    *,
    key: str = "",
    question: str = "hello",
    messages: tuple[Message, ...] = (),
    system_prompt: str = "",
    params: Mapping[str, Json] | None = None,
    limits: Limits = QUICK,
) -> Outcome:
    """Asks once, in a loop of its own."""
    request = ChatRequest(model, messages or (user_message(question),), system_prompt, params or {}, limits)
    return _asked(account(kind, base_url, key), request, 1)[0]


def ask_often(times: int, kind: str, base_url: str, model: str = "m", *, limits: Limits = QUICK) -> list[Outcome]:
    """Asks the same over one provider, one after the other."""
    return _asked(account(kind, base_url), ChatRequest(model, (user_message("hello"),), limits=limits), times)


def _asked(asking: Account, request: ChatRequest, times: int) -> list[Outcome]:
    async def run() -> list[Outcome]:
        provider = registry.create(asking)
        try:
            return [await collect(provider, request) for _ in range(times)]
        finally:
            await provider.aclose()

    return asyncio.run(run())
