"""The menu for a place in the text: what is selected, a link, a message, its code."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from desktopchat.i18n import tr
from desktopchat.ui.chat import codehead
from desktopchat.ui.chat.accessible import MOST_CODE
from desktopchat.ui.chat.blockview import BlockView
from desktopchat.ui.chat.codehead import Control
from desktopchat.ui.chat.copying import copy, copy_plain
from desktopchat.ui.chat.messageview import MessageView
from desktopchat.ui.chat.selection import shown

if TYPE_CHECKING:
    from desktopchat.ui.chat.reading import Reading
    from desktopchat.ui.chat.transcript import TranscriptView


def opened(
    reading: "Reading", view: MessageView | None, where: QPoint, *, link: str = "", code: BlockView | None = None
) -> QMenu:
    """Shows the menu at a point of the screen: for a message, a link in it, a piece of its code."""
    transcript, fill = reading.transcript, reading.fill_menu
    menu = QMenu(transcript)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.addAction(tr("Copy"), reading.copy).setEnabled(not reading.selection.is_empty)
    if view is not None:
        chosen = _Chosen(menu, transcript, view, link)
        if link:
            menu.addAction(tr("Copy link address"), chosen.copy_link)
        _add_code(menu, reading, view, code)
        menu.addSeparator()
        if fill is not None:
            fill(menu, view)
        else:
            chosen.fill()
    menu.addSeparator()
    menu.addAction(tr("Select all"), reading.select_all)
    menu.popup(where)
    return menu


def _add_code(menu: QMenu, reading: "Reading", view: MessageView, code: BlockView | None) -> None:
    """The code under the mouse, or a submenu for each piece of code of the message."""
    if code is not None:
        _add_controls(menu, menu, reading, code)
        return
    heads = [block for _, _, block in view.blocks_in_order() if block.has_head] if view.is_built else []
    for block in heads[:MOST_CODE]:
        first = block.block.code.strip().partition("\n")[0][:30]
        title = tr("Code: {words}", words=" · ".join(filter(None, (block.block.language[:20], first))))
        submenu = menu.addMenu(title.replace("&", "&&"))
        _add_controls(menu, submenu, reading, block)


def _add_controls(owner: QMenu, menu: QMenu, reading: "Reading", block: BlockView) -> None:
    for control in reversed(codehead.controls(block.head)):
        menu.addAction(codehead.name_of(control, wraps=block.side.wraps), _Use(owner, reading, block, control).act)


class _Use(QObject):
    """A control, used from the menu."""

    def __init__(self, owner: QMenu, reading: "Reading", block: BlockView, control: Control) -> None:
        super().__init__(owner)
        self._reading, self._block, self._control = reading, block, control

    def act(self) -> None:
        self._reading.use(self._block, self._control)


class _Chosen(QObject):
    """What the menu's commands act on."""

    def __init__(self, menu: QMenu, transcript: "TranscriptView", view: MessageView, link: str) -> None:
        super().__init__(menu)
        self._menu, self._transcript, self._view = menu, transcript, view
        self._link = link

    def fill(self) -> None:
        self._menu.addAction(tr("Copy message"), self.copy_text)
        self._menu.addAction(tr("Copy as Markdown"), self.copy_source)
        if not self._view.is_user and not self._view.is_streaming:
            self._menu.addSeparator()
            self._menu.addAction(tr("Retry"), self.retry)

    def copy_text(self) -> None:
        copy([shown(self._view)])

    def copy_source(self) -> None:
        copy_plain(self._view.answer.source)

    def copy_link(self) -> None:
        copy_plain(self._link)

    def retry(self) -> None:
        self._transcript.retryRequested.emit(self._view.message.id)
