"""The program's providers as a relay offers them: each model under the name `provider/model`. No server here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.text import msg
from desktopchat.services.providers import DEMO

if TYPE_CHECKING:
    from desktopchat.domain.events import StreamEvent
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.domain.request import ChatRequest
    from desktopchat.services.providers import ProviderService

LISTED_WITHIN_S = 5.0
"""A provider whose list takes longer is offered with its own model alone."""
KEPT_S = 300.0
"""Lists change, and another process may change a provider's key."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked: a configured endpoint, and the model's name there (empty: the endpoint's own choice)."""

    config: ProviderConfig
    model: str

    @property
    def name(self) -> str:
        """What the relay calls it."""
        return f"{label(self.config)}/{self.model}" if self.model else label(self.config)


class Upstreams:
    """What a relay can ask. Raises only `ChatError`."""

    def __init__(self, providers: ProviderService) -> None:
        self._providers = providers
        self._lists: dict[ProviderConfig, tuple[float, tuple[Target, ...]]] = {}

    async def target(self, name: str) -> Target:
        """Whom `provider/model` means, case aside; a provider's name alone means its model, nothing the default one.

        Raises `ChatError` `not_found` for a provider that is not configured.
        """
        if not name.strip():
            config = await self._providers.default()
            return Target(config, config.model)
        wanted = name.strip().casefold()
        for config in sorted(await self._configured(), key=lambda each: -len(each.name)):
            known = label(config).casefold()
            if wanted in (known, f"{known}/"):
                return Target(config, config.model)
            if wanted.startswith(f"{known}/"):
                return Target(config, name.strip()[len(known) + 1 :])
        raise _unknown(name)

    async def targets(self) -> list[Target]:
        """All models of all providers, the default provider's first. One that cannot be reached has its own model."""
        listed = await asyncio.gather(*map(self._listed, await self._configured()))
        return [target for targets in listed for target in targets]

    async def ask(self, target: Target, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """See `Provider.stream`: sends once, and closes the connection when it is closed itself."""
        provider = await self._providers.connect(target.config)
        async with aclosing(provider.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                yield event

    async def _configured(self) -> list[ProviderConfig]:
        configs = await self._providers.all()
        return [*sorted(configs, key=lambda config: not config.is_default), DEMO]

    async def _listed(self, config: ProviderConfig) -> tuple[Target, ...]:
        asked_at, known = self._lists.get(config, (-KEPT_S, ()))
        if time.monotonic() - asked_at < KEPT_S:
            return known
        own = [config.model] if config.model else []
        try:
            async with asyncio.timeout(LISTED_WITHIN_S):
                models = await self._providers.models(config)
        except (ChatError, TimeoutError) as error:
            log.info("the models of a provider are not known: %s", error)
            return tuple(Target(config, name) for name in own or [""])
        names = dict.fromkeys((*own, *(model.id for model in models)))
        targets = tuple(Target(config, name) for name in names)
        self._lists[config] = time.monotonic(), targets
        return targets


def label(config: ProviderConfig) -> str:
    """The part of a model's name that stands for its provider."""
    return DEMO.id if config.id == DEMO.id else config.name


def _unknown(name: str) -> ChatError:
    return failed(
        ErrorKind.NOT_FOUND,
        msg("No provider here belongs to the model “{name}”.", name=name.strip()[:200]),
        hint=msg("Models are named provider/model; /v1/models lists them all."),
    )
