"""What stands above the words in the composer: the draft's files, what they cost, and what must be decided first."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.services.transfers import Transfer
from desktopchat.ui.attachments.card import FileCard
from desktopchat.ui.attachments.decision import Decision
from desktopchat.ui.attachments.flow import Flow
from desktopchat.ui.attachments.tray import Item, Tray, follow
from desktopchat.ui.attachments.wording import cost, shown
from desktopchat.ui.chat.pictures import Pictures
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label


class Chips(QWidget):
    """Shows a tray. It is not there while the draft has no files."""

    opened = Signal(str)
    sendingCancelled = Signal(str)  # noqa: N815 - Qt's way of naming signals
    """Of a file that went with a question, by its hash."""
    menuRequested = Signal(str, QPoint)  # noqa: N815

    def __init__(self, tray: Tray, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("draftFiles")
        self.setAccessibleName(tr("Files of this message"))
        self._tray, self._pictures = tray, pictures
        self._cards: dict[str, FileCard] = {}
        self._going: dict[str, FileCard] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE.xs, 0, SPACE.xs)
        column.setSpacing(SPACE.s)
        self.flow = Flow()
        self.decision = Decision(tray)
        self.cost = label("", "muted", "small")
        self.cost.setObjectName("filesCost")
        self.going = Flow()
        """What was sent and is on its way to the provider."""
        for widget in (self.going, self.decision, self.flow, self.cost):
            column.addWidget(widget)
        tray.listChanged.connect(self._list_changed)
        tray.itemChanged.connect(self._item_changed)
        pictures.changed.connect(self._picture_came)
        self._list_changed()

    @property
    def cards(self) -> Mapping[str, FileCard]:
        return self._cards

    def show_transfer(self, transfer: Transfer) -> None:
        """A file of a question that was sent is on its way; it is shown until it is there."""
        key = transfer.sha256
        if transfer.is_going_on:
            if key not in self._going:
                self._going[key] = FileCard(key, self.going.inside, removable=False)
                self._going[key].cancelRequested.connect(self.sendingCancelled)
                self.going.show_widgets(list(self._going.values()))
            item = Item(transfer.name)
            follow(item, transfer)
            self._going[key].show_file(shown(item))
        elif (card := self._going.pop(key, None)) is not None:
            card.hide()
            card.deleteLater()
            self.going.show_widgets(list(self._going.values()))
        self._show_sums()

    def _list_changed(self) -> None:
        items = {item.id: item for item in self._tray.items}
        for gone in self._cards.keys() - items.keys():
            card = self._cards.pop(gone)
            card.hide()
            card.deleteLater()
        for item in items.values():
            if item.id not in self._cards:
                self._cards[item.id] = self._new_card(item)
        self._cards = {key: self._cards[key] for key in items}
        for item in items.values():
            self._show(item)
        self.flow.show_widgets(list(self._cards.values()))
        self._show_sums()

    def _item_changed(self, item_id: str) -> None:
        item = self._tray.item(item_id)
        if item is not None and item_id in self._cards:
            self._show(item)
            self._show_sums()

    def _new_card(self, item: Item) -> FileCard:
        card = FileCard(item.id, self.flow.inside)
        card.opened.connect(self.opened)
        card.menuRequested.connect(self.menuRequested)
        card.removeRequested.connect(self._remove)
        card.cancelRequested.connect(self._tray.cancel)
        card.retryRequested.connect(self._tray.retry)
        return card

    def _remove(self, item_id: str) -> None:
        self._tray.remove(item_id)
        (next(iter(self._cards.values()), self)).setFocus()

    def _show(self, item: Item) -> None:
        card = self._cards[item.id]
        card.show_file(shown(item))
        if card.shown.picture:
            card.show_picture(self._pictures.thumbnail(card.shown.picture))

    def _show_sums(self) -> None:
        self.cost.setText(cost(self._tray.tokens, self._tray.counted) if self._tray.counted else "")
        self.cost.setVisible(bool(self._tray.counted))
        self.decision.refresh()
        self.flow.setVisible(bool(self._cards))
        self.going.setVisible(bool(self._going))
        self.setVisible(bool(self._cards or self._going))

    def _picture_came(self, sha256: str) -> None:
        for card in self._cards.values():
            if card.shown.picture == sha256:
                card.show_picture(self._pictures.thumbnail(sha256))
