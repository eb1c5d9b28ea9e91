"""The dialog for providers, on the real services."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from tests.support.windows import Opened, opened

from desktopchat.domain.provider import KeyPlace, ProviderConfig
from desktopchat.domain.secret import Secret
from desktopchat.ui.dialogs.provider_form import ProviderForm
from desktopchat.ui.dialogs.providers import ProvidersDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

CANARY = "canary-Vb7nQ2"


def choose(combo: QComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def dialog_of(found: Opened, *, new: bool = False) -> ProvidersDialog:
    dialog = ProvidersDialog(found.parts, None, new=new)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def words(widget: QWidget) -> str:
    """Everything that the widget shows in text."""
    texts = [child.text() for child in widget.findChildren(QWidget) if hasattr(child, "text")]
    return "\n".join(str(text) for text in texts)


def test_a_vendor_fills_name_address_and_model(qtbot: QtBot) -> None:
    form = ProviderForm()
    qtbot.addWidget(form)
    form.show_config(ProviderConfig("", "openai"), is_new=True)
    choose(form.kind, "dashscope")
    config = form.config()
    assert config.kind == "dashscope"
    assert config.base_url.endswith("/compatible-mode/v1")
    assert (config.name, config.model) == ("DashScope", "qwen-plus")


def test_a_server_on_this_computer_is_offered_without_a_key(qtbot: QtBot) -> None:
    form = ProviderForm()
    qtbot.addWidget(form)
    form.show_config(ProviderConfig("", "openai"), is_new=True)
    form.vendor.setCurrentIndex(form.vendor.findText("Ollama · On this computer"))
    form.vendor.activated.emit(form.vendor.currentIndex())
    assert form.chosen_place() is KeyPlace.NONE
    assert form.config().base_url == "http://127.0.0.1:11434/v1"


def test_the_key_field_hides_what_is_typed_and_a_pasted_bearer_goes(qtbot: QtBot) -> None:
    form = ProviderForm()
    qtbot.addWidget(form)
    form.show_config(ProviderConfig("", "openai"), is_new=True)
    form.key.setText(f" Bearer {CANARY} ")
    assert form.key.echoMode() is QLineEdit.EchoMode.Password
    assert form.secret() == Secret(CANARY)


def test_a_provider_is_added_and_its_key_is_never_shown_again(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            dialog = dialog_of(found, new=True)
            await until(lambda: not dialog.form.place.model().item(0).isEnabled())  # no keyring in a test
            choose(dialog.form.place, KeyPlace.SESSION)
            dialog.form.name.setText("Mine")
            dialog.form.key.setText(CANARY)
            dialog.save.click()
            await until(lambda: dialog.list.count() == 1 and dialog.verdict.text() == "Saved.")
            stored = (await found.core.providers.all())[0]
            assert (stored.name, stored.key_place) == ("Mine", KeyPlace.SESSION)
            assert await found.core.providers.has_key(stored)
            assert CANARY not in words(dialog)
            assert dialog.form.key.placeholderText() == "Stored; type to replace it"
            dialog.close()

    run(scenario())


def test_a_change_of_the_address_keeps_the_key(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            config = ProviderConfig("Mine", "openai", "http://127.0.0.1:9/v1")
            await found.core.providers.add(config, Secret(CANARY), KeyPlace.SESSION)
            dialog = dialog_of(found)
            await until(lambda: dialog.form.name.text() == "Mine")
            dialog.form.base_url.setText("http://127.0.0.1:10/v1")
            dialog.save.click()
            await until(lambda: dialog.verdict.text() == "Saved.")
            stored = (await found.core.providers.all())[0]
            assert (stored.base_url, stored.key_place) == ("http://127.0.0.1:10/v1", KeyPlace.SESSION)
            assert await found.core.providers.has_key(stored)
            dialog.close()

    run(scenario())


def test_a_key_may_come_from_a_variable(run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            dialog = dialog_of(found, new=True)
            await until(lambda: not dialog.form.place.model().item(0).isEnabled())
            choose(dialog.form.place, KeyPlace.ENVIRONMENT)
            dialog.form.key_env.setText("MY_KEY")
            dialog.save.click()
            await until(lambda: dialog.verdict.text() == "Saved.")
            stored = (await found.core.providers.all())[0]
            assert (stored.key_env, stored.key_place) == ("MY_KEY", KeyPlace.ENVIRONMENT)
            dialog.close()

    run(scenario())


def test_a_server_that_is_not_there_is_diagnosed_in_words(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            await found.core.providers.add(ProviderConfig("Nobody", "openai", "http://127.0.0.1:9/v1", "m"))
            dialog = dialog_of(found)
            await until(lambda: dialog.form.name.text() == "Nobody")
            dialog.test.click()
            assert dialog.test.text() == "Stop the test"
            await until(lambda: dialog.test.text() == "Test the connection")
            assert "refused the connection" in dialog.verdict.text()
            dialog.close()

    run(scenario())


def test_the_demo_s_server_passes_the_test_and_offers_its_models(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            url = await found.core.demo.url()
            await found.core.providers.add(ProviderConfig("Demo server", "openai", url, "demo"))
            dialog = dialog_of(found)
            await until(lambda: dialog.form.name.text() == "Demo server")
            dialog.test.click()
            await until(lambda: "It works" in dialog.verdict.text())
            assert dialog.form.model.findText("demo-slow") >= 0
            assert dialog.form.model.currentText() == "demo"
            dialog.close()

    run(scenario())


def test_a_name_in_use_is_refused_and_the_form_stays(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            await found.core.providers.add(ProviderConfig("Mine", "openai", "http://127.0.0.1:9/v1"))
            dialog = dialog_of(found, new=True)
            await until(lambda: dialog.list.count() == 1)
            dialog.form.name.setText("mine")
            dialog.form.key.setText(CANARY)
            choose(dialog.form.place, KeyPlace.SESSION)
            dialog.save.click()
            await until(lambda: dialog.verdict.property("role") == "error")
            assert dialog.form.name.text() == "mine"
            assert len(await found.core.providers.all()) == 1
            dialog.close()

    run(scenario())


def test_removing_asks_first(run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            await found.core.providers.add(ProviderConfig("Mine", "openai", "http://127.0.0.1:9/v1"))
            dialog = dialog_of(found)
            await until(lambda: dialog.form.name.text() == "Mine")
            for answer, left in (("Cancel", 1), ("Remove", 0)):
                dialog.remove.click()
                await until(lambda: QApplication.activeModalWidget() not in (None, dialog))
                box = QApplication.activeModalWidget()
                assert box is not None
                next(b for b in box.findChildren(QPushButton) if b.text() == answer).click()
                await until(lambda: QApplication.activeModalWidget() is dialog)
                await until(lambda left=left: dialog.list.count() == left)
            assert await found.core.providers.all() == []
            dialog.close()

    run(scenario())


def test_the_dialog_names_every_field(run: Callable[..., Any], tmp_path: Path) -> None:
    async def scenario() -> None:
        async with opened(tmp_path) as found:
            dialog = dialog_of(found, new=True)
            fields = [*dialog.findChildren(QComboBox), dialog.form.name, dialog.form.base_url, dialog.form.key]
            assert all(field.accessibleName() for field in fields)
            dialog.close()

    run(scenario())
