"""Asks before a link from a conversation is opened: the words of a link may say something else than its address."""

from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.widgets import button, label

SCHEMES = ("http", "https", "mailto")


class LinkDialog(Dialog):
    """Shows where a link really leads; opens nothing by itself."""

    def __init__(self, url: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open a link?"), parent, width=500)
        self.setObjectName("linkDialog")
        self._url = url
        host = real_host(url)
        self.column.addWidget(label(tr("This link from the conversation leads to"), "muted"))
        self.host = label(host or tr("an address that cannot be opened"), font_role="title")
        self.host.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(self.host)
        if disguised(url):
            self.column.addWidget(
                label(
                    tr("Careful: the name has letters that can look like other ones. This is its true form."), "warning"
                )
            )
        self.column.addWidget(self._address())
        self.add_buttons(*self._buttons(host))

    def _address(self) -> QPlainTextEdit:
        """The whole address, to be read and copied."""
        address = QPlainTextEdit(self._url)
        address.setProperty("role", "field")
        address.setReadOnly(True)
        address.setTabChangesFocus(True)
        address.setFixedHeight(76)
        address.setAccessibleName(tr("Address"))
        return address

    def _buttons(self, host: str) -> tuple[QPushButton | None, ...]:
        copy = button(tr("Copy address"))
        copy.clicked.connect(self._copy)
        cancel = button(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        go = button(tr("Open in browser"), "primary")
        go.setEnabled(bool(host))
        go.clicked.connect(self._open)
        cancel.setDefault(True)
        self.focus_first(cancel)
        return copy, None, cancel, go

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._url)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self._url, QUrl.ParsingMode.StrictMode))
        self.accept()


def real_host(url: str) -> str:
    """The host as the network knows it (punycode), or the address of a mail; "" for what must not be opened."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme.lower() not in SCHEMES:
        return ""
    if parts.scheme.lower() == "mailto":
        return parts.path
    encoded = QUrl(url).host(QUrl.ComponentFormattingOption.FullyEncoded)
    return encoded or ""


def disguised(url: str) -> bool:
    """Whether the host has letters beyond ASCII."""
    return any(part.startswith("xn--") for part in real_host(url).split("."))
