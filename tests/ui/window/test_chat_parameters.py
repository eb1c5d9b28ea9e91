"""In the window: parameters of one chat, where they are kept, and what will be sent because of them."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QPlainTextEdit, QPushButton, QSpinBox
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.conversation import ConversationSettings
from desktopchat.domain.provider import ProviderConfig
from desktopchat.domain.values import Json
from desktopchat.providers.parameters import known
from desktopchat.ui.chat_settings import ChatSettingsPopup
from desktopchat.ui.dialogs.outgoing import OutgoingDialog
from desktopchat.ui.main_window import MainWindow
from desktopchat.ui.parameter_fields import ParameterFields
from desktopchat.ui.parameter_words import list_in, object_in, text_of_list

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Callable[[Scenario], None]:
    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path) as found:
                await scenario(found, await found.show())

        run(played(), timeout=60)

    return player


def settings_popup(window: MainWindow) -> ChatSettingsPopup:
    window.controller.command("chat_settings")
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, ChatSettingsPopup)
    return popup


def params_of(window: MainWindow) -> dict[str, Json]:
    return dict(window.controller.conversation.settings.params)


def test_what_is_set_is_kept_shown_again_marked_and_sent(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        popup = settings_popup(window)
        child(popup, QDoubleSpinBox, "top_p").setValue(0.5)
        child(popup, QSpinBox, "max_tokens").setValue(200)
        child(popup, QSpinBox, "seed").setValue(0)
        effort = child(popup, QComboBox, "effort")
        effort.setCurrentIndex(effort.findText("High"))
        child(popup, QPlainTextEdit, "stop").setPlainText("END\n\\n\\n")
        child(popup, QPlainTextEdit, "extraParameters").setPlainText('{"logit_bias": {"50256": -100}}')
        popup.close()
        expected = {
            "top_p": 0.5,
            "max_tokens": 200,
            "seed": 0,
            "reasoning_effort": "high",
            "stop": ["END", "\n\n"],
            "logit_bias": {"50256": -100},
        }
        await until(lambda: params_of(window) == expected)
        await until(lambda: "Top P: 0.5" in window.header.settings.toolTip())
        assert "logit_bias" in window.header.settings.accessibleDescription()
        popup = settings_popup(window)
        assert popup.fields.params() == expected
        popup.close()
        window.controller.send("hello")
        await until(lambda: found.core.chat.session(window.controller.conversation.id) is not None)
        window.controller.stop()
        stored = await found.core.conversations.load(window.controller.conversation.id)
        assert stored.settings.params == expected

    play(scenario)


def test_reset_takes_everything_out_and_the_mark_away(play: Any) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        popup = settings_popup(window)
        reset = child(popup, QPushButton, "resetParameters")
        assert reset.isHidden()
        child(popup, QDoubleSpinBox, "temperature").setValue(0.3)
        assert not reset.isHidden()
        reset.click()
        assert child(popup, QDoubleSpinBox, "temperature").text() == "As the provider says"
        assert reset.isHidden()
        popup.close()
        assert params_of(window) == {}
        assert window.header.settings.accessibleDescription() == ""

    play(scenario)


def test_json_that_is_none_is_said_at_once_changes_nothing_and_is_not_lost(play: Any) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        popup = settings_popup(window)
        extra = child(popup, QPlainTextEdit, "extraParameters")
        extra.setPlainText('{"a": 1}')
        extra.setPlainText('{"a": 1,\n  "b": }')
        assert "Line 2" in popup.fields.problem.text()
        assert extra.accessibleDescription() == popup.fields.problem.text()
        extra.setPlainText("[1]")
        assert "object" in popup.fields.problem.text()
        popup.close()
        await until(lambda: params_of(window) == {"a": 1})
        popup = settings_popup(window)
        assert extra.toPlainText() == "[1]"
        extra.setPlainText("")
        assert popup.fields.is_sound
        popup.close()
        await until(lambda: params_of(window) == {})

    play(scenario)


def test_another_kind_of_model_has_other_fields_and_takes_what_it_knows(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        config = await found.core.providers.add(ProviderConfig("Claude", "anthropic", "", "claude-sonnet-4-5"))
        await window.controller.chooser.refresh_provider()
        popup = settings_popup(window)
        child(popup, QSpinBox, "seed").setValue(7)
        child(popup, QSpinBox, "max_tokens").setValue(99)
        popup.close()
        await until(lambda: params_of(window) == {"seed": 7, "max_tokens": 99})
        window.controller.chooser._choose(config.id, "claude-sonnet-4-5")
        await until(lambda: params_of(window) == {"max_tokens": 99})
        popup = settings_popup(window)
        names = {name for name in ("seed", "budget", "top_k", "effort") if popup.fields.findChild(QSpinBox, name)}
        assert {"budget", "top_k"} <= names

    play(scenario)


def test_what_will_be_sent_is_shown_with_the_words_of_the_composer(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        settings = ConversationSettings("demo", "demo", "Be brief.", {"temperature": 0.2})
        await found.core.chat.configure(window.controller.conversation, settings)
        window.composer.set_text("It's “mine”")
        popup = settings_popup(window)
        QTest.mouseClick(child(popup, QPushButton, "showRequest"), Qt.MouseButton.LeftButton)
        await until(lambda: window.findChild(OutgoingDialog) is not None)
        dialog = child(window, OutgoingDialog)
        body = json.loads(dialog.body.toPlainText())
        assert [m["content"] for m in body["messages"]] == ["Be brief.", "It's “mine”"]
        assert body["temperature"] == 0.2
        assert dialog.head.toPlainText().startswith("POST http://127.0.0.1:")
        dialog.copy_curl.click()
        assert QGuiApplication.clipboard().text().startswith("curl ")
        assert dialog.copy_curl.text() == "Copied"
        dialog.copy_body.click()
        assert json.loads(QGuiApplication.clipboard().text()) == body
        dialog.close()
        await until(lambda: window.findChild(OutgoingDialog) is None)
        assert not window.controller.conversation.path()

    play(scenario)


def test_a_preview_that_cannot_be_made_says_why(play: Any) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        config = await found.core.providers.add(ProviderConfig("it", "openai", "https://x.test/v1", key_env="NOT_SET"))
        await found.core.chat.configure(window.controller.conversation, ConversationSettings(config.id))
        window.controller.command("show_request")
        await until(lambda: "NOT_SET" in window.toast.accessibleName())
        assert window.findChild(OutgoingDialog) is None

    play(scenario)


@pytest.mark.parametrize(
    "params",
    [
        {"temperature": 0.123, "stop": "END"},
        {"temperature": 9, "seed": True, "max_tokens": None},
        {"stop": ["a\\b", "tab\t", "\r\n"], "reasoning_effort": "of tomorrow"},
    ],
)
def test_what_nobody_changes_stays_as_it_was(qapp: QApplication, params: dict[str, Json]) -> None:
    fields = ParameterFields()
    fields.show_params(params, known("openai"))
    assert fields.params() == params


def test_texts_in_lines_keep_what_is_in_them() -> None:
    texts: Json = ["END", "\n\n", "back\\slash", "a\tb", "\\n"]
    assert list_in(text_of_list(texts)) == texts
    assert list_in("\n\nx\n") == ["x"]
    assert list_in("odd \\x and \\") == ["odd \\x and \\"]


@pytest.mark.parametrize("text", ["[]", "1", "{", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_object_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        object_in(text)
