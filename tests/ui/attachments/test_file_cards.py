"""A card says how a file stands, the too-long card asks, and copies leave only what is shown and not run."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from tests.support.widgets import child

from desktopchat.domain.attachment import Way
from desktopchat.domain.errors import ChatError, ErrorKind, Failure
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import msg
from desktopchat.services.forecast import Forecast, Offer
from desktopchat.ui.attachments.card import FileCard
from desktopchat.ui.attachments.choosing import plain_name
from desktopchat.ui.attachments.decision import Decision
from desktopchat.ui.attachments.outside import open_copy, write_copy
from desktopchat.ui.attachments.tray import Attachment, Item, Stage
from desktopchat.ui.attachments.wording import shown, tokens


def item(stage: Stage, forecast: Forecast | None = None, **fields: object) -> Item:
    part = FilePart("a" * 64, "application/pdf", "report.pdf", 2_400_000)
    return Item("report.pdf", part=part, stage=stage, forecast=forecast, **fields)


BROKEN = Failure(ErrorKind.NETWORK, msg("The connection broke."), msg("Try again."))


@pytest.mark.parametrize(
    ("made", "about", "tone", "fraction", "retry", "cancel"),
    [
        (Item("x.pdf"), "Reading…", "text_muted", -1.0, False, True),
        (item(Stage.STORED), "2.4 MB", "text_muted", None, False, False),
        (item(Stage.STORED, Forecast(Way.TEXT, 830)), "2.4 MB · ≈ 830 tokens", "text_muted", None, False, False),
        (item(Stage.WAITING), "Waiting for its turn", "text_muted", -1.0, False, True),
        (
            item(Stage.UPLOADING, done=1, total=4, speed=2e6),
            "Uploading 25% · 2.0 MB/s",
            "text_muted",
            0.25,
            False,
            True,
        ),
        (item(Stage.PROCESSING), "The provider is reading it…", "text_muted", -1.0, False, True),
        (item(Stage.READY), "2.4 MB · at the provider", "text_muted", None, False, False),
        (item(Stage.INTERRUPTED), "Sending it was interrupted", "warning", None, True, False),
        (item(Stage.FAILED, failure=BROKEN), "The connection broke.", "error", None, True, False),
        (item(Stage.STORED, Forecast(None, problem=msg("No eyes."))), "No eyes.", "error", None, False, False),
        (item(Stage.STORED, Forecast(Way.TEXT, 9, too_long=True)), "Too long for this model", "warning", None, 0, 0),
        (item(Stage.STORED, Forecast(Way.TEXT, hidden=2)), "hidden text · 2.4 MB", "warning", None, False, False),
    ],
    ids=lambda value: value.stage.name if isinstance(value, Item) else "",
)
def test_each_state_has_its_words(
    made: Item, about: str, tone: str, fraction: float | None, retry: bool, cancel: bool
) -> None:
    found = shown(made)
    assert (found.about, found.tone, found.fraction) == (about, tone, fraction)
    assert (found.retry, found.cancel) == (bool(retry), bool(cancel))


@pytest.mark.parametrize(("count", "words"), [(1, "≈ 1 token"), (834, "≈ 830 tokens"), (12_345, "≈ 12,300 tokens")])
def test_an_estimate_looks_like_one(count: int, words: str) -> None:
    assert tokens(count) == words


def test_a_card_is_worked_by_mouse_and_by_key(qtbot: QtBot) -> None:
    card = FileCard("key")
    qtbot.addWidget(card)
    heard: list[str] = []
    for name in ("opened", "removeRequested", "cancelRequested", "retryRequested"):
        getattr(card, name).connect(lambda _key, name=name: heard.append(name))
    card.show_file(shown(item(Stage.FAILED, failure=BROKEN)))
    card.resize(card.sizeHint())
    card.show()
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    QTest.keyClick(card, Qt.Key.Key_Return)
    QTest.keyClick(card, Qt.Key.Key_Delete)
    for button in ("retryFile", "removeFile"):
        QTest.mouseClick(child(card, QObject, button), Qt.MouseButton.LeftButton)
    card.show_file(shown(item(Stage.UPLOADING)))
    QTest.mouseClick(child(card, QObject, "removeFile"), Qt.MouseButton.LeftButton)
    assert heard == ["opened", "opened", "removeRequested", "retryRequested", "removeRequested", "cancelRequested"]
    assert card.accessibleName() == "report.pdf"
    assert card.accessibleDescription() == "Uploading…"


def test_a_bar_without_length_moves_only_while_it_is_seen(qtbot: QtBot) -> None:
    card = FileCard("key")
    qtbot.addWidget(card)
    card.show_file(shown(item(Stage.PROCESSING)))
    assert not card._moving.isActive()
    card.show()
    assert card._moving.isActive()
    card.hide()
    assert not card._moving.isActive()
    card.show()
    card.show_file(shown(item(Stage.READY)))
    assert not card._moving.isActive()


class Tray(QObject):
    """As much of a tray as the card that asks needs."""

    itemChanged = Signal(str)  # noqa: N815

    def __init__(self, *items: Item) -> None:
        super().__init__()
        self.items, self.model, self.replaced = items, "small", dict[str, Attachment]()

    def item(self, item_id: str) -> Item | None:
        return next((each for each in self.items if each.id == item_id), None)

    def replace_part(self, item_id: str, part: Attachment) -> None:
        self.replaced[item_id] = part


@pytest.mark.parametrize(("offer", "extent"), [(Offer.PASSAGES, "passages"), (Offer.PAGES, "pages:12")])
def test_a_text_that_is_too_long_asks_what_to_send(qtbot: QtBot, offer: Offer, extent: str) -> None:
    forecast = Forecast(Way.TEXT, 200_000, too_long=True, context_tokens=32_768, offers=tuple(Offer), fitting_pages=12)
    long = item(Stage.STORED, forecast)
    tray = Tray(item(Stage.STORED), long)
    card = Decision(tray)
    qtbot.addWidget(card)
    card.refresh()
    assert "200,000" in card.accessibleName()
    assert "32,768" in card.accessibleName()
    assert {button.objectName() for button in card.findChildren(QPushButton)} == {f"offer_{o}" for o in Offer}
    QTest.mouseClick(child(card, QPushButton, f"offer_{offer}"), Qt.MouseButton.LeftButton)
    chosen = tray.replaced[long.id]
    assert isinstance(chosen, FilePart)
    assert chosen.extent == extent


class Service:
    """The store, with one file."""

    def __init__(self, stored: Path) -> None:
        self.stored = stored

    def path(self, _part: Attachment) -> Path:
        return self.stored


def test_only_what_is_shown_and_not_run_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = tmp_path / "blob"
    stored.write_bytes(b"content")
    opened: list[Path] = []

    def open_url(url: QUrl) -> bool:
        opened.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)

    def open_(name: str) -> None:
        part = FilePart("b" * 64, "text/plain", name)
        asyncio.run(open_copy(Service(stored), part))

    open_("../../report.pdf")
    assert opened[0].read_bytes() == b"content"
    assert opened[0].name == "_.._report.pdf"
    assert opened[0].stat().st_mode & 0o222 == 0
    for name in ("run.sh", "invoice.pdf.exe", "page.html", "no ending", "x.desktop"):
        with pytest.raises(ChatError) as caught:
            open_(name)
        assert caught.value.kind is ErrorKind.FILE_REJECTED
    assert len(opened) == 1


def test_a_copy_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    part = ImagePart("c" * 64, "image/png", "hills.png")
    service = Service(tmp_path / "missing")
    with pytest.raises(ChatError) as caught:
        asyncio.run(write_copy(service, part, tmp_path / "hills.png"))
    assert caught.value.kind is ErrorKind.STORAGE


@pytest.mark.parametrize("name", ["../x", "a\\b", "con\x00trol", "...", "", "x" * 500])
def test_names_lead_nowhere(name: str) -> None:
    found = plain_name(name)
    assert found
    assert len(found) <= 120
    assert not set(found) & set("/\\\0")
    assert not found.startswith(".")
