"""The places of a preset that is being written: found in its prompt, each with its kind, its label and its default."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from desktopchat.domain.preset import FieldKind, Preset, Variable, plain_variable
from desktopchat.i18n import tr
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label


class PlacesTable(QWidget):
    """A row for each place. What was said of a place is kept while its name is gone from the prompt for a moment."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Variable] = {}
        self._names: tuple[str, ...] = ()
        self._rows: dict[str, _Row] = {}
        self._writable = True
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE.s)
        self._grid.setVerticalSpacing(SPACE.s)

    def show_preset(self, preset: Preset, *, writable: bool) -> None:
        self._known = {variable.name: variable for variable in preset.variables}
        self._writable = writable
        self._rows = {}  # those of the preset that was shown before say nothing of this one
        self._names = tuple(variable.name for variable in preset.asked())
        self._rebuild()

    def follow(self, preset: Preset) -> None:
        """The prompt has changed: shows the places that it has now."""
        names = tuple(variable.name for variable in preset.asked())
        if names != self._names:
            self._remember()
            self._names = names
            self._rebuild()

    def variables(self) -> tuple[Variable, ...]:
        """What is known of the places that are in the prompt, where it is more than their names."""
        self._remember()
        found = (self._known.get(name, plain_variable(name)) for name in self._names)
        return tuple(variable for variable in found if variable != plain_variable(variable.name))

    def _remember(self) -> None:
        self._known.update({name: row.variable() for name, row in self._rows.items()})

    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self._rows = {}
        if not self._names:
            nothing = tr("Write {{name}} into the prompt to be asked for something each time the preset is used.")
            self._grid.addWidget(label(nothing, "muted", "small"), 0, 0)
            return
        titles = (tr("Place"), tr("Kind"), tr("Asked as"), tr("Usually"), tr("Choices, with commas"))
        for column, title in enumerate(titles):
            self._grid.addWidget(label(title, "muted", "small", wrap=False), 0, column)
        for at, name in enumerate(self._names, 1):
            row = self._rows[name] = _Row(self._known.get(name) or plain_variable(name), writable=self._writable)
            for column, widget in enumerate(row.widgets):
                self._grid.addWidget(widget, at, column)
            row.connect(self.changed)


class _Row:
    """The controls of one place."""

    def __init__(self, variable: Variable, *, writable: bool) -> None:
        self._name = variable.name
        self._kind = QComboBox()
        for kind, words in _kinds().items():
            self._kind.addItem(words, kind.value)
        self._kind.setCurrentIndex(self._kind.findData(variable.kind.value))
        self._label = QLineEdit(variable.label)
        self._default = QLineEdit(variable.default)
        self._choices = QLineEdit(", ".join(variable.choices))
        fields = (self._kind, self._label, self._default, self._choices)
        titles = (tr("Kind"), tr("Asked as"), tr("Usually"), tr("Choices, with commas"))
        for control, title in zip(fields, titles, strict=True):
            control.setAccessibleName(f"{variable.name}: {title}")
            control.setEnabled(writable and (control is not self._choices or variable.kind is FieldKind.CHOICE))
        for line in (self._label, self._default, self._choices):
            line.setCursorPosition(0)
        self.widgets = (label(variable.name, font_role="code", wrap=False), *fields)

    def connect(self, changed: Signal) -> None:
        self._kind.currentIndexChanged.connect(self._kind_changed)
        self._kind.currentIndexChanged.connect(changed)
        for field in (self._label, self._default, self._choices):
            field.textEdited.connect(changed)

    def variable(self) -> Variable:
        kind = FieldKind(self._kind.currentData())
        choices = [choice.strip() for choice in self._choices.text().replace("，", ",").split(",")]
        return Variable(
            self._name,
            kind,
            self._label.text().strip(),
            self._default.text().strip(),
            tuple(choice for choice in choices if choice) if kind is FieldKind.CHOICE else (),
        )

    def _kind_changed(self) -> None:
        self._choices.setEnabled(self._kind.currentData() == FieldKind.CHOICE.value)


def _kinds() -> dict[FieldKind, str]:
    return {
        FieldKind.TEXT: tr("Text"),
        FieldKind.CHOICE: tr("Choice"),
        FieldKind.NUMBER: tr("Number"),
        FieldKind.LANGUAGE: tr("Language"),
    }
