"""What would be sent of an attachment to a model, what that costs, and whether it fits. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import Text

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.services.attachments import AttachmentService, Cost
    from desktopchat.services.providers import ProviderService

Attachment = ImagePart | FilePart
ROOM = 0.8
"""The share of a model's context that files may take; the rest is for the question and the answer."""


class Offer(StrEnum):
    """What can be done about a text that is too long."""

    PASSAGES = "passages"
    PAGES = "pages"
    OTHER_MODEL = "other_model"


@dataclass(frozen=True, slots=True)
class Forecast:
    """`tokens` is an estimate for each question, None where nobody can know. `problem` says why it cannot be sent.

    With `too_long` the text does not fit into `context_tokens`, and nothing should be sent before one of the `offers`
    is taken; `fitting_pages` are the first pages that would fit. `hidden` counts the stretches of text that a reader
    of the file does not see, `notes` is what else there is to say.
    """

    way: Way | None
    tokens: int | None = None
    problem: Text | None = None
    too_long: bool = False
    context_tokens: int | None = None
    offers: tuple[Offer, ...] = ()
    fitting_pages: int = 0
    hidden: int = 0
    notes: tuple[Text, ...] = ()


class Forecaster:
    """Looks at attachments before they are sent, and remembers how much each model reads."""

    def __init__(self, attachments: AttachmentService, providers: ProviderService) -> None:
        self._attachments = attachments
        self._providers = providers
        self._contexts: dict[str, dict[str, int]] = {}

    async def of(self, part: Attachment, config: ProviderConfig, model: str) -> Forecast:
        """What would become of `part`. Reads documents; may ask the provider once for its models. Raises `ChatError`
        where the provider cannot be spoken to at all (no key)."""
        [cost] = await self._attachments.costs([part], config, model)
        if cost.way is None or not isinstance(part, FilePart):
            return Forecast(cost.way, cost.tokens, cost.problem)
        if cost.way is not Way.TEXT:
            return await self._of_file(part, cost)
        extracted = await self._attachments.extracted(part)
        most = await self._context(config, model or config.model)
        too_long = most is not None and not part.extent and (cost.tokens or 0) > most * ROOM
        pages = _fitting_pages(extracted, cost.tokens or 0, round((most or 0) * ROOM)) if too_long else 0
        return Forecast(
            cost.way,
            cost.tokens,
            too_long=too_long,
            context_tokens=most,
            offers=_offers(pages) if too_long else (),
            fitting_pages=pages,
            hidden=hidden_stretches(extracted),
            notes=notes_of(extracted),
        )

    async def _of_file(self, part: FilePart, cost: Cost) -> Forecast:
        """Of a file that the provider reads itself: what hides in it, as far as that can be seen here."""
        try:
            extracted = await self._attachments.extracted(part)
        except ChatError:
            return Forecast(cost.way, cost.tokens)
        return Forecast(cost.way, cost.tokens, hidden=hidden_stretches(extracted))

    async def _context(self, config: ProviderConfig, model: str) -> int | None:
        """How many tokens the model reads, where its provider says so."""
        if config.id not in self._contexts:
            try:
                listed = await self._providers.models(config)
            except ChatError:
                listed = []  # no list: then nobody knows, and the question is sent as it is
            self._contexts[config.id] = {info.id: info.context_tokens for info in listed if info.context_tokens}
        return self._contexts[config.id].get(model)


def _offers(pages: int) -> tuple[Offer, ...]:
    return (Offer.PASSAGES, *((Offer.PAGES,) if pages else ()), Offer.OTHER_MODEL)


def _fitting_pages(extracted: Extracted, tokens: int, most: int) -> int:
    """How many of the first pages have no more than `most` tokens together."""
    whole = extracted.characters
    if not extracted.pages or not whole:
        return 0
    lengths: dict[int, int] = {}
    for section in extracted.sections:
        if section.page is not None:
            lengths[section.page] = lengths.get(section.page, 0) + len(section.text)
    taken = 0
    for page in sorted(lengths):
        taken += lengths[page]
        if taken * tokens / whole > most:
            return page - 1
    return max(lengths, default=0)


def hidden_stretches(extracted: Extracted) -> int:
    """How many stretches there are of what a model reads and a person does not see."""
    from desktopchat.documents.extracted import HIDDEN_KINDS

    return sum(extracted.count(kind) for kind in HIDDEN_KINDS)


def notes_of(extracted: Extracted) -> tuple[Text, ...]:
    """What else there is to say about a text."""
    from desktopchat.documents.notes import is_about_hidden, sentence

    return tuple(sentence(note) for note in extracted.notes if not is_about_hidden(note))
