"""What each command of `actions.COMMANDS` does. The conversation and the services belong to the controller."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from desktopchat.domain.message import Role
from desktopchat.i18n import tr
from desktopchat.settings import schema
from desktopchat.ui.live import so_far
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parts import WindowParts
from desktopchat.ui.theme import theme

if TYPE_CHECKING:
    from desktopchat.ui.controller import Controller

SMALLEST_PT, LARGEST_PT = 8, 32


class Commands:
    """One entry per command; `do` is where shortcuts, buttons and menus meet."""

    def __init__(self, parts: WindowParts, window: MainWindow, here: "Controller") -> None:
        self._parts = parts
        self._chat = parts.chat
        self._window = window
        self._here = here

    def do(self, name: str) -> None:
        self._commands[name]()

    def names(self) -> set[str]:
        return set(self._commands)

    def _escape(self) -> None:
        """Esc: puts away what lies on top, else leaves the search, else stops the answer."""
        window = self._window
        if window.panes.close_overlays():
            window.composer.setFocus()
        elif window.is_complete and window.transcript.chrome.escape():
            pass
        elif window.sidebar.query() and window.sidebar.isAncestorOf(window.focusWidget() or window):
            window.sidebar.clear_search()
        else:
            self._here.stop()
            window.composer.setFocus()

    def _rename(self) -> None:
        if not self._here.conversation:
            return
        sidebar_list = self._window.sidebar.list
        if sidebar_list.hasFocus():
            sidebar_list.edit_title(self._here.conversation.id)
        else:
            self._window.header.edit_title(self._here.conversation.title)

    def rename(self, title: str) -> None:
        if self._here.conversation:
            self._here.listing.rename(self._here.conversation.id, title)

    def _delete(self) -> None:
        if self._here.conversation:
            self.delete(self._here.conversation.id)

    def delete(self, conversation_id: str) -> None:
        self._here.run(self._delete_with_undo(conversation_id), "delete a conversation")

    async def _delete_with_undo(self, conversation_id: str) -> None:
        was_open = conversation_id == self._here.conversation.id
        await self._chat.delete(conversation_id)
        self._here.listing.forget(conversation_id)
        if was_open and conversation_id == self._here.conversation.id:
            self._here.new_chat()
        self._window.toast.show_text(
            tr("Chat moved to the trash"),
            tr("Undo"),
            lambda: self._here.run(self._restore(conversation_id, was_open), "undo"),
        )
        if (offer := await self._here.attachments.offer_for_deleted(conversation_id)) is not None:
            words, title, do = offer
            self._window.toast.show_second(words, title, do)

    async def _restore(self, conversation_id: str, was_open: bool) -> None:
        await self._chat.restore(conversation_id)
        await self._here.listing.load_rest()
        if was_open:
            self._here.open(conversation_id)

    def _retry_last(self) -> None:
        path = self._here.conversation.path()
        if path:
            self._here.retry(path[-1].id)

    def _copy_last(self) -> None:
        answers = [m for m in self._here.conversation.path() if m.role is Role.ASSISTANT]
        if answers:
            text = so_far(answers[-1], self._chat.session(self._here.conversation.id)).text
            QApplication.clipboard().setText(text)
            self._window.toast.show_text(tr("Answer copied"))

    def _neighbour(self, step: int) -> None:
        if found := self._window.sidebar.list.conversations.neighbour(self._here.conversation.id, step):
            self._here.open(found)

    def zoom(self, step: int) -> None:
        """Larger (1) or smaller (-1) text everywhere; it is remembered."""
        size = round(theme().body_pt) + step
        self._parts.settings.set(schema.FONT_SIZE, max(SMALLEST_PT, min(size, LARGEST_PT)))

    def _search(self) -> None:
        if not self._window.panes.left_shown:
            self._window.panes.show_left(True)
        self._window.sidebar.focus_search()

    def _find(self, step: int = 0) -> None:
        """Opens the bar that finds in this chat, or goes on from place to place."""
        if self._here.conversation.path():
            chrome = self._window.transcript.chrome
            chrome.find_step(step) if step else chrome.find()

    def _edit_last(self) -> None:
        asked = [m for m in self._here.conversation.path() if m.role is Role.USER]
        if asked:
            self._window.transcript.chrome.do("edit", asked[-1].id)

    def _show_request(self) -> None:
        """What the next question would send, with the words that stand in the composer."""
        self._here.opener.request(self._here.conversation, self._window.composer.text())

    @property
    def _commands(self) -> Mapping[str, Callable[[], object]]:
        window = self._window
        return {
            "new_chat": self._here.new_chat,
            "search": self._search,
            "find": self._find,
            "find_next": lambda: self._find(1),
            "find_previous": lambda: self._find(-1),
            "next_chat": lambda: self._neighbour(1),
            "previous_chat": lambda: self._neighbour(-1),
            "rename_chat": self._rename,
            "delete_chat": self._delete,
            "focus_composer": window.composer.setFocus,
            "stop": self._escape,
            "retry": self._retry_last,
            "edit_question": self._edit_last,
            "copy_answer": self._copy_last,
            "choose_model": self._here.chooser.open_models,
            "choose_preset": self._here.presets.open_picker,
            "presets": self._here.presets.manage,
            "chat_settings": self._here.chooser.open_settings,
            "show_request": self._show_request,
            "toggle_sidebar": window.toggle_sidebar,
            "toggle_attachments": window.toggle_attachments,
            "provider_files": self._here.attachments.provider_files,
            "attach_files": self._here.attachments.choose_files,
            "zoom_in": lambda: self.zoom(1),
            "zoom_out": lambda: self.zoom(-1),
            "zoom_reset": lambda: self._parts.settings.set(schema.FONT_SIZE, 0),
            "providers": self._here.opener.providers,
            "relay": self._here.opener.relay,
            "settings": self._here.opener.settings,
            "shortcuts": self._here.opener.shortcuts,
            "about": self._here.opener.about,
            "quit": window.close,
        }
