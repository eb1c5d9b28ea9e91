"""What is done with single messages of the open conversation: alternatives, editing, deleting, quoting, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktopchat.domain.errors import ErrorKind, Failure
from desktopchat.domain.message import Message
from desktopchat.domain.text import msg
from desktopchat.i18n import ntr, tr
from desktopchat.services.asking import Asking
from desktopchat.services.continuing import can_go_on
from desktopchat.settings import schema
from desktopchat.ui.chat.context import Alternatives
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parts import WindowParts

if TYPE_CHECKING:
    from desktopchat.domain.conversation import Conversation
    from desktopchat.services.chat import DeletedMessages
    from desktopchat.services.retrying import Pause
    from desktopchat.ui.chat.transcript import TranscriptView
    from desktopchat.ui.controller import Controller


class Messages:
    """Connects the transcript's wishes with the chat service. The conversation belongs to the controller."""

    def __init__(self, parts: WindowParts, window: MainWindow, here: Controller) -> None:
        self._parts = parts
        self._chat = parts.chat
        self._window = window
        self._here = here

    def connect(self, transcript: TranscriptView) -> None:
        transcript.editRequested.connect(self.edit)
        transcript.alternativeRequested.connect(self.step)
        transcript.deleteRequested.connect(self.delete)
        transcript.quoteRequested.connect(self.quote)
        transcript.retryWithRequested.connect(self.retry_with)
        transcript.pictureRequested.connect(self.open_picture)
        transcript.writeRequested.connect(self.write)
        transcript.zoomRequested.connect(self._here.commands.zoom)
        transcript.continueRequested.connect(self.go_on)
        transcript.retryNowRequested.connect(self.retry_now)
        transcript.giveUpRequested.connect(self.give_up)
        transcript.chrome.context.can_continue = can_go_on
        transcript.chrome.context.pictures.source = self._parts.images
        self.show_send_key()

    def show_send_key(self) -> None:
        """Editing in place sends with the same key as the composer."""
        if self._window.is_complete:
            self._window.transcript.chrome.enter_sends = self._parts.settings.get(schema.SEND_KEY) != "ctrl_enter"

    def alternatives(self, path: Sequence[Message]) -> dict[str, Alternatives]:
        """The places of those messages of a path that have alternatives."""
        conversation = self._here.conversation
        found: dict[str, Alternatives] = {}
        for message in path:
            family = [sibling.id for sibling in conversation.siblings(message.id)]
            if len(family) > 1:
                found[message.id] = Alternatives(family.index(message.id) + 1, len(family))
        return found

    def step(self, message_id: str, step: int) -> None:
        """Shows the alternative before (-1) or after (1) a message, with what hangs on it."""
        conversation = self._here.conversation
        if message_id in conversation:
            family = [sibling.id for sibling in conversation.siblings(message_id)]
            at = family.index(message_id) + step
            if 0 <= at < len(family):
                self._here.run(self._chat.select(conversation, family[at]), "another alternative")

    def edit(self, message_id: str, text: str) -> None:
        """Asks another question in the place of one; the box stays open if that cannot be done."""
        if message_id in self._here.conversation and text.strip():
            self._here.run(self._edit(self._here.conversation, message_id, text), "edit a question")

    async def _edit(self, conversation: Conversation, message_id: str, text: str) -> None:
        await self._chat.edit(conversation, message_id, text)
        self._window.transcript.chrome.forget_draft(message_id)
        if conversation is self._here.conversation:
            self._window.composer.setFocus()

    def retry_with(self, message_id: str) -> None:
        """Lets one choose a model, and asks it for another answer."""
        anchor = self._window.transcript.chrome.anchor(message_id)
        self._here.chooser.choose_once(anchor, lambda provider, model: self._retry_with(message_id, provider, model))

    def _retry_with(self, message_id: str, provider_id: str, model: str) -> None:
        if message_id in self._here.conversation:
            asking = Asking(answerer=(provider_id, model))
            self._here.run(self._chat.retry(self._here.conversation, message_id, asking), "ask another model")

    def go_on(self, message_id: str) -> None:
        """Asks for the rest of an answer that is not whole."""
        conversation = self._here.conversation
        if message_id in conversation and self._chat.session(conversation.id) is None:
            self._window.composer.setFocus()  # before the card goes, and the focus with it
            self._here.run(self._chat.go_on(conversation, message_id), "go on with an answer")

    def retry_now(self, message_id: str) -> None:
        """Ends the pause before a question is sent again."""
        if (pause := self._pause_of(message_id)) is not None:
            self._window.composer.setFocus()
            pause.end_now()

    def give_up(self, message_id: str) -> None:
        """Leaves the answer with the error that it had."""
        if (pause := self._pause_of(message_id)) is not None:
            pause.give_up()

    def _pause_of(self, message_id: str) -> Pause | None:
        session = self._chat.session(self._here.conversation.id)
        return session.pause if session is not None and session.message_id == message_id else None

    def delete(self, message_id: str) -> None:
        if message_id in self._here.conversation:
            self._here.run(self._delete(self._here.conversation, message_id), "delete a message")

    async def _delete(self, conversation: Conversation, message_id: str) -> None:
        gone = await self._chat.delete_message(conversation, message_id)
        self._window.toast.show_text(
            ntr("Message moved to the trash", "{n} messages moved to the trash", len(gone.message_ids)),
            tr("Undo"),
            lambda: self._here.run(self._restore(conversation, gone), "undo"),
        )

    async def _restore(self, conversation: Conversation, gone: DeletedMessages) -> None:
        await self._chat.restore_messages(conversation, gone)

    def quote(self, text: str) -> None:
        """Puts a text into the composer as a quotation, below what stands there."""
        composer = self._window.composer
        quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))
        composer.set_text("\n\n".join(filter(None, (composer.text().rstrip(), quoted))) + "\n\n")
        composer.setFocus()

    def write(self, text: str) -> None:
        """Goes on in the composer, with what was typed elsewhere."""
        self._window.composer.setFocus()
        self._window.composer.editor.insertPlainText(text)

    def open_picture(self, sha256: str, name: str) -> None:
        """Shows a picture in a window of its own."""
        from desktopchat.ui.chat.viewer import PictureViewer

        if self._parts.images is None:
            self._here.say(Failure(ErrorKind.NOT_FOUND, msg("The picture is not stored here.")))
            return
        viewer = PictureViewer(self._parts.images, sha256, name, self._window)
        viewer.show()
