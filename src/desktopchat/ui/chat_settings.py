"""What one conversation is held with: its system prompt and the parameters that its provider knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktopchat.domain.context import context_rule
from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.values import Json
from desktopchat.i18n import tr
from desktopchat.providers.parameters import Parameter
from desktopchat.ui.dialogs.base import field_label
from desktopchat.ui.parameter_fields import ParameterFields
from desktopchat.ui.popup import Popup
from desktopchat.ui.presets.chip import fill_rules
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, line

WIDTH = 440
PROMPT_HEIGHT = 112
AROUND_FIELDS = 380
"""What the popup needs in height beside its list of fields."""


class ChatSettingsPopup(Popup):
    """Emits the new settings when it closes, if they are others."""

    settingsChanged = Signal(object)  # noqa: N815 - Qt's way of naming signals
    requestWanted = Signal()  # noqa: N815
    """What will be sent is to be shown; the settings have been told by then."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("chatSettingsPopup")
        self.setAccessibleName(tr("Settings of this chat"))
        self.setFixedWidth(WIDTH)
        self._settings = ConversationSettings()
        self._shown_prompt = ""
        self._unsound: tuple[Mapping[str, Json], str] | None = None
        """JSON that could not be used, with the params at which it was written: it is there again next time."""
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, SPACE.m, SPACE.l, SPACE.l)
        column.setSpacing(SPACE.s)
        column.addWidget(label(tr("Settings of this chat"), font_role="strong"))
        column.addWidget(
            label(tr("System prompt: what the model should know and how it should answer"), "muted", "small")
        )
        column.addWidget(self._prompt_field())
        column.addLayout(self._rule_row())
        column.addWidget(line())
        column.addLayout(self._heading())
        column.addWidget(self._list(), 1)
        column.addWidget(label(tr("All of it is used from the next question on."), "muted", "small"))
        column.addLayout(self._foot())

    def show_settings(self, settings: ConversationSettings, rows: Sequence[Parameter]) -> None:
        """Shows a chat's settings; `rows` is what its provider lets one set."""
        self._settings = settings
        self._prompt.setPlainText(settings.system_prompt)
        self._shown_prompt = self._prompt.toPlainText()
        fill_rules(self._rule, settings.context)
        self.fields.show_params(settings.params, rows)
        if self._unsound is not None and self._unsound[0] == settings.params:
            self.fields.extra.setPlainText(self._unsound[1])
        self._show_reset()
        room = self.screen().availableGeometry().height() - AROUND_FIELDS
        self._scroll.limit = max(160, min(room, 420))
        self._prompt.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        changed = self._edited()
        self._unsound = None if self.fields.is_sound else (changed.params, self.fields.extra.toPlainText())
        if changed != self._settings:
            self._settings = changed
            self.settingsChanged.emit(changed)

    def _prompt_field(self) -> QPlainTextEdit:
        self._prompt = QPlainTextEdit()
        self._prompt.setObjectName("systemPrompt")
        self._prompt.setProperty("role", "field")
        self._prompt.setAccessibleName(tr("System prompt"))
        self._prompt.setPlaceholderText(tr("For example: You are a patient teacher. Answer in short sentences."))
        self._prompt.setTabChangesFocus(True)
        self._prompt.setFixedHeight(PROMPT_HEIGHT)
        return self._prompt

    def _rule_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._rule = QComboBox()
        self._rule.setObjectName("chatContext")
        row.addWidget(field_label(tr("Sent along"), self._rule))
        row.addStretch(1)
        row.addWidget(self._rule)
        return row

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(tr("Parameters"), font_role="strong", wrap=False))
        row.addStretch(1)
        self.reset = button(tr("Reset"), "link")
        self.reset.setObjectName("resetParameters")
        self.reset.setToolTip(tr("Everything as the provider has it"))
        row.addWidget(self.reset)
        return row

    def _list(self) -> QScrollArea:
        self.fields = ParameterFields()
        self.fields.changed.connect(self._show_reset)
        self.reset.clicked.connect(self.fields.reset)
        self._scroll = _Scroll(self.fields)
        return self._scroll

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        request = button(tr("What will be sent…"), "link")
        request.setObjectName("showRequest")
        request.clicked.connect(self._show_request)
        done = button(tr("Done"), "primary")
        done.clicked.connect(self.close)
        row.addWidget(request)
        row.addStretch(1)
        row.addWidget(done)
        return row

    def _show_reset(self) -> None:
        self.reset.setVisible(bool(self.fields.params()) or not self.fields.is_sound)

    def _show_request(self) -> None:
        self.close()
        self.requestWanted.emit()

    def _edited(self) -> ConversationSettings:
        """A prompt that nobody touched stays as it is, to the last blank."""
        settings, prompt = self._settings, self._prompt.toPlainText()
        prompt = settings.system_prompt if prompt == self._shown_prompt else prompt.strip()
        rule = context_rule(self._rule.currentData())
        return replace(settings, system_prompt=prompt, params=self.fields.params(), context=rule)


class _Scroll(QScrollArea):
    """As high as what is in it, up to a limit."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.limit = 400
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
        content.setAutoFillBackground(False)  # `setWidget` has turned it on
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        content = self.widget().sizeHint()
        return QSize(content.width(), min(content.height() + 2, self.limit))
