"""The settings dialog, made from the settings' table. A change takes effect at once."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktopchat.i18n import render, tr
from desktopchat.settings.paths import DataDir
from desktopchat.settings.schema import GROUP_TITLES, Editor, Group, Setting, all_settings
from desktopchat.settings.store import Settings
from desktopchat.ui.dialogs.base import Dialog, field_label
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label, line, padded

FIELD_WIDTH = 230


class SettingsDialog(Dialog):
    """A row per setting: its title, what it means, and something to change it with."""

    def __init__(self, settings: Settings, data_dir: DataDir, parent: QWidget | None = None) -> None:
        super().__init__(tr("Settings"), parent, width=680, height=680)
        self.setObjectName("settingsDialog")
        self._settings = settings
        page = QWidget()
        self._rows = QVBoxLayout(page)
        self._rows.setContentsMargins(0, 0, SPACE.m, 0)
        self._rows.setSpacing(SPACE.m)
        for group in Group:
            self._add_group(group, [s for s in all_settings() if s.shown and s.group is group])
        self._add_data(data_dir)
        self._rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        self.column.addWidget(scroll, 1)
        self.add_buttons(self.close_button(tr("Close")))

    def _add_group(self, group: Group, rows: list[Setting[Any]]) -> None:
        if not rows:
            return
        if self._rows.count():
            self._rows.addWidget(line())
        self._rows.addWidget(label(render(GROUP_TITLES[group]), font_role="title"))
        for setting in rows:
            self._add_row(setting)

    def _add_row(self, setting: Setting[Any]) -> None:
        problem = label("", "error", "small")
        problem.hide()

        def change(value: object) -> None:
            wrong = setting.problem(value)
            problem.setText(render(wrong) if wrong else "")
            problem.setVisible(wrong is not None)
            if wrong is None:
                self._settings.set(setting, value)

        field = make_field(setting, self._settings.get(setting), change, self)
        field.setObjectName(f"setting_{setting.name}")
        field.setFixedWidth(FIELD_WIDTH)
        field.setAccessibleDescription(render(setting.help))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(field_label(render(setting.title), field))
        words.addWidget(label(render(setting.help), "muted", "small"))
        words.addWidget(problem)
        row = QHBoxLayout()
        row.setSpacing(SPACE.xl)
        row.addLayout(words, 1)
        row.addWidget(field, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addLayout(row)

    def _add_data(self, data_dir: DataDir) -> None:
        folder = label(str(data_dir.root), "muted", "small")
        folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        show = button(tr("Open folder"))
        show.setFixedWidth(FIELD_WIDTH)
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(data_dir.root))))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(tr("Data folder"), font_role="strong"))
        words.addWidget(
            label(
                tr("Chats and settings are kept here and nowhere else; keys are in the system keyring."),
                "muted",
                "small",
            )
        )
        words.addWidget(folder)
        row = QHBoxLayout()
        row.setSpacing(SPACE.xl)
        row.addLayout(words, 1)
        row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(line())
        self._rows.addWidget(label(tr("Data"), font_role="title"))
        self._rows.addLayout(row)


Change = Callable[[object], None]


def make_field(setting: Setting[Any], value: Any, change: Change, parent: QWidget) -> QWidget:
    """What `setting` is edited with; calls `change` with every new value."""
    match setting.editor:
        case Editor.SWITCH:
            return _switch(value, change)
        case Editor.NUMBER:
            return _number(setting, value, change)
        case Editor.CHOICE | Editor.CHOICE_OR_TEXT:
            return _choice(setting, value, change)
        case Editor.FILE:
            return _FileField(setting, value, change, parent)
        case Editor.TEXT:
            return _text(value, change)


def _switch(value: bool, change: Change) -> QWidget:
    field = QCheckBox()
    field.setChecked(value)
    field.toggled.connect(change)
    return field


def _number(setting: Setting[Any], value: int, change: Change) -> QWidget:
    """0 has a word of its own where the table says so; it stands just below the smallest number then."""
    field = QSpinBox()
    padded(field)
    low = setting.minimum if setting.minimum is not None else -(2**31)
    high = setting.maximum if setting.maximum is not None else 2**31 - 1
    if setting.zero is None:
        field.setRange(low, high)
        field.setValue(value)
        field.valueChanged.connect(change)
        return field
    field.setRange(low - 1, high)
    field.setSpecialValueText(render(setting.zero))
    field.setValue(low - 1 if value == 0 else value)
    field.setKeyboardTracking(False)
    field.valueChanged.connect(lambda shown: change(0 if shown < low else shown))
    return field


def _choice(setting: Setting[Any], value: Any, change: Change) -> QWidget:
    field = QComboBox()
    for choice in setting.choices:
        field.addItem(render(choice.title), choice.value)
    at = field.findData(value)
    if setting.free:
        field.setEditable(True)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        editor = QLineEdit()
        editor.editingFinished.connect(lambda: change(_typed(field)))
        field.setLineEdit(editor)
    field.setCurrentIndex(at)
    if at < 0:
        field.setEditText(str(value))
    field.activated.connect(lambda row: change(field.itemData(row)))
    return field


def _typed(field: QComboBox) -> object:
    """The value of the choice whose title stands in the field, else the text itself."""
    text = field.currentText().strip()
    at = field.findText(text)
    return field.itemData(at) if at >= 0 else text


def _text(value: str, change: Change) -> QWidget:
    field = QLineEdit(value)
    field.editingFinished.connect(lambda: change(field.text().strip()))
    return field


class _FileField(QWidget):
    """A file's path, to be typed or chosen."""

    def __init__(self, setting: Setting[Any], value: str, change: Change, parent: QWidget) -> None:
        super().__init__(parent)
        self._change = change
        self._title = render(setting.title)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._path = QLineEdit(value)
        self._path.setAccessibleName(self._title)
        self._path.setPlaceholderText(tr("None"))
        self._path.editingFinished.connect(self._typed)
        choose = button(tr("Choose…"))
        choose.clicked.connect(self._choose)
        row.addWidget(self._path, 1)
        row.addWidget(choose)
        self.setFocusProxy(self._path)

    def _typed(self) -> None:
        self._change(self._path.text().strip())

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self._path.setText(path)
        self._change(path)
