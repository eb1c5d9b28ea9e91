"""Asks for what stands in the places of a preset, each by a control of its kind, with what was said last time."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from desktopchat.domain.preset import FieldKind, Preset, Variable
from desktopchat.i18n import current_language, tr
from desktopchat.translation.languages import LANGUAGES
from desktopchat.ui.dialogs.base import Dialog, field_label
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label

Control = QComboBox | QLineEdit


class PlacesForm(QWidget):
    """One control for each place. It knows no preset, only places and values."""

    def __init__(self, variables: tuple[Variable, ...], values: Mapping[str, str]) -> None:
        super().__init__()
        self.controls: dict[str, Control] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(SPACE.m)
        form.setHorizontalSpacing(SPACE.l)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for variable in variables:
            control = _control(variable, values.get(variable.name, variable.default))
            control.setObjectName(f"place_{variable.name}")
            self.controls[variable.name] = control
            form.addRow(field_label(variable.title, control), control)

    def values(self) -> dict[str, str]:
        """What is in the controls, by the places' names."""
        return {
            name: (control.currentText() if isinstance(control, QComboBox) else control.text()).strip()
            for name, control in self.controls.items()
        }


class PlacesDialog(Dialog):
    """Opens before a preset is used that has places to fill; accepted with Enter."""

    def __init__(self, preset: Preset, values: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(preset.name, parent, width=460)
        self.setObjectName("placesDialog")
        self.column.addWidget(label(preset.name, font_role="title"))
        self.column.addWidget(label(tr("The preset needs to know:"), "muted"))
        self.form = PlacesForm(preset.asked(), values)
        self.column.addWidget(self.form)
        self.column.addSpacing(SPACE.s)
        use = button(tr("Use the preset"), "primary")
        use.setObjectName("usePreset")
        use.setDefault(True)
        use.clicked.connect(self.accept)
        cancel = button(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.add_buttons(cancel, use)
        self.focus_first(next(iter(self.form.controls.values())))
        self.values: dict[str, str] | None = None
        """What was said, once the dialog was accepted."""

    def accept(self) -> None:
        self.values = self.form.values()
        super().accept()


def _control(variable: Variable, value: str) -> Control:
    match variable.kind:
        case FieldKind.CHOICE:
            return _choices(variable.choices, value, free=not variable.choices)
        case FieldKind.LANGUAGE:
            names = dict.fromkeys(name for name in (variable.default, *language_names()) if name)
            return _choices(tuple(names), value, free=True)
        case FieldKind.NUMBER:
            number = QLineEdit(value)
            number.setValidator(QDoubleValidator(number))
            number.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
            return number
        case FieldKind.TEXT:
            return QLineEdit(value)


def language_names() -> list[str]:
    """In the language of the window, as a name goes into a prompt just as it is chosen; any other may be typed."""
    in_chinese = current_language().startswith("zh")
    return [language.chinese if in_chinese else language.english for language in LANGUAGES]


def _choices(choices: tuple[str, ...], value: str, *, free: bool) -> QComboBox:
    """A list; a value that is not in it any more stands at its end."""
    combo = QComboBox()
    combo.setEditable(free)
    combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    combo.addItems(list(choices))
    if value and value not in choices:
        combo.addItem(value)
    combo.setCurrentText(value or (choices[0] if choices else ""))
    if free:
        combo.completer().setFilterMode(Qt.MatchFlag.MatchContains)
    return combo
