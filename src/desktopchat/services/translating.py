"""The translator as the window and the shell use it: orders in, running translations out; glossaries and pairs.

How one translation runs is in `translation_run`; what the rules are is in the room `translation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktopchat.domain.observe import Signal
from desktopchat.domain.text import Text, msg
from desktopchat.domain.translation import Glossary, Hint, Issue, Pair, TermHit
from desktopchat.services.retrying import RetryRule, retry_rule
from desktopchat.services.translation_order import Answerer, Order, PieceState, RunState

if TYPE_CHECKING:
    from desktopchat.services.providers import ProviderService
    from desktopchat.services.tasks import Tasks
    from desktopchat.services.translation_run import Translation
    from desktopchat.storage.glossaries import GlossaryStore
    from desktopchat.storage.pairs import PairStore

__all__ = ["Answerer", "Estimate", "Order", "PieceState", "RunState", "TranslatorService"]

MOST_ALTERNATIVES = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order will take, roughly: requests, and tokens sent and received."""

    requests: int
    input_tokens: int
    output_tokens: int


class TranslatorService:
    """Owns what translates now, the glossaries and the history of pairs.

    Methods raise only `ChatError`. A `Translation` never raises: it ends in a state and has its `failure`.
    """

    def __init__(
        self,
        providers: ProviderService,
        tasks: Tasks,
        glossaries: GlossaryStore,
        pairs: PairStore,
        *,
        retries: Callable[[], int] = lambda: 2,
    ) -> None:
        self.glossaries = glossaries
        """See `storage.glossaries`: all, add, update, remove, restore; `glossaries_changed` is for who shows them."""
        self.pairs = pairs
        """See `storage.pairs`: search, star, delete, restore."""
        self.glossaries_changed: Signal[()] = Signal()
        self.pairs_changed: Signal[()] = Signal()
        self._providers = providers
        self._tasks = tasks
        self._retries = retries
        self._running: set[Translation] = set()

    def hint(self, text: str) -> Hint:
        """Which language `text` seems to be in. May load a model once (about 0.3 s); see `hint_aside`."""
        from desktopchat.translation.guessing import guess

        return guess(text)

    async def hint_aside(self, text: str) -> Hint:
        """As `hint`, in a thread: for the window."""
        import asyncio

        return await asyncio.to_thread(self.hint, text)

    async def translate(self, order: Order, *, keeps: bool = True) -> Translation:
        """Starts a translation; it runs as a task and tells by its signals how it goes.

        The pair goes into the history when it ends, also a partial one, unless the order is private or `keeps` is
        false. Raises `ChatError` for a provider that is not there.
        """
        from desktopchat.services.translation_run import Translation

        run = Translation(order, await self.answerer(order))
        return self._started(run, keeps=keeps)

    async def compare(self, order: Order, answerers: Sequence[tuple[str, str]]) -> list[Translation]:
        """The same order with several (provider id, model), all at once, for a view side by side. Nothing is kept."""
        orders = [replace(order, provider_id=provider_id, model=model) for provider_id, model in answerers]
        return [await self.translate(each, keeps=False) for each in orders]

    async def alternatives(self, order: Order, count: int = 3) -> Translation:
        """Several versions of one short text, in one request; `Translation.versions` has them as they come.

        A translation model that takes no instructions gives one version.
        """
        asked = replace(order, versions=max(1, min(count, MOST_ALTERNATIVES)))
        return await self.translate(asked, keeps=False)

    async def back(self, done: Translation) -> Translation:
        """Translates the target back, for a check by eye, without glossaries. Nothing is kept."""
        order = done.order
        source = order.source or self.hint(order.text).language or ""
        asked = replace(
            order, text=done.target, source=order.target, target=source or "en", glossaries=(), brief="", versions=1
        )
        return await self.translate(asked, keeps=False)

    async def redo(self, done: Translation, index: int) -> None:
        """Translates one piece again in place; the translation tells of it like of the first time."""
        self._start(done.redo(index), done)

    async def repair(self, done: Translation, index: int, issues: Sequence[Issue] = ()) -> None:
        """Asks once for a piece without these defects (default: all that it has). A better old text stays."""
        self._start(done.repair(index, tuple(issues)), done)

    async def answerer(self, order: Order) -> Answerer:
        """Who will answer the order: the provider and the model that it names, or the defaults."""
        config = await self._providers.chosen(order.provider_id)
        return Answerer(
            name=config.name,
            model=order.model or config.model,
            connect=lambda: self._providers.connect(config),
            retry=self._retry,
        )

    async def note_on(self, order: Order) -> Text | None:
        """What people should know before: a translation model takes no brief and no style. None: nothing."""
        answerer = await self.answerer(order)
        return ignored_note(answerer.model) if answerer.is_translation_model and order.has_wishes else None

    def estimate(self, order: Order, answerer: Answerer | None = None) -> Estimate:
        """Requests and tokens that `order` takes, without asking anybody."""
        from desktopchat.services.translation_run import Translation

        run = Translation(order, answerer or Answerer.unknown(order.model))
        return Estimate(*run.estimate())

    def hits(self, text: str, glossaries: Sequence[Glossary]) -> list[TermHit]:
        """Where terms of the enabled glossaries stand in `text`, in order: to underline them."""
        from desktopchat.translation.glossary import matcher_for

        return matcher_for(tuple(each for each in glossaries if each.enabled)).find(text)

    def stop_all(self) -> None:
        for run in tuple(self._running):
            run.stop()

    def _started(self, run: Translation, *, keeps: bool) -> Translation:
        async def work() -> None:
            await run.run()
            if keeps and not run.order.private:
                await self.keep(run)

        self._start(work(), run)
        return run

    def _start(self, work: object, run: Translation) -> None:
        async def owned() -> None:
            self._running.add(run)
            try:
                await work  # type: ignore[misc]
            finally:
                self._running.discard(run)

        self._tasks.start(owned(), name=f"translate {run.id}")

    async def keep(self, run: Translation) -> Pair | None:
        """Puts what a translation has so far into the history; None where there is nothing yet."""
        if not run.target.strip():
            return None
        order = run.order
        pair = Pair(
            order.text,
            run.target,
            order.source or self.hint(order.text).language or "",
            order.target,
            run.answerer.name,
            run.answerer.model,
        )
        await self.pairs.add(pair)
        self.pairs_changed.emit()
        return pair

    def _retry(self) -> RetryRule:
        return retry_rule(self._retries())


def ignored_note(model: str) -> Text:
    """That a model translates and takes no instructions, in words."""
    return msg("{model} takes no instructions. It uses the languages and the glossary, not the style.", model=model)
