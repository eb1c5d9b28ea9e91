"""The translator as the window and the shell use it: orders in, running translations out; glossaries and pairs.

How one translation runs is in `translation_run`; what the rules are is in the room `translation`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktopchat.domain.errors import ErrorKind, failed
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
    from desktopchat.translation.glossary_files import Columns, Imported, Preview

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

    async def preview_glossary(self, path: Path) -> Preview | None:
        """How the table in a file would be read, to choose its columns; None for TBX, which has none.

        Raises `ChatError`: `storage`, `file_rejected`, `too_large`.
        """
        return await asyncio.to_thread(_previewed, path)

    async def import_glossary(
        self, path: Path, columns: Columns | None = None, source_language: str = "", target_language: str = ""
    ) -> Imported:
        """Adds the glossary in a file (CSV, TSV, XLSX, TBX) under the file's name; raises as `preview_glossary`."""
        made = await asyncio.to_thread(_imported, path, columns, source_language, target_language)
        await self.glossaries.add(made.glossary)
        self.glossaries_changed.emit()
        return made

    async def export_glossary(self, glossary: Glossary, path: Path) -> None:
        """Writes it in the format of the path's ending (`.csv`, `.tsv`, `.xlsx`, `.tbx`)."""
        await asyncio.to_thread(_write_glossary, glossary, path)

    async def export_pairs(self, pairs: Sequence[Pair], path: Path) -> None:
        """Writes pairs in the format of the path's ending (`.csv`, `.tsv`, `.xlsx`, `.tmx`)."""
        await asyncio.to_thread(_write_pairs, pairs, path)

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

    def _start(self, work: Coroutine[Any, Any, None], run: Translation) -> None:
        async def owned() -> None:
            self._running.add(run)
            try:
                await work
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


def _previewed(path: Path) -> Preview | None:
    from desktopchat.translation import glossary_files, tables

    data = _read(path)
    return None if glossary_files.is_tbx(data) else glossary_files.preview(tables.read(data, path.name))


def _imported(path: Path, columns: Columns | None, source_language: str, target_language: str) -> Imported:
    from desktopchat.translation.glossary_files import read_glossary

    return read_glossary(_read(path), path.name, columns, source_language, target_language)


def _write_glossary(glossary: Glossary, path: Path) -> None:
    from desktopchat.translation.glossary_files import GlossaryFormat, write_glossary

    _write(path, write_glossary(glossary, GlossaryFormat(_ending(path, [form.value for form in GlossaryFormat]))))


def _write_pairs(pairs: Sequence[Pair], path: Path) -> None:
    from desktopchat.translation.pair_files import PairFormat, write_pairs

    _write(path, write_pairs(pairs, PairFormat(_ending(path, [form.value for form in PairFormat]))))


def _ending(path: Path, known: Sequence[str]) -> str:
    ending = path.suffix.lower().removeprefix(".")
    if ending not in known:
        raise failed(
            ErrorKind.BAD_REQUEST,
            msg("The name “{name}” does not say which format is wanted.", name=path.name),
            hint=msg("Give it one of these endings: {endings}.", endings=", ".join(f".{each}" for each in known)),
        )
    return ending


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise failed(
            ErrorKind.STORAGE,
            msg("{path} could not be read ({reason}).", path=str(path), reason=_reason(error)),
            hint=msg("Check the name, and whether you may read it."),
        ) from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise failed(
            ErrorKind.STORAGE,
            msg("{path} could not be written ({reason}).", path=str(path), reason=_reason(error)),
            hint=msg("Make space there or choose another place."),
        ) from error


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
