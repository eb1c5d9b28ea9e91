"""Fields for what can be set for an answer: a row for each thing that the provider knows, and JSON for all else."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktopchat.domain.values import Json
from desktopchat.i18n import render, tr
from desktopchat.providers.parameters import Form, Parameter, others_in, values_in, with_values
from desktopchat.ui.json_view import JsonView
from desktopchat.ui.parameter_words import json_text, list_in, object_in, text_of_list
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import label, padded

FIELD_WIDTH = 190
TEXTS_HEIGHT = 52
JSON_HEIGHT = 84


class ParameterFields(QWidget):
    """Shows params and gives them back as they are after editing."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Parameter, ...] = ()
        self._fields: dict[str, QWidget] = {}
        self._given: dict[str, tuple[Json, Json]] = {}
        """What was to be shown, by name, and how its field shows it: unless that changes, it stays as it was."""
        self._others: dict[str, Json] = {}
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self._grid.setHorizontalSpacing(SPACE.m)
        self._grid.setVerticalSpacing(SPACE.s)
        self._grid.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE.s, 0)
        column.setSpacing(SPACE.s)
        column.addLayout(self._grid)
        column.addWidget(label(tr("Further parameters, as JSON"), wrap=False))
        column.addWidget(self._extra_field())
        self.problem = label("", "error", "small")
        self.problem.setObjectName("extraParametersProblem")
        self.problem.hide()
        column.addWidget(self.problem)

    def show_params(self, params: Mapping[str, Json], rows: Sequence[Parameter]) -> None:
        """Shows what is set; `rows` is what can be set here."""
        blocked = self.blockSignals(True)  # what is half filled is nobody's change
        if tuple(rows) != self._rows:
            self._build(tuple(rows))
        values = values_in(params, rows)
        for row in rows:
            field, value = self._fields[row.name], values.get(row.name)
            _put(field, row, value)
            self._given[row.name] = (value, _value(field, row))
        self._others = others_in(params, rows)
        self.extra.setPlainText(json_text(self._others))
        self.blockSignals(blocked)
        self.changed.emit()

    def params(self) -> dict[str, Json]:
        """What is set now. JSON that is none counts as what it was before."""
        found = {row.name: self._current(row) for row in self._rows}
        values = {name: value for name, value in found.items() if value is not None}
        return with_values(self._others, values, self._rows)

    @property
    def is_sound(self) -> bool:
        """Whether everything that is written can be used."""
        return self.problem.isHidden()

    def reset(self) -> None:
        """Everything as the provider has it."""
        self.show_params({}, self._rows)

    def _current(self, row: Parameter) -> Json:
        given, shown = self._given[row.name]
        now = _value(self._fields[row.name], row)
        return given if now == shown else now

    def _extra_field(self) -> JsonView:
        self.extra = JsonView()
        self.extra.setObjectName("extraParameters")
        self.extra.setAccessibleName(tr("Further parameters, as JSON"))
        self.extra.setPlaceholderText('{"logit_bias": {"50256": -100}}')
        self.extra.setFixedHeight(JSON_HEIGHT)
        self.extra.textChanged.connect(self._read_extra)
        return self.extra

    def _read_extra(self) -> None:
        try:
            self._others = object_in(self.extra.toPlainText())
            words = ""
        except ValueError as error:
            words = str(error)
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.extra.setAccessibleDescription(words)
        self.changed.emit()

    def _build(self, rows: tuple[Parameter, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = rows
        self._fields = {row.name: self._add_row(at, row) for at, row in enumerate(rows)}

    def _add_row(self, at: int, row: Parameter) -> QWidget:
        title, explained = render(row.title), render(row.help)
        field = self._field(row)
        field.setObjectName(row.name)
        field.setAccessibleName(title)
        field.setAccessibleDescription(explained)
        field.setToolTip(explained)
        field.setFixedWidth(FIELD_WIDTH)
        name = _name(title, explained, field)
        self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop if row.form is Form.TEXTS else Qt.AlignmentFlag(0))
        self._grid.addWidget(field, at, 1)
        return field

    def _field(self, row: Parameter) -> QWidget:
        match row.form:
            case Form.CHOICE:
                choice = _choice(row)
                choice.currentIndexChanged.connect(self.changed)
                return choice
            case Form.TEXTS:
                texts = _texts()
                texts.textChanged.connect(self.changed)
                return texts
            case Form.WHOLE:
                whole = _whole(row)
                whole.valueChanged.connect(self.changed)
                return whole
            case Form.NUMBER:
                number = _number(row)
                number.valueChanged.connect(self.changed)
                return number


def _name(title: str, explained: str, field: QWidget) -> QLabel:
    made = label(title, wrap=False)
    made.setToolTip(explained)
    made.setBuddy(field)
    return made


def _dressed(field: QAbstractSpinBox) -> None:
    padded(field)
    field.setSpecialValueText(tr("As the provider says"))
    field.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToNearestValue)


def _number(row: Parameter) -> QDoubleSpinBox:
    """One step below the smallest value stands for none."""
    field = QDoubleSpinBox()
    field.setDecimals(2)
    field.setRange(row.low - row.step, row.high)
    field.setSingleStep(row.step)
    _dressed(field)
    return field


def _whole(row: Parameter) -> QSpinBox:
    field = QSpinBox()
    field.setRange(int(row.low) - 1, int(row.high))
    field.setSingleStep(int(row.step))
    _dressed(field)
    return field


def _choice(row: Parameter) -> QComboBox:
    field = QComboBox()
    field.addItem(tr("As the provider says"))
    for each in row.choices:
        field.addItem(render(each.title))
    return field


def _texts() -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setProperty("role", "field")
    field.setTabChangesFocus(True)
    field.setFixedHeight(TEXTS_HEIGHT)
    return field


def _put(field: QWidget, row: Parameter, value: Json) -> None:
    """Shows a value that fits, or None."""
    if isinstance(field, QComboBox):
        at = next((at for at, each in enumerate(row.choices, start=1) if _same(each.value, value)), 0)
        field.setCurrentIndex(at)
    elif isinstance(field, QPlainTextEdit):
        field.setPlainText("" if value is None else text_of_list(value))
    elif isinstance(field, QSpinBox):
        field.setValue(value if isinstance(value, int) else field.minimum())
    elif isinstance(field, QDoubleSpinBox):
        field.setValue(float(value) if isinstance(value, int | float) else field.minimum())


def _value(field: QWidget, row: Parameter) -> Json:
    """What is set, or None."""
    if isinstance(field, QComboBox):
        at = field.currentIndex()
        return row.choices[at - 1].value if at > 0 else None
    if isinstance(field, QPlainTextEdit):
        return list_in(field.toPlainText()) or None
    if isinstance(field, QSpinBox):
        return field.value() if field.value() > field.minimum() else None
    if isinstance(field, QDoubleSpinBox):
        value = round(field.value(), 2)
        return value if value >= round(row.low, 2) else None
    return None


def _same(first: Json, second: Json) -> bool:
    """Equal, but for True and 1."""
    return first == second and isinstance(first, bool) is isinstance(second, bool)
