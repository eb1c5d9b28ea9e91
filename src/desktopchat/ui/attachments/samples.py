"""Files in every state there is, for the pictures that `ui.shots` takes. The program itself does not use it."""

from collections.abc import Sequence

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import msg
from desktopchat.services.forecast import Forecast, Offer
from desktopchat.ui.attachments.tray import Item, Stage, Tray

_REFUSED = Failure(
    ErrorKind.NETWORK,
    msg("The connection broke while the file was sent."),
    msg("Check the network, and try again."),
)


def in_every_state(image_sha256: str) -> list[Item]:
    """One file for each state."""
    return [
        Item("annual report 2025 (final version, signed).pdf", stage=Stage.READING),
        _stored("合同草案.docx", 84_300, Forecast(Way.TEXT, 6_240)),
        _picture(image_sha256),
        _going("minutes.pptx", 2_400_000, Stage.WAITING),
        _going("dataset.csv", 48_000_000, Stage.UPLOADING, done=21_600_000, speed=2_140_000),
        _going("manual.pdf", 12_100_000, Stage.PROCESSING),
        _stored("contract.pdf", 412_000, Forecast(Way.UPLOAD, 18_200), Stage.READY),
        _stored("letter.docx", 23_000, Forecast(Way.TEXT, 830, hidden=2)),
        _failed("slides.pdf", 9_300_000),
    ]


def too_long() -> list[Item]:
    """A text that does not fit."""
    offers = (Offer.PASSAGES, Offer.PAGES, Offer.OTHER_MODEL)
    forecast = Forecast(Way.TEXT, 214_000, too_long=True, context_tokens=131_072, offers=offers, fitting_pages=180)
    return [_stored("encyclopedia.pdf", 8_400_000, forecast)]


def put_into(tray: Tray, items: Sequence[Item]) -> None:
    tray.clear()
    tray.put_back([item for item in items if item.part is not None])
    for item in items:
        if item.part is None:
            tray._items[item.id] = item
    tray.listChanged.emit()


def _stored(name: str, size: int, forecast: Forecast, stage: Stage = Stage.STORED) -> Item:
    part = FilePart(f"{abs(hash(name)):064x}"[:64], "application/octet-stream", name, size)
    return Item(name, part=part, stage=stage, forecast=forecast)


def _picture(sha256: str) -> Item:
    part = ImagePart(sha256, "image/png", "hills.png", 1_800_000)
    notes = (msg("The place where it was taken was removed from the picture."),)
    return Item(part.name, part=part, stage=Stage.STORED, forecast=Forecast(Way.INLINE, 1_105), notes=notes)


def _going(name: str, size: int, stage: Stage, done: int = 0, speed: float | None = None) -> Item:
    item = _stored(name, size, Forecast(Way.UPLOAD, None), stage)
    item.done, item.total, item.speed = done, size, speed
    return item


def _failed(name: str, size: int) -> Item:
    item = _stored(name, size, Forecast(Way.UPLOAD, None), Stage.FAILED)
    item.failure = _REFUSED
    return item
