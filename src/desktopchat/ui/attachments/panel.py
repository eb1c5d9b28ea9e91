"""The panel at the right: the files of the conversation, which message has them, and those that are not sent yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktopchat.i18n import ntr, tr
from desktopchat.ui.header import HEIGHT
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, IconLabel, button, label

if TYPE_CHECKING:
    from desktopchat.domain.message import Message
    from desktopchat.services.transfers import Transfer
    from desktopchat.ui.attachments.card import FileCard
    from desktopchat.ui.attachments.tray import Attachment, Tray
    from desktopchat.ui.attachments.wording import Shown
    from desktopchat.ui.chat.pictures import Pictures

MOST_SHOWN = 60
"""Rows that are made at once; the others come when they are asked for."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a message that was sent. `about` says which message."""

    key: str
    part: Attachment
    message_id: str
    about: str


class AttachmentPanel(QFrame):
    """Shows and emits. Its rows are made when there are files, not before."""

    closeRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    addRequested = Signal()  # noqa: N815
    providerFilesRequested = Signal()  # noqa: N815
    draftOpened = Signal(str)  # noqa: N815
    draftMenuRequested = Signal(str, QPoint)  # noqa: N815
    jumpRequested = Signal(str)  # noqa: N815
    """To the message of this id."""
    sentMenuRequested = Signal(str, QPoint)  # noqa: N815
    """The menu of a file that was sent, by its key; as the following."""
    retryRequested = Signal(str)  # noqa: N815
    cancelRequested = Signal(str)  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentPanel")
        self.setProperty("role", "panel")
        self.setAccessibleName(tr("Files"))
        self._tray: Tray | None = None
        self._pictures: Pictures | None = None
        self._drafts: dict[str, FileCard] = {}
        self._sent: dict[str, FileCard] = {}
        self._files: Sequence[SentFile] = ()
        self._transfers: dict[str, Transfer] = {}
        self._most = MOST_SHOWN
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, 0, SPACE.s, SPACE.m)
        column.setSpacing(0)
        column.addLayout(self._top())
        column.addWidget(self._empty(), 1)
        column.addWidget(self._list(), 1)
        column.addWidget(self._foot(), 0, Qt.AlignmentFlag.AlignLeft)
        self._show_parts()

    # -- building -----------------------------------------------------------------------------------------------

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        title = label(tr("Files"), font_role="strong", wrap=False)
        title.setFixedHeight(HEIGHT)
        self.add_button = IconButton("plus", tr("Attach files"), parent=self)
        self.add_button.setObjectName("panelAttachButton")
        self.add_button.clicked.connect(self.addRequested)
        self.add_button.hide()
        close = IconButton("close", tr("Close the files"), parent=self)
        close.clicked.connect(self.closeRequested)
        row.addWidget(title, 1)
        row.addWidget(self.add_button)
        row.addWidget(close)
        return row

    def _empty(self) -> QWidget:
        self._nothing = QWidget()
        column = QVBoxLayout(self._nothing)
        column.setContentsMargins(0, 0, SPACE.s, 0)
        column.addStretch(1)
        column.addWidget(IconLabel("paperclip", "text_muted", 32, self), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, role in (
            (tr("No files in this chat"), "strong"),
            (tr("Drop documents and pictures on the window, paste them, or attach them with the paper clip."), "small"),
        ):
            words = label(text, "muted" if role == "small" else "", role)
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        column.addStretch(2)
        return self._nothing

    def _list(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "page_in_panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE.s, SPACE.s)
        column.setSpacing(SPACE.s)
        self._draft_title = label(tr("To be sent"), "muted", "small")
        self._draft_rows = _rows()
        self.cost = label("", "muted", "small")
        self.costly = label("", "warning", "small")
        self.costly.setObjectName("costWarning")
        self._sent_title = label(tr("In this chat"), "muted", "small")
        self._sent_rows = _rows()
        self._more = button("", "link")
        self._more.clicked.connect(self._show_more)
        column.addWidget(self._draft_title)
        column.addLayout(self._draft_rows)
        column.addWidget(self.cost)
        column.addWidget(self._sent_title)
        column.addWidget(self.costly)
        column.addLayout(self._sent_rows)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setStyleSheet('QScrollArea, QWidget[role="page_in_panel"] { background: transparent; }')
        self._scroll.setWidget(inside)
        return self._scroll

    def _foot(self) -> QWidget:
        self.provider_files = button(tr("Files at the provider…"), "link")
        self.provider_files.setObjectName("providerFiles")
        self.provider_files.clicked.connect(self.providerFilesRequested)
        self.provider_files.hide()
        return self.provider_files

    # -- what is shown ------------------------------------------------------------------------------------------

    def connect_tray(self, tray: Tray, pictures: Pictures) -> None:
        """From now on it shows what is in `tray`."""
        self._tray, self._pictures = tray, pictures
        tray.listChanged.connect(self._drafts_changed)
        tray.itemChanged.connect(self._draft_changed)
        pictures.changed.connect(self._picture_came)
        self.add_button.show()
        self._drafts_changed()

    def show_sent(self, files: Sequence[SentFile]) -> None:
        """The files of the shown branch, newest first."""
        if tuple(files) != tuple(self._files):
            self._files, self._most = tuple(files), MOST_SHOWN
            self._show_sent()

    def show_costs(self, text: str) -> None:
        """The warning that what was sent is paid for again; "" for none."""
        self.costly.setText(text)
        self.costly.setVisible(bool(text))

    def show_transfer(self, transfer: Transfer) -> None:
        """A file is on its way to the provider."""
        self._transfers[transfer.sha256] = transfer
        for key, card in self._sent.items():
            file = self.sent_file(key)
            if file is not None and file.part.sha256 == transfer.sha256:
                card.show_file(_sent_words(file, transfer))

    def sent_file(self, key: str) -> SentFile | None:
        """The sent file of a row."""
        return next((file for file in self._files if file.key == key), None)

    @property
    def draft_cards(self) -> Sequence[FileCard]:
        return list(self._drafts.values())

    @property
    def sent_cards(self) -> Sequence[FileCard]:
        return list(self._sent.values())

    def _show_parts(self) -> None:
        drafts, sent = bool(self._drafts), bool(self._files)
        self._nothing.setVisible(not drafts and not sent)
        self._scroll.setVisible(drafts or sent)
        self._draft_title.setVisible(drafts)
        self._sent_title.setVisible(sent)
        self.cost.setVisible(drafts and bool(self.cost.text()))
        self.costly.setVisible(bool(self.costly.text()))
        left = len(self._files) - self._most
        self._more.setText(ntr("Show {n} older file", "Show {n} older files", max(left, 0)))
        self._more.setVisible(left > 0)

    def _drafts_changed(self) -> None:
        if self._tray is None:
            return
        items = {item.id: item for item in self._tray.items}
        for gone in self._drafts.keys() - items.keys():
            _discard(self._drafts.pop(gone))
        for key in items:
            if key not in self._drafts:
                self._drafts[key] = self._draft_card(key)
                self._draft_rows.addWidget(self._drafts[key])
        for key in items:
            self._draft_changed(key)
        self._show_parts()

    def _draft_card(self, key: str) -> FileCard:
        from desktopchat.ui.attachments.card import FileCard

        assert self._tray is not None
        card = FileCard(key, self)
        card.opened.connect(self.draftOpened)
        card.menuRequested.connect(self.draftMenuRequested)
        card.removeRequested.connect(self._tray.remove)
        card.cancelRequested.connect(self._tray.cancel)
        card.retryRequested.connect(self._tray.retry)
        return card

    def _draft_changed(self, key: str) -> None:
        from desktopchat.ui.attachments.wording import cost, shown

        item = self._tray.item(key) if self._tray is not None else None
        if item is None or self._tray is None or key not in self._drafts:
            return
        card = self._drafts[key]
        card.show_file(shown(item))
        self._show_picture(card)
        self.cost.setText(cost(self._tray.tokens, self._tray.counted) if self._tray.counted else "")
        self.cost.setVisible(bool(self._tray.counted))

    def _show_sent(self) -> None:
        from desktopchat.ui.attachments.card import FileCard

        wanted = {file.key: file for file in self._files[: self._most]}
        for gone in self._sent.keys() - wanted.keys():
            _discard(self._sent.pop(gone))
        for at, (key, file) in enumerate(wanted.items()):
            card = self._sent.get(key)
            if card is None:
                card = self._sent[key] = FileCard(key, self, removable=False)
                card.opened.connect(self._jump)
                card.menuRequested.connect(self.sentMenuRequested)
                card.retryRequested.connect(self.retryRequested)
                card.cancelRequested.connect(self.cancelRequested)
                self._sent_rows.insertWidget(at, card)
            card.show_file(_sent_words(file, self._transfers.get(file.part.sha256)))
            self._show_picture(card)
        self._sent = {key: self._sent[key] for key in wanted}
        self._show_parts()

    def _show_more(self) -> None:
        self._most += MOST_SHOWN
        self._show_sent()

    def _show_picture(self, card: FileCard) -> None:
        if card.shown.picture and self._pictures is not None:
            card.show_picture(self._pictures.thumbnail(card.shown.picture))

    def _picture_came(self, sha256: str) -> None:
        for card in (*self._drafts.values(), *self._sent.values()):
            if card.shown.picture == sha256:
                self._show_picture(card)

    def _jump(self, key: str) -> None:
        if (file := self.sent_file(key)) is not None:
            self.jumpRequested.emit(file.message_id)


def sent_files(path: Iterable[Message]) -> list[SentFile]:
    """The files of a branch, newest first; a file that several messages have stands with each of them."""
    from desktopchat.ui.chat import wording

    found = [
        SentFile(f"{message.id}/{at}", part, message.id, wording.moment(message.created))
        for message in path
        for at, part in enumerate(message.attachments)
    ]
    return found[::-1]


def _sent_words(file: SentFile, transfer: Transfer | None) -> Shown:
    from dataclasses import replace

    from desktopchat.ui.attachments.tray import Item, Stage, follow
    from desktopchat.ui.attachments.wording import of_part, shown

    item = Item(file.part.name, part=file.part, stage=Stage.STORED)
    if transfer is not None:
        follow(item, transfer)
    if item.is_going or item.stage in (Stage.FAILED, Stage.INTERRUPTED):
        return shown(item)
    words = of_part(file.part)
    about = " · ".join(text for text in (words.about, file.about) if text)
    return replace(words, about=about, details=f"{words.details}\n{tr('A click shows the message that has it.')}")


def _rows() -> QVBoxLayout:
    rows = QVBoxLayout()
    rows.setSpacing(SPACE.xs + 2)
    return rows


def _discard(card: FileCard) -> None:
    card.hide()
    card.setParent(None)
    card.deleteLater()
