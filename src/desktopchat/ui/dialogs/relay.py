"""The dialog that switches the relay on and off, and shows where it is and what opens it."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.i18n import render, tr
from desktopchat.services.relay import RelaySwitch
from desktopchat.services.tasks import Tasks
from desktopchat.settings import schema
from desktopchat.settings.store import Settings
from desktopchat.ui.dialogs.base import Dialog, field_label
from desktopchat.ui.dialogs.settings import make_field
from desktopchat.ui.doing import start
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconButton, button, label


class RelayDialog(Dialog):
    """Shows the switch as it is, whoever changes it; the relay goes on when the dialog is closed."""

    def __init__(self, relay: RelaySwitch, settings: Settings, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(tr("Relay"), parent, width=560)
        self.setObjectName("relayDialog")
        self._relay = relay
        self._settings = settings
        self._tasks = tasks
        self._build()
        off = relay.changed.connect(self._show_state)
        self.finished.connect(lambda _code: off())
        self._show_state()

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.column.addWidget(label(self._purpose(), "muted"))
        self.column.addLayout(self._switch_row())
        self.trouble = label("", "error")
        self.trouble.setObjectName("relayTrouble")
        self.column.addWidget(self.trouble)
        self.column.addLayout(self._fields())
        self.column.addLayout(self._at_start_row())
        self.page = button(tr("Open its page"))
        self.page.setObjectName("relayPage")
        self.page.clicked.connect(self._open_page)
        self.add_buttons(self.page, None, self.close_button(tr("Close")))

    def _purpose(self) -> str:
        return tr(
            "Other programs, scripts and a browser on this computer can use your providers through the relay, without "
            "seeing a key. It listens on this computer alone and asks for its token. OpenAI's clients take the address "
            "with /v1 behind it, and models as provider/model."
        )

    def _switch_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.m)
        self.state = label("", font_role="title")
        self.state.setObjectName("relayState")
        self.switch = button("", "primary")
        self.switch.setObjectName("relaySwitch")
        self.switch.clicked.connect(self._toggle)
        row.addWidget(self.state, 1)
        row.addWidget(self.switch)
        return row

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE.l)
        grid.setVerticalSpacing(SPACE.m)
        grid.setColumnStretch(1, 1)
        self.port = make_field(schema.RELAY_PORT, self._settings.get(schema.RELAY_PORT), self._set_port, self)
        self.port.setObjectName("relayPort")
        self.address = self._read_only("relayAddress")
        self.token = self._read_only("relayToken")
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self._tool("eye", tr("Show the token"), self._show_token)
        self._eye.setCheckable(True)
        self._new = self._tool("refresh", tr("Make a new token; the old one opens nothing any more"), self._renew)
        copy_address = self._tool("copy", tr("Copy the address"), self._copy_address)
        copy_token = self._tool("copy", tr("Copy the token"), self._copy_token)
        self._tools = (self._eye, self._new, copy_address, copy_token)
        rows = (
            (tr("Port"), self.port, ()),
            (tr("Address"), self.address, (copy_address,)),
            (tr("Token"), self.token, (copy_token, self._eye, self._new)),
        )
        for at, (name, field, tools) in enumerate(rows):
            grid.addWidget(field_label(name, field), at, 0)
            grid.addWidget(field, at, 1)
            beside = QHBoxLayout()
            for tool in tools:
                beside.addWidget(tool)
            grid.addLayout(beside, at, 2, Qt.AlignmentFlag.AlignLeft)
        return grid

    def _at_start_row(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE.s)
        self.at_start = QCheckBox(tr("Switch it on whenever the window opens"))
        self.at_start.setObjectName("relayAtStart")
        self.at_start.setChecked(self._settings.get(schema.RELAY_AT_START))
        self.at_start.toggled.connect(self._set_at_start)
        self._passing = label(
            tr("There is no keyring to keep the token in: it ends with the program."), "muted", "small"
        )
        column.addWidget(self._passing)
        column.addWidget(self.at_start)
        return column

    def _read_only(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setReadOnly(True)
        field.setFont(theme().font("code"))
        field.setPlaceholderText(tr("when it is on"))
        return field

    def _tool(self, icon: str, name: str, do: Any) -> IconButton:
        tool = IconButton(icon, name)
        tool.clicked.connect(do)
        return tool

    # -- what is shown ------------------------------------------------------------------------------------------

    def _show_state(self) -> None:
        url, token = self._relay.url, self._relay.token
        is_on = bool(url)
        self.state.setText(tr("The relay is on") if is_on else tr("The relay is off"))
        self.switch.setText(tr("Switch off") if is_on else tr("Switch on"))
        self.switch.setEnabled(True)
        self.port.setEnabled(not is_on)
        self.page.setEnabled(is_on)
        for tool in self._tools:
            tool.setEnabled(is_on)
        self.address.setText(url)
        self.token.setText(token.reveal() if is_on and token else "")
        self.token.setCursorPosition(0)
        self._passing.setVisible(is_on and not self._relay.lasts)
        self._say(self._relay.failure)

    def _say(self, failure: Failure | None) -> None:
        words = [render(text) for text in (failure.message, failure.hint) if text] if failure else []
        self.trouble.setText(" ".join(words))
        self.trouble.setVisible(bool(words))

    # -- what is done -------------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        self.switch.setEnabled(False)
        if self._relay.url:
            self._run(self._relay.stop(), "switch the relay off")
        else:
            self._run(self._relay.start(self._settings.get(schema.RELAY_PORT)), "switch the relay on")

    def _renew(self) -> None:
        self._run(self._relay.renew_token(), "make a new token for the relay")

    def _show_token(self, shown: bool) -> None:
        self.token.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _copy_address(self) -> None:
        QApplication.clipboard().setText(self.address.text())

    def _copy_token(self) -> None:
        QApplication.clipboard().setText(self.token.text())

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._relay.url))

    def _set_port(self, value: object) -> None:
        if isinstance(value, int) and schema.RELAY_PORT.problem(value) is None:
            self._settings.set(schema.RELAY_PORT, value)

    def _set_at_start(self, wanted: bool) -> None:
        self._settings.set(schema.RELAY_AT_START, wanted)

    def _run(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        start(self._tasks, coro, name, self._say)
