"""Opens the dialogs, each at most once at a time, each imported when it is first needed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from desktopchat.domain.conversation import Conversation
from desktopchat.ui.doing import Run
from desktopchat.ui.eventloop import shown
from desktopchat.ui.parts import WindowParts

if TYPE_CHECKING:
    from desktopchat.domain.provider import ProviderConfig
    from desktopchat.ui.main_window import MainWindow


class Opener:
    """One method per dialog."""

    def __init__(self, parts: WindowParts, window: "MainWindow", run: Run) -> None:
        self._parts = parts
        self._window = window
        self._run = run

    def settings(self) -> None:
        from desktopchat.ui.dialogs.settings import SettingsDialog

        self._show(SettingsDialog, lambda: SettingsDialog(self._parts.settings, self._parts.data_dir, self._window))

    def providers(self) -> None:
        self._open_providers(new=False)

    def add_provider(self) -> None:
        self._open_providers(new=True)

    def relay(self) -> None:
        from desktopchat.ui.dialogs.relay import RelayDialog

        parts = self._parts
        self._show(RelayDialog, lambda: RelayDialog(parts.relay, parts.settings, parts.tasks, self._window))

    def shortcuts(self) -> None:
        from desktopchat.ui.dialogs.shortcuts import ShortcutsDialog

        self._show(ShortcutsDialog, lambda: ShortcutsDialog(self._window))

    def about(self) -> None:
        from desktopchat.ui.dialogs.about import AboutDialog

        self._show(AboutDialog, lambda: AboutDialog(self._window))

    def request(self, conversation: Conversation, text: str) -> None:
        """Shows what `text`, as the next question, would send."""
        self._run(self._show_request(conversation, text), "show a request")

    async def _show_request(self, conversation: Conversation, text: str) -> None:
        from desktopchat.services.preview import preview
        from desktopchat.ui.dialogs.outgoing import OutgoingDialog

        await self._parts.chat.complete(conversation)
        outgoing = await preview(self._parts.providers, conversation, text, attachments=self._parts.attachments)
        already = self._window.findChild(OutgoingDialog)
        if already is not None:
            already.close()
        await shown(OutgoingDialog(outgoing, self._window, has_question=bool(text.strip())))

    def provider_files(self, chosen: "ProviderConfig | None" = None) -> None:
        """The files at the providers, first of all at the chosen one."""
        self._run(self._open_provider_files(chosen), "open the files at a provider")

    async def _open_provider_files(self, chosen: "ProviderConfig | None") -> None:
        from desktopchat.services.providers import DEMO
        from desktopchat.ui.attachments.remote import ProviderFilesDialog

        parts = self._parts
        configs = [*await parts.providers.all(), DEMO]
        self._show(
            ProviderFilesDialog, lambda: ProviderFilesDialog(parts.files, parts.tasks, configs, chosen, self._window)
        )

    def link(self, url: str) -> None:
        """Asks before a link of a conversation is opened in the browser."""
        from desktopchat.ui.dialogs.link import LinkDialog

        self._show(LinkDialog, lambda: LinkDialog(url, self._window))

    def _open_providers(self, *, new: bool) -> None:
        from desktopchat.ui.dialogs.providers import ProvidersDialog

        dialog = self._window.findChild(ProvidersDialog)
        if dialog is None:
            self._show(ProvidersDialog, lambda: ProvidersDialog(self._parts, self._window, new=new))
        elif new:
            dialog.add_provider()

    def _show(self, kind: type[QDialog], make: Callable[[], QDialog]) -> None:
        already = self._window.findChild(kind)
        if already is not None:
            already.raise_()
            already.activateWindow()
        else:
            self._run(shown_once(make()), kind.__name__)


async def shown_once(dialog: QDialog) -> None:
    """Shows the dialog to its end; its result is its own affair."""
    await shown(dialog)
