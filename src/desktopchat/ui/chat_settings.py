"""What one conversation is held with: its system prompt and temperature. Later the presets' place."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktopchat.domain.conversation import ConversationSettings
from desktopchat.i18n import tr
from desktopchat.ui.popup import Popup
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, padded

UNSET = -0.1
WIDTH = 420


class ChatSettingsPopup(Popup):
    """Emits the new settings when it closes, if they are others."""

    settingsChanged = Signal(object)  # noqa: N815 - Qt's way of naming signals

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("presetPopup")
        self.setAccessibleName(tr("Settings of this chat"))
        self.setFixedWidth(WIDTH)
        self._settings = ConversationSettings()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.l, SPACE.m, SPACE.l, SPACE.l)
        column.setSpacing(SPACE.s)
        column.addWidget(label(tr("Settings of this chat"), font_role="strong"))
        column.addWidget(
            label(tr("System prompt: what the model should know and how it should answer"), "muted", "small")
        )
        column.addWidget(self._prompt_field())
        column.addLayout(self._temperature_row())
        column.addWidget(label(tr("Both are used from the next question on."), "muted", "small"))
        column.addLayout(self._foot())

    def show_settings(self, settings: ConversationSettings) -> None:
        self._settings = settings
        self._prompt.setPlainText(settings.system_prompt)
        value = settings.params.get("temperature")
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        self._temperature.setValue(float(value) if usable else UNSET)
        self._prompt.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        changed = self._edited()
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
        self._prompt.setFixedHeight(132)
        return self._prompt

    def _temperature_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._temperature = QDoubleSpinBox()
        padded(self._temperature)
        self._temperature.setObjectName("temperature")
        self._temperature.setRange(UNSET, 2.0)
        self._temperature.setSingleStep(0.1)
        self._temperature.setDecimals(1)
        self._temperature.setSpecialValueText(tr("As the provider says"))
        self._temperature.setAccessibleName(tr("Temperature"))
        self._temperature.setToolTip(tr("Low values make answers alike, high ones make them varied."))
        row.addWidget(label(tr("Temperature"), wrap=False))
        row.addStretch(1)
        row.addWidget(self._temperature)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        done = button(tr("Done"), "primary")
        done.clicked.connect(self.close)
        row.addStretch(1)
        row.addWidget(done)
        return row

    def _edited(self) -> ConversationSettings:
        params = {name: value for name, value in self._settings.params.items() if name != "temperature"}
        if self._temperature.value() >= 0:
            params["temperature"] = round(self._temperature.value(), 2)
        return replace(self._settings, system_prompt=self._prompt.toPlainText().strip(), params=params)
