"""What would be sent of a file: how much it costs, whether it fits, and what is offered where it does not."""

import asyncio

import pytest

from desktopchat.documents.extracted import Extracted, Note, NoteKind, Section
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ErrorKind, failed
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.provider import ModelInfo, ProviderConfig
from desktopchat.domain.text import msg
from desktopchat.services.attachments import Attachment, Cost
from desktopchat.services.forecast import Forecast, Forecaster, Offer, notes_of

CONFIG = ProviderConfig("Local", "openai", "http://127.0.0.1:9/v1", "small")
BOOK = FilePart("0" * 64, "application/pdf", "book.pdf", 1000)


class Attachments:
    """What the forecaster asks of the attachments: a document of pages with ten letters each."""

    def __init__(self, way: Way | None, tokens: int, pages: int = 0, notes: tuple[Note, ...] = ()) -> None:
        self.way, self.tokens = way, tokens
        sections = tuple(Section("x" * 10, page=page) for page in range(1, pages + 1)) or (Section("x" * 10),)
        self.document = Extracted(sections, FileType(Kind.PDF, "application/pdf"), notes=notes, pages=pages or None)

    async def costs(self, parts: list[Attachment], _config: ProviderConfig, _model: str) -> list[Cost]:
        problem = msg("It cannot be sent.") if self.way is None else None
        return [Cost(part, self.way, self.tokens, problem=problem) for part in parts]

    async def extracted(self, _part: FilePart) -> Extracted:
        return self.document


class Providers:
    """One provider with one model; without a size it has no list at all."""

    def __init__(self, reads: int | None) -> None:
        self.reads, self.asked = reads, 0

    async def models(self, _config: ProviderConfig) -> list[ModelInfo]:
        self.asked += 1
        if self.reads is None:
            raise failed(ErrorKind.NOT_FOUND, msg("There is no list."))
        return [ModelInfo("small", context_tokens=self.reads)]


def forecast(attachments: Attachments, providers: Providers, part: Attachment = BOOK) -> Forecast:
    return asyncio.run(Forecaster(attachments, providers).of(part, CONFIG, ""))  # type: ignore[arg-type]


def test_a_text_that_fits_is_sent_as_it_is() -> None:
    found = forecast(Attachments(Way.TEXT, 700, pages=5), Providers(1000))
    assert (found.way, found.tokens, found.too_long, found.offers) == (Way.TEXT, 700, False, ())


def test_a_text_that_is_too_long_is_not_cut_but_asked_about() -> None:
    found = forecast(Attachments(Way.TEXT, 4000, pages=10), Providers(1000))
    assert found.too_long
    assert found.offers == (Offer.PASSAGES, Offer.PAGES, Offer.OTHER_MODEL)
    assert (found.context_tokens, found.fitting_pages) == (1000, 2)  # 400 tokens a page, 800 of them have room


def test_pages_are_offered_only_where_one_fits() -> None:
    assert Offer.PAGES not in forecast(Attachments(Way.TEXT, 9000, pages=3), Providers(1000)).offers
    assert Offer.PAGES not in forecast(Attachments(Way.TEXT, 9000), Providers(1000)).offers


@pytest.mark.parametrize("extent", ["passages", "pages:2"])
def test_what_was_decided_is_not_asked_again(extent: str) -> None:
    part = FilePart("0" * 64, "application/pdf", "book.pdf", 1000, extent=extent)
    assert not forecast(Attachments(Way.TEXT, 4000, pages=10), Providers(1000), part).too_long


def test_where_nobody_knows_how_much_a_model_reads_nothing_is_too_long() -> None:
    assert not forecast(Attachments(Way.TEXT, 10**7, pages=10), Providers(None)).too_long


def test_a_file_that_the_provider_reads_is_never_too_long_here() -> None:
    found = forecast(Attachments(Way.UPLOAD, 10**6, pages=10), Providers(1000))
    assert (found.way, found.too_long) == (Way.UPLOAD, False)


def test_the_provider_is_asked_for_its_models_once() -> None:
    providers = Providers(1000)
    forecaster = Forecaster(Attachments(Way.TEXT, 10), providers)  # type: ignore[arg-type]

    async def twice() -> None:
        for _ in range(2):
            await forecaster.of(BOOK, CONFIG, "small")

    asyncio.run(twice())
    assert providers.asked == 1


def test_hidden_text_is_counted_and_other_notes_are_told() -> None:
    notes = (Note(NoteKind.HIDDEN_TEXT, 2), Note(NoteKind.TAG_CHARACTERS, 3), Note(NoteKind.SCANNED, 4))
    attachments = Attachments(Way.TEXT, 10, notes=notes)
    found = forecast(attachments, Providers(1000))
    assert found.hidden == 5
    assert [note.params["count"] for note in notes_of(attachments.document)] == [4]
    assert found.notes == notes_of(attachments.document)


def test_a_picture_that_the_model_does_not_see_has_a_reason() -> None:
    found = forecast(Attachments(None, 0), Providers(1000), ImagePart("0" * 64, "image/png", "hills.png"))
    assert found.way is None
    assert found.problem is not None
