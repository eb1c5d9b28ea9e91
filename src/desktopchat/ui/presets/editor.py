"""The form for one preset: its name, its prompt with places, and how the chat is held. It stores and asks nothing."""

import json
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktopchat.domain.context import context_rule
from desktopchat.domain.preset import Preset
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.values import Json
from desktopchat.i18n import tr
from desktopchat.ui.dialogs.base import field_label
from desktopchat.ui.presets import picture
from desktopchat.ui.presets.chip import fill_rules
from desktopchat.ui.presets.places import PlacesTable
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label, restyle


class PresetEditor(QScrollArea):
    """Shows a preset and what it would be with what was typed; of a built-in one nothing can be changed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = self._filled = Preset("")
        self._filling = False
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setAutoFillBackground(False)
        column = QVBoxLayout(page)
        column.setContentsMargins(2, 2, SPACE.m, SPACE.s)
        column.setSpacing(SPACE.s)
        column.addLayout(self._name_row())
        column.addWidget(field_label(tr("System prompt"), self._prompt_field()))
        column.addWidget(self.prompt, 1)
        column.addWidget(self._places_part())
        column.addLayout(self._details())
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)

    def show_preset(self, preset: Preset, providers: list[ProviderConfig]) -> None:
        """Fills the form."""
        self._preset, self._filling = preset, True
        self._set_icon(preset.icon)
        self.name.setText(preset.name)
        self.prompt.setPlainText(preset.system_prompt)
        self._fill_providers(providers, preset.provider_id)
        self.model.setText(preset.model)
        fill_rules(self.rule, preset.context)
        self.params.setText(json.dumps(dict(preset.params), ensure_ascii=False) if preset.params else "")
        self.greeting.setText(preset.greeting)
        self.tags.setText(", ".join(preset.tags))
        self.places.show_preset(preset, writable=not preset.is_built_in)
        self._set_writable(not preset.is_built_in)
        self._check_params()
        self._filled = self._said()
        self._filling = False

    def preset(self) -> Preset:
        """What it was filled with, and of the form what somebody changed: a control cannot show every text exactly."""
        said = self._said()
        changed = [name for name in Preset.__slots__ if getattr(said, name) != getattr(self._filled, name)]
        return replace(self._preset, **{name: getattr(said, name) for name in changed})

    def _said(self) -> Preset:
        tags = (tag.strip() for tag in self.tags.text().replace("，", ",").split(","))
        params = read_params(self.params.text())
        return replace(
            self._preset,
            name=" ".join(self.name.text().split()),
            icon=self._icon(),
            system_prompt=self.prompt.toPlainText(),
            variables=self.places.variables(),
            provider_id=self.provider.currentData() or "",
            model=self.model.text().strip(),
            params=self._preset.params if params is None else params,
            context=context_rule(self.rule.currentData()),
            greeting=self.greeting.text().strip(),
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        )

    @property
    def params_are_readable(self) -> bool:
        return read_params(self.params.text()) is not None

    # -- building -----------------------------------------------------------------------------------------------

    def _name_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        self.icon = QComboBox()
        self.icon.setObjectName("presetIcon")
        self.icon.setAccessibleName(tr("Picture"))
        self.icon.setToolTip(tr("One of these pictures, or type an emoji"))
        self.icon.setEditable(True)
        self.icon.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.icon.lineEdit().setMaxLength(16)
        self.icon.setFixedWidth(84)
        self.icon.currentTextChanged.connect(self._edited)
        self.name = self._line("presetName", tr("Name"))
        self.name.setMaxLength(200)
        self.name.setPlaceholderText(tr("Name of the preset"))
        row.addWidget(self.icon)
        row.addWidget(self.name, 1)
        self._dress_icons()
        theme().changed.connect(self._dress_icons)
        return row

    def _prompt_field(self) -> QPlainTextEdit:
        self.prompt = QPlainTextEdit()
        self.prompt.setObjectName("presetPrompt")
        self.prompt.setProperty("role", "field")
        self.prompt.setTabChangesFocus(True)
        self.prompt.setMinimumHeight(170)
        self.prompt.setPlaceholderText(tr("What the model should be and do. It is sent exactly as it stands here."))
        self.prompt.textChanged.connect(self._prompt_edited)
        self._marks = PlaceMarks(self.prompt.document())
        return self.prompt

    def _places_part(self) -> QWidget:
        self.places = PlacesTable()
        self.places.changed.connect(self._edited)
        return self.places

    def _details(self) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, SPACE.s, 0, 0)
        form.setVerticalSpacing(SPACE.s)
        form.setHorizontalSpacing(SPACE.l)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.rule = self._combo("presetContext")
        self.provider = self._combo("presetProvider")
        self.model = self._line("presetModel")
        self.model.setPlaceholderText(tr("As the chat has it"))
        self.params = self._line("presetParams")
        self.params.setPlaceholderText('{"temperature": 0.3}')
        self.params.textChanged.connect(self._check_params)
        self._params_note = label("", "error", "small")
        self.greeting = self._line("presetGreeting")
        self.greeting.setPlaceholderText(tr("Shown in an empty chat; never sent"))
        self.tags = self._line("presetTags")
        self.tags.setPlaceholderText(tr("With commas between them"))
        for title, control in (
            (tr("Sent along"), self.rule),
            (tr("Provider"), self.provider),
            (tr("Model"), self.model),
            (tr("Options (JSON)"), self.params),
        ):
            form.addRow(field_label(title, control), control)
        form.addRow("", self._params_note)
        form.addRow(field_label(tr("Greeting"), self.greeting), self.greeting)
        form.addRow(field_label(tr("Tags"), self.tags), self.tags)
        return form

    def _line(self, name: str, accessible: str = "") -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        if accessible:
            made.setAccessibleName(accessible)
        made.textEdited.connect(self._edited)
        return made

    def _combo(self, name: str) -> QComboBox:
        made = QComboBox()
        made.setObjectName(name)
        made.activated.connect(self._edited)
        return made

    # -- filling ------------------------------------------------------------------------------------------------

    def _dress_icons(self) -> None:
        before, text = self._filling, self.icon.currentText()
        self._filling = True
        self.icon.clear()
        for name in picture.OFFERED:
            self.icon.addItem(picture.icon_of(name, "text", 16), "", name)
        self._set_icon(text)
        self._filling = before

    def _set_icon(self, icon: str) -> None:
        at = self.icon.findData(icon or picture.USUAL)
        self.icon.setCurrentIndex(at)
        if at < 0:
            self.icon.setEditText(icon)

    def _icon(self) -> str:
        return self.icon.currentText().strip() or str(self.icon.currentData() or "")

    def _fill_providers(self, providers: list[ProviderConfig], current: str) -> None:
        self.provider.clear()
        self.provider.addItem(tr("As the chat has it"), "")
        for config in providers:
            self.provider.addItem(config.name, config.id)
        self.provider.setCurrentIndex(max(0, self.provider.findData(current)))

    def _set_writable(self, writable: bool) -> None:
        for line in (self.name, self.model, self.params, self.greeting, self.tags):
            line.setReadOnly(not writable)
        self.prompt.setReadOnly(not writable)
        for combo in (self.icon, self.rule, self.provider):
            combo.setEnabled(writable)

    # -- editing ------------------------------------------------------------------------------------------------

    def _prompt_edited(self) -> None:
        if not self._filling:
            self.places.follow(replace(self._preset, system_prompt=self.prompt.toPlainText()))
        self._edited()

    def _check_params(self) -> None:
        wrong = not self.params_are_readable
        self._params_note.setText(tr("This is not a JSON object such as {example}.", example='{"temperature": 0.3}'))
        self._params_note.setVisible(wrong)
        restyle(self._params_note)

    def _edited(self) -> None:
        if not self._filling:
            self.changed.emit()


class PlaceMarks(QSyntaxHighlighter):
    """Colours the places in a prompt."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._place = QRegularExpression(r"\{\{\s*[^\W\d]\w*\s*\}\}")
        self._place.setPatternOptions(QRegularExpression.PatternOption.UseUnicodePropertiesOption)
        theme().changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        look = QTextCharFormat()
        look.setForeground(theme().color("accent"))
        found = self._place.globalMatch(text)
        while found.hasNext():
            place = found.next()
            self.setFormat(place.capturedStart(), place.capturedLength(), look)


def read_params(text: str) -> Mapping[str, Json] | None:
    """The options as they were typed, or None where they are no JSON object."""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
