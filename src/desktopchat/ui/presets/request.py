"""What would be sent with a preset, as text to read and copy."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktopchat.domain.context import ContextRule
from desktopchat.domain.request import Outgoing
from desktopchat.i18n import tr
from desktopchat.services.preview import body_text
from desktopchat.ui.json_view import JsonView
from desktopchat.ui.presets.chip import short_sentence
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label


class RequestView(QWidget):
    """The address, and the body of the request. Nothing is sent by looking at it."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(SPACE.s)
        self.address = label("", font_role="code")
        self.sent = label("", "muted", "small")
        self.body = JsonView(read_only=True)
        self.body.setObjectName("presetRequestBody")
        self.body.setAccessibleName(tr("What will be sent"))
        column.addWidget(self.address)
        column.addWidget(self.sent)
        column.addWidget(self.body, 1)

    def show_request(self, outgoing: Outgoing, rule: ContextRule) -> None:
        self.address.setText(f"{outgoing.method} {outgoing.url}")
        self.sent.setText(tr("{what}. The key is not shown.", what=short_sentence(rule)))
        self.body.setPlainText(body_text(outgoing))
