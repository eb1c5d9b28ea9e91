"""The settings dialog: one row per setting of the table, and a change takes effect at once."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot
from tests.support.widgets import child

from desktopchat.settings import schema
from desktopchat.settings.paths import DataDir
from desktopchat.settings.store import Settings
from desktopchat.ui.dialogs.settings import SettingsDialog


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def dialog(qtbot: QtBot, settings: Settings, tmp_path: Path) -> SettingsDialog:
    made = SettingsDialog(settings, DataDir(tmp_path))
    qtbot.addWidget(made)
    return made


def test_every_setting_that_is_to_be_shown_has_a_field_with_a_name(dialog: SettingsDialog) -> None:
    for setting in schema.all_settings():
        field = dialog.findChild(QWidget, f"setting_{setting.name}")
        assert (field is not None) == setting.shown
        assert field is None or field.accessibleName()


def test_a_choice_takes_effect_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    field = child(dialog, QComboBox, "setting_theme")
    field.activated.emit(field.findData("dark"))
    assert settings.get(schema.THEME) == "dark"


def test_the_word_for_zero_stands_below_the_smallest_number(dialog: SettingsDialog, settings: Settings) -> None:
    field = child(dialog, QSpinBox, "setting_font_size")
    assert field.text() == "As the system"
    field.setValue(12)
    assert settings.get(schema.FONT_SIZE) == 12
    field.setValue(field.minimum())
    assert settings.get(schema.FONT_SIZE) == 0


def test_nonsense_is_said_and_not_kept(dialog: SettingsDialog, settings: Settings) -> None:
    field = child(dialog, QComboBox, "setting_proxy")
    field.setEditText("ftp:nonsense")
    child(field, QLineEdit).editingFinished.emit()
    assert settings.get(schema.PROXY) == "system"
    assert any("ftp:nonsense" in label.text() for label in dialog.findChildren(QLabel) if not label.isHidden())
    field.setEditText("http://127.0.0.1:8080")
    child(field, QLineEdit).editingFinished.emit()
    assert settings.get(schema.PROXY) == "http://127.0.0.1:8080"


def test_the_data_folder_is_shown(dialog: SettingsDialog, tmp_path: Path) -> None:
    assert str(tmp_path) in [label.text() for label in dialog.findChildren(QLabel)]
