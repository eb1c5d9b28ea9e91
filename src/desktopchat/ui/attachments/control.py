"""What happens with files in the window: attached, dropped, pasted, looked at, sent, and shown where they are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtWidgets import QMenu

from desktopchat.domain.errors import ChatError
from desktopchat.domain.message import FilePart
from desktopchat.i18n import ntr, render, tr
from desktopchat.services.forecast import Forecaster
from desktopchat.settings import schema
from desktopchat.ui.attachments.dropping import DropVeil, has_files
from desktopchat.ui.attachments.incoming import Incoming, incoming, packed, picture_name, text_name
from desktopchat.ui.attachments.panel import sent_files
from desktopchat.ui.attachments.tray import Attachment, Item, Stage, Tray
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parts import WindowParts

if TYPE_CHECKING:
    from desktopchat.domain.conversation import Conversation
    from desktopchat.domain.message import Message
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.services.transfers import Transfer
    from desktopchat.ui.attachments.chips import Chips
    from desktopchat.ui.controller import Controller


class Attachments:
    """Connects the window with the attachment service. The conversation belongs to the controller."""

    def __init__(self, parts: WindowParts, window: MainWindow, here: Controller) -> None:
        self._parts, self._window, self._here = parts, window, here
        self._service = parts.attachments
        self._config: ProviderConfig | None = None
        self._chips: Chips | None = None
        self._draft_is_known = False
        self._is_closed = False
        self._packers: ThreadPoolExecutor | None = None
        self._shown: tuple[Attachment, ...] = ()
        self._asked_costs: tuple[object, ...] = ()
        forecaster = Forecaster(self._service, parts.providers)
        self.tray = Tray(self._service, forecaster, parts.tasks, here.say)
        self._off = self._service.transfer_changed.connect(self._transferred)
        self._connect()

    def close(self) -> None:
        """Nothing of it is called any more."""
        self._is_closed = True
        self._off()
        self.tray.close()
        if self._packers is not None:
            self._packers.shutdown(wait=False, cancel_futures=True)

    def _connect(self) -> None:
        window, panel, here = self._window, self._window.attachments, self._here
        self.tray.listChanged.connect(self._list_changed)
        self.tray.itemChanged.connect(self._item_changed)
        window.completed.connect(self._connect_pictures)
        window.composer.editor.takes = self.takes_paste
        self.veil = DropVeil(window)
        self.veil.dropped.connect(self._dropped)
        here.chooser.answerer_shown.connect(self.show_answerer)
        panel.addRequested.connect(self.choose_files)
        panel.draftOpened.connect(self.open_draft)
        panel.draftMenuRequested.connect(self._draft_menu)
        panel.sentMenuRequested.connect(self._sent_menu)
        panel.jumpRequested.connect(self._jump)
        panel.retryRequested.connect(self._send_again)
        panel.cancelRequested.connect(self._cancel_sending)
        panel.providerFilesRequested.connect(self.provider_files)

    def _connect_pictures(self) -> None:
        context = self._window.transcript.chrome.context
        context.open_file = self.look_at
        self._window.attachments.connect_tray(self.tray, context.pictures)

    # -- attaching ----------------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Lets one choose files with the system's dialog."""
        from desktopchat.ui.attachments.choosing import new_dialog

        dialog = new_dialog(self._window)
        dialog.filesSelected.connect(self._files_chosen)
        dialog.open()

    def _files_chosen(self, names: list[str]) -> None:
        self.attach([Path(name) for name in names])

    def attach(self, paths: Sequence[Path]) -> None:
        """Attaches files; of folders it is asked which files."""
        self._here.run(self._attach(list(paths)), "attach files")

    async def _attach(self, paths: list[Path]) -> None:
        from desktopchat.ui.attachments.folders import chosen_files

        files = await chosen_files(paths, self._window)
        if files:
            self.tray.add(files)
            self._window.composer.setFocus()

    def takes_paste(self, data: QMimeData) -> bool:
        """Whether what is pasted (or dropped on the words) becomes an attachment; it does so then."""
        found = incoming(data, self._parts.settings.get(schema.LONG_PASTE))
        if found:
            self._take(found)
        return bool(found)

    def _dropped(self, data: QMimeData) -> None:
        if has_files(data):
            self._take(incoming(data, 0))

    def _take(self, found: Incoming) -> None:
        if found.paths:
            self.attach(found.paths)
        elif found.image is not None:
            self._here.run(self._attach_image(found.image), "attach a picture")
        elif found.long_text:
            self._attach_text(found.long_text)

    async def _attach_image(self, image: Any) -> None:
        if self._packers is None:
            self._packers = ThreadPoolExecutor(1, "pack pictures")
        self.tray.add([(await packed(image, self._packers), picture_name())])

    def _attach_text(self, text: str) -> None:
        added = self.tray.add([(text.encode("utf-8", "replace"), text_name())])
        if added:
            self._window.toast.show_text(
                ntr(
                    "The pasted character is attached as a file",
                    "The {n} pasted characters are attached as a file",
                    len(text),
                ),
                tr("Keep as text"),
                partial(self._keep_as_text, added[0], text),
            )

    def _keep_as_text(self, item_id: str, text: str) -> None:
        self.tray.remove(item_id)
        self._window.composer.editor.insert_text(text)
        self._window.composer.setFocus()

    # -- sending ------------------------------------------------------------------------------------------------

    @property
    def is_reading(self) -> bool:
        """Whether a file is not in the store yet, or nobody has looked at it."""
        return any(item.is_being_read for item in self.tray.items)

    async def were_read(self) -> None:
        """Waits until all of them are in the store and were looked at."""
        await self.tray.were_read()

    def may_send(self) -> bool:
        """Whether the files can go with the question; where not, it says why."""
        for item in self.tray.items:
            if item.needs_decision:
                self._chips_made().decision.insist()
                return False
            if item.problem is not None or (item.part is None and not item.is_going):
                words = render(item.problem) if item.problem is not None else tr("A file could not be read.")
                self._window.toast.show_text(
                    f"{words} {tr('Nothing was sent.')}", tr("Send without it"), partial(self._send_without, item.id)
                )
                return False
        return True

    def _send_without(self, item_id: str) -> None:
        self.tray.remove(item_id)
        self._here.send(self._window.composer.text())

    def hand_over(self) -> tuple[Item, ...]:
        """The files of the draft, which has none from now on."""
        return self.tray.clear()

    def give_back(self, items: Sequence[Item]) -> None:
        """The question was not sent after all."""
        self.tray.put_back(items)

    # -- drafts and what is shown -------------------------------------------------------------------------------

    def save_draft(self, conversation_id: str) -> Coroutine[Any, Any, None]:
        """Keeps the files that are there now, whatever is shown by the time that this is awaited."""
        return self._save_draft(conversation_id, self.tray.parts, known=self._draft_is_known or bool(self.tray))

    async def _save_draft(self, conversation_id: str, parts: Sequence[Attachment], *, known: bool) -> None:
        if known:  # else what is stored was not shown yet, and would be lost
            await self._service.save_draft(conversation_id, parts)

    def leave_draft(self) -> None:
        """Another conversation is shown: its draft has its own files."""
        self._draft_is_known = False
        self.tray.clear()

    async def forget_draft(self, conversation_id: str) -> None:
        await self._service.save_draft(conversation_id, ())

    async def load_draft(self, conversation_id: str, conversation: Conversation) -> None:
        parts = await self._service.load_draft(conversation_id)
        if conversation is self._here.conversation and not self._is_closed:
            self._draft_is_known = True
            if parts and not self.tray:
                self.tray.fill(parts)

    def show_path(self, path: Sequence[Message]) -> None:
        """The shown branch has these files."""
        files = sent_files(path)
        self._window.attachments.show_sent(files)
        self._shown = tuple({file.part.sha256: file.part for file in files}.values())
        self._ask_costs()

    def show_answerer(self, config: ProviderConfig, model: str) -> None:
        """Another model answers from now on."""
        self._config = config
        self.tray.set_target(config, model)
        self._window.attachments.provider_files.show()
        self._ask_costs()

    def _ask_costs(self) -> None:
        """Finds out where the files are that were sent, and what they take of the next question."""
        wanted = (self._shown, self._config, self.tray.model)
        if wanted != self._asked_costs:
            self._asked_costs = wanted
            self._window.attachments.show_costs("")
            if self._shown and self._config is not None:
                self._here.run(self._look_at_sent(wanted), "look at the files of a chat")

    async def _look_at_sent(self, wanted: tuple[object, ...]) -> None:
        from desktopchat.ui.attachments.wording import COSTLY_TOKENS, again

        if self._config is None:
            return
        try:
            for transfer in (await self._service.transfers(self._shown, self._config)).values():
                if wanted == self._asked_costs and not self._is_closed:
                    self._window.attachments.show_transfer(transfer)
            costs = await self._service.costs(self._shown, self._config, self.tray.model)
        except ChatError:
            return  # no key: nothing can be asked, and nothing is billed
        total = sum(cost.tokens or 0 for cost in costs if cost.each_time)
        if wanted == self._asked_costs and total >= COSTLY_TOKENS and not self._is_closed:
            self._window.attachments.show_costs(again(total))

    def _transferred(self, transfer: Transfer) -> None:
        if self._config is not None and transfer.provider_id == self._config.id:
            self._window.attachments.show_transfer(transfer)
            if transfer.sha256 in {part.sha256 for part in self._shown}:
                self._chips_made().show_transfer(transfer)

    def _list_changed(self) -> None:
        if self.tray:
            self._chips_made()
        self._window.composer.set_has_files(bool(self.tray))
        self._here.draft_changed()

    def _item_changed(self, _item_id: str) -> None:
        self._window.composer.set_has_files(bool(self.tray))

    def _chips_made(self) -> Chips:
        """The chips; made when there is something to show in them."""
        if self._chips is None:
            from desktopchat.ui.attachments.chips import Chips

            pictures = self._window.transcript.chrome.context.pictures
            chips = self._chips = Chips(self.tray, pictures)
            chips.opened.connect(self.open_draft)
            chips.menuRequested.connect(self._draft_menu)
            chips.sendingCancelled.connect(self._cancel_sending_of)
            chips.decision.otherModelRequested.connect(self._here.chooser.open_models)
            self._window.composer.add_above(chips)
        return self._chips

    # -- one file -----------------------------------------------------------------------------------------------

    def open_draft(self, item_id: str) -> None:
        """Shows a picture, or the text that is sent of a document."""
        item = self.tray.item(item_id)
        if item is not None and item.part is not None:
            self.look_at(item.part, item_id)

    def look_at(self, part: Attachment, item_id: str = "") -> None:
        if isinstance(part, FilePart):
            self.show_text(part, item_id)
        else:
            self._here.messages.open_picture(part.sha256, part.name)

    def show_text(self, part: FilePart, item_id: str = "") -> None:
        """The text that is taken out of a document; of one that was not sent yet it can be changed."""
        from desktopchat.ui.attachments.textview import TextView

        item = self.tray.item(item_id)
        as_file = item is not None and item.goes_as_file
        view = TextView(
            part, self._service, self._parts.tasks, self._window, changeable=item is not None, as_file=as_file
        )
        if item is not None:
            view.partChanged.connect(partial(self.tray.replace_part, item_id))
            view.visibleTextWanted.connect(partial(self._send_text_instead, item_id))
        view.show()

    def _send_text_instead(self, item_id: str, text: str) -> None:
        """The text alone is attached in the place of a file."""
        item = self.tray.remove(item_id)
        if item is not None:
            self.tray.add([(text.encode("utf-8", "replace"), f"{Path(item.name).stem}.txt")])

    def open_outside(self, part: Attachment) -> None:
        """Opens a copy of a file with the system's program for it."""
        from desktopchat.ui.attachments.outside import open_copy

        self._here.run(open_copy(self._service, part), "open a file")

    def save_copy(self, part: Attachment) -> None:
        from desktopchat.ui.attachments.choosing import new_save_dialog
        from desktopchat.ui.attachments.outside import write_copy

        def chosen(name: str) -> None:
            self._here.run(write_copy(self._service, part, Path(name)), "save a file")

        dialog = new_save_dialog(self._window, part.name)
        dialog.fileSelected.connect(chosen)
        dialog.open()

    def _draft_menu(self, item_id: str, place: QPoint) -> None:
        item = self.tray.item(item_id)
        if item is None:
            return
        menu = self._menu_of(item.part, item_id) if item.part is not None else self._new_menu()
        if item.stage in (Stage.FAILED, Stage.INTERRUPTED):
            menu.addAction(tr("Try again"), partial(self.tray.retry, item_id))
        elif item.stage is Stage.STORED and item.goes_as_file:
            menu.addAction(tr("Upload now"), partial(self.tray.upload, item_id))
        menu.addSeparator()
        words = tr("Cancel") if item.is_going else tr("Remove")
        menu.addAction(words, partial(self.tray.cancel if item.is_going else self._remove, item_id))
        menu.popup(place)

    def _sent_menu(self, key: str, place: QPoint) -> None:
        file = self._window.attachments.sent_file(key)
        if file is not None:
            menu = self._menu_of(file.part, "")
            menu.addSeparator()
            menu.addAction(tr("Show the message"), partial(self._jump, file.message_id))
            menu.addAction(tr("Attach again"), partial(self._attach_again, file.part))
            menu.popup(place)

    def _menu_of(self, part: Attachment, item_id: str) -> QMenu:
        menu = self._new_menu()
        if isinstance(part, FilePart):
            menu.addAction(tr("View the text that is sent"), partial(self.show_text, part, item_id))
        else:
            menu.addAction(tr("Show the picture"), partial(self.look_at, part))
        menu.addAction(tr("Open with the system's program"), partial(self.open_outside, part))
        menu.addAction(tr("Save a copy…"), partial(self.save_copy, part))
        return menu

    def _new_menu(self) -> QMenu:
        from PySide6.QtCore import Qt

        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _remove(self, item_id: str) -> None:
        self.tray.remove(item_id)

    def _attach_again(self, part: Attachment) -> None:
        self.tray.fill([*self.tray.parts, part])
        self._window.composer.setFocus()

    def _send_again(self, key: str) -> None:
        file = self._window.attachments.sent_file(key)
        if file is not None and self._config is not None:
            self._here.run(self._upload(file.part, self._config), "upload a file")

    async def _upload(self, part: Attachment, config: ProviderConfig) -> None:
        await self._service.upload(part, config, self.tray.model)

    def _cancel_sending(self, key: str) -> None:
        file = self._window.attachments.sent_file(key)
        if file is not None:
            self._cancel_sending_of(file.part.sha256)

    def _cancel_sending_of(self, sha256: str) -> None:
        part = next((each for each in self._shown if each.sha256 == sha256), None)
        if part is not None and self._config is not None:
            self._service.cancel_transfer(part, self._config)

    def _jump(self, message_id: str) -> None:
        if message_id in self._here.conversation:
            self._window.panes.close_overlays()
            self._window.transcript.scroll_to_message(message_id)

    # -- at the provider ----------------------------------------------------------------------------------------

    async def offer_for_deleted(self, conversation_id: str) -> tuple[str, str, Callable[[], object]] | None:
        """What may be done about the files that only a deleted conversation had: words, a button's title, the deed."""
        try:
            conversation = await self._parts.chat.open(conversation_id)
            if not any(message.attachments for message in conversation):
                return None
            config = await self._parts.providers.chosen(conversation.settings.provider_id)
            left = await self._parts.files.only_in(conversation_id, config)
        except ChatError:
            return None  # without the provider nothing can be deleted there
        if not left:
            return None
        ids = [stored.file.id for stored in left]
        words = ntr(
            "{n} of its files is still at {name}.", "{n} of its files are still at {name}.", len(ids), name=config.name
        )
        return words, tr("Delete there"), lambda: self._here.run(self._delete_there(config, ids), "delete files")

    async def _delete_there(self, config: ProviderConfig, ids: Sequence[str]) -> None:
        left = await self._parts.files.delete(config, ids)
        if left:
            self._here.say(next(iter(left.values())))
        else:
            self._window.toast.show_text(ntr("{n} file was deleted.", "{n} files were deleted.", len(ids)))

    def provider_files(self) -> None:
        """The window of the files at the provider."""
        self._here.opener.provider_files(self._config)
