"""The list of models: what it shows for what is typed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from tests.support.widgets import child

from desktopchat.domain.provider import ModelInfo, ProviderConfig
from desktopchat.domain.text import msg
from desktopchat.services.providers import DEMO
from desktopchat.ui.model_picker import ModelPicker, Offer, PickerRow, RowKind, rows

HOME = ProviderConfig("Home", "openai", model="llama", id="home")


def offers() -> list[Offer]:
    return [
        Offer(HOME, [ModelInfo("llama"), ModelInfo("qwen-plus")]),
        Offer(DEMO, [ModelInfo("demo"), ModelInfo("demo-slow")]),
    ]


def texts(found: Sequence[PickerRow]) -> list[str]:
    return [row.text for row in found]


def test_models_stand_under_their_providers_the_configured_one_first() -> None:
    found = rows(offers(), "", ("home", "qwen-plus"))
    assert texts(found) == ["Home", "llama", "qwen-plus", "Demo", "demo", "demo-slow"]
    assert [row.text for row in found if row.current] == ["qwen-plus"]


def test_a_query_keeps_what_matches_and_offers_itself_as_a_name() -> None:
    found = rows(offers(), "slow", ("home", "llama"))
    assert texts(found) == ["Demo", "demo-slow", "Use the name as typed", "slow with Home"]
    assert (found[-1].kind, found[-1].provider_id, found[-1].model) == (RowKind.OWN, "home", "slow")


def test_an_exact_name_is_not_offered_twice() -> None:
    assert texts(rows(offers(), "qwen-plus", ("home", ""))) == ["Home", "qwen-plus"]


def test_a_providers_name_finds_its_models() -> None:
    assert "qwen-plus" in texts(rows(offers(), "home", ("home", "")))


def test_fetching_and_failing_are_said() -> None:
    waiting = rows([Offer(HOME)], "", ("", ""))
    failed = rows([Offer(HOME, (), msg("Nobody answers."))], "", ("", ""))
    assert waiting[-1].kind is failed[-1].kind is RowKind.NOTE
    assert failed[-1].text == "Nobody answers."


def test_arrows_and_enter_choose_while_the_field_keeps_the_focus(qtbot: QtBot) -> None:
    owner, chosen = QWidget(), []
    qtbot.addWidget(owner)
    picker = ModelPicker(owner)
    picker.chosen.connect(lambda *what: chosen.append(what))
    picker.show_offers(offers(), ("home", "llama"))
    search = child(picker, QLineEdit, "modelSearch")
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen == [("demo", "demo")]


def test_a_list_that_arrives_later_keeps_the_place(qtbot: QtBot) -> None:
    owner, chosen = QWidget(), []
    qtbot.addWidget(owner)
    picker = ModelPicker(owner)
    picker.chosen.connect(lambda *what: chosen.append(what))
    late = Offer(HOME)
    picker.show_offers([late, Offer(DEMO, [ModelInfo("demo")])], ("home", "llama"))
    late.models = [ModelInfo("qwen-plus")]
    picker.refresh()
    QTest.keyClick(child(picker, QLineEdit, "modelSearch"), Qt.Key.Key_Return)
    assert chosen == [("home", "llama")]
