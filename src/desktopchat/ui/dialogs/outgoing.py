"""What a question would send, exactly: address, headers and body, with the key masked."""

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from desktopchat.domain.request import Outgoing
from desktopchat.i18n import tr
from desktopchat.services.preview import VARIABLE, as_curl, body_text
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.json_view import JsonView
from desktopchat.ui.widgets import button, label

DONE_MS = 1500


class OutgoingDialog(Dialog):
    """Nothing was sent to fill it. `has_question`: the words of the composer are in it."""

    def __init__(self, outgoing: Outgoing, parent: QWidget | None = None, *, has_question: bool = True) -> None:
        super().__init__(tr("What will be sent"), parent, width=720, height=640)
        self.setObjectName("outgoingDialog")
        self._outgoing = outgoing
        if has_question:
            words = tr("Your next question would send this. Nothing has been sent to show it.")
        else:
            words = tr("The last question, asked again, would send this. Write another one to see that instead.")
        self.column.addWidget(label(words, "muted", "small"))
        self.head = self._view(tr("Address and headers"), "outgoingHead", _head(outgoing), language="")
        self.head.setFixedHeight(self.head.fontMetrics().lineSpacing() * (len(outgoing.headers) + 2) + 20)
        self.column.addWidget(self.head)
        self.body = self._view(tr("Body"), "outgoingBody", body_text(outgoing))
        self.column.addWidget(self.body, 1)
        self.column.addWidget(label(self._note(), "muted", "small"))
        self._add_buttons()

    def _note(self) -> str:
        if as_curl(self._outgoing) is None:
            return tr("It goes over a WebSocket, whose address is signed in the moment of sending.")
        return tr("The command takes the key from the variable {name}.", name=VARIABLE)

    def _view(self, name: str, object_name: str, text: str, language: str = "json") -> JsonView:
        view = JsonView(read_only=True, language=language)
        view.setObjectName(object_name)
        view.setAccessibleName(name)
        view.setPlainText(text)
        return view

    def _add_buttons(self) -> None:
        self.copy_curl = button(tr("Copy as curl"))
        self.copy_curl.setObjectName("copyCurl")
        self.copy_curl.setVisible(as_curl(self._outgoing) is not None)
        self.copy_curl.clicked.connect(self._copy_curl)
        self.copy_body = button(tr("Copy the body"))
        self.copy_body.setObjectName("copyBody")
        self.copy_body.setVisible(self._outgoing.body is not None)
        self.copy_body.clicked.connect(self._copy_body)
        self.add_buttons(self.copy_curl, self.copy_body, None, self.close_button(tr("Close")))

    def _copy_curl(self) -> None:
        self._copy(as_curl(self._outgoing) or "", self.copy_curl, tr("Copy as curl"))

    def _copy_body(self) -> None:
        self._copy(body_text(self._outgoing), self.copy_body, tr("Copy the body"))

    def _copy(self, text: str, pressed: QPushButton, title: str) -> None:
        QGuiApplication.clipboard().setText(text)
        pressed.setText(tr("Copied"))
        QTimer.singleShot(DONE_MS, pressed, partial(pressed.setText, title))


def _head(outgoing: Outgoing) -> str:
    lines = [f"{outgoing.method} {outgoing.url}", *(f"{name}: {value}" for name, value in outgoing.headers.items())]
    return "\n".join(lines)
