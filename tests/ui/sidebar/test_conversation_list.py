"""The rows of the conversation list, and what its view asks for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from tests.support.widgets import child

from desktopchat.domain.conversation import ConversationSummary
from desktopchat.ui.sidebar.groups import period
from desktopchat.ui.sidebar.listview import ConversationList
from desktopchat.ui.sidebar.model import ConversationModel, Roles

NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOON.date()


def summary(name: str, days: float = 0) -> ConversationSummary:
    moment = (NOON - timedelta(days=days)).astimezone(UTC)
    return ConversationSummary(name, name, moment, moment, 2)


def rows(model: ConversationModel) -> list[str]:
    return [model.data(model.index(row)) for row in range(model.rowCount())]


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "Today"), (1, "Yesterday"), (2, "Previous 7 days"), (7, "Previous 7 days"), (8, "Previous 30 days")],
)
def test_recent_conversations_stand_under_words(days: int, expected: str) -> None:
    assert period(NOON - timedelta(days=days), TODAY).heading == expected


def test_older_ones_stand_under_their_month() -> None:
    today = date(2026, 11, 21)
    assert period(datetime(2026, 9, 3, 12, tzinfo=UTC), today).heading == "September"
    assert period(datetime(2025, 12, 24, 12, tzinfo=UTC), today).heading == "December 2025"


def test_a_period_begins_at_midnight_and_holds_nothing_older() -> None:
    found = period(NOON - timedelta(days=3), TODAY)
    assert found.start == (NOON - timedelta(days=7)).replace(hour=0)
    assert period(found.start, TODAY) == found
    assert period(found.start - timedelta(seconds=1), TODAY) != found


def test_a_clock_that_ran_ahead_is_today() -> None:
    assert period(NOON + timedelta(days=3), TODAY).heading == "Today"


def test_rows_stand_under_headings(qapp: QApplication) -> None:
    model = ConversationModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_all([summary("a"), summary("b"), summary("c", 1)])
    assert rows(model) == ["Today", "a", "b", "Yesterday", "c"]
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    assert model.data(model.index(1), Roles.ID) == "a"
    assert (model.row_of("c"), model.row_of("x")) == (4, None)


def test_a_filter_keeps_titles_with_all_its_words(qapp: QApplication) -> None:
    model = ConversationModel()
    model.show_all([summary("Bread and butter"), summary("Butter"), summary("术语表", 3)])
    model.set_filter("BUTTER bread")
    assert rows(model) == ["Bread and butter"]
    model.set_filter("术")
    assert rows(model) == ["术语表"]
    model.set_filter("")
    assert len(rows(model)) == 5


def test_newest_ones_replace_what_was_known_of_their_time(qapp: QApplication) -> None:
    model = ConversationModel()
    model.show_all([summary("gone", 0.01), summary("kept", 2), summary("old", 40)])
    model.merge_newest([summary("new"), summary("kept", 1)], complete=False)
    assert [row for row in rows(model) if model.row_of(row) is not None] == ["new", "kept", "old"]


def test_a_complete_list_replaces_everything(qapp: QApplication) -> None:
    model = ConversationModel()
    model.show_all([summary("a"), summary("b")])
    model.merge_newest([], complete=True)
    assert rows(model) == []


def test_neighbours_go_round(qapp: QApplication) -> None:
    model = ConversationModel()
    model.show_all([summary("a"), summary("b"), summary("c", 1)])
    assert [model.neighbour(x, 1) for x in "abc"] == ["b", "c", "a"]
    assert (model.neighbour("a", -1), model.neighbour("unknown", 1)) == ("c", "a")


def test_a_running_answer_is_marked_and_said(qapp: QApplication) -> None:
    model, changed = ConversationModel(), []
    model.show_all([summary("a"), summary("b")])
    model.dataChanged.connect(lambda first, *_: changed.append(first.row()))
    model.set_streaming(frozenset({"b"}))
    assert changed == [2]
    assert model.data(model.index(2), Roles.STREAMING)
    assert model.data(model.index(2), Qt.ItemDataRole.AccessibleTextRole) == "b, an answer is coming"


def test_only_what_is_seen_of_ten_thousand_conversations_is_asked_for(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    data = ConversationModel.data

    def counted(model: ConversationModel, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        asked.add(index.row())
        return data(model, index, role)

    monkeypatch.setattr(ConversationModel, "data", counted)
    view = ConversationList()
    qtbot.addWidget(view)
    view.resize(260, 600)
    view.show()
    many = [summary(f"conversation {n}", n / 20) for n in range(10_000)]
    view.conversations.show_all(many)
    view.show_current("conversation 9000")
    view.grab()
    assert 0 < len(asked) < 100
    assert view.currentIndex().data() == "conversation 9000"


def test_rows_are_given_to_the_view_as_it_is_scrolled(qtbot: QtBot) -> None:
    view = ConversationList()
    qtbot.addWidget(view)
    view.resize(260, 600)
    view.show()
    model = view.conversations
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_all([summary(f"conversation {n}", n / 20) for n in range(2000)])
    QApplication.processEvents()
    first = model.rowCount()
    view.scrollToBottom()
    QApplication.processEvents()
    assert 0 < first < model.rowCount()
    view.show_current("conversation 1999")
    assert model.rowCount() > 2000  # with the headings
    model.merge_newest([summary("new", -0.1)], complete=False)
    assert view.currentIndex().data() == "conversation 1999"


def test_a_title_is_painted_as_it_is_written(qtbot: QtBot) -> None:
    view = ConversationList()
    qtbot.addWidget(view)
    view.conversations.show_all([summary("<img src='http://x'/> & <b>bold</b>")])
    view.show()
    assert view.grab().width() > 0
    assert view.conversations.index(1).data() == "<img src='http://x'/> & <b>bold</b>"


def test_a_click_chooses_and_a_right_click_does_not(qtbot: QtBot) -> None:
    view = ConversationList()
    chosen: list[str] = []
    qtbot.addWidget(view)
    view.resize(260, 300)
    view.conversations.show_all([summary("a"), summary("b")])
    view.chosen.connect(chosen.append)
    view.show()
    place = view.visualRect(view.conversations.index(2)).center() - QPoint(60, 0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert chosen == []
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == ["b"]


def test_the_keyboard_opens_deletes_and_renames(qtbot: QtBot) -> None:
    view = ConversationList()
    chosen: list[str] = []
    deleted: list[str] = []
    renamed: list[tuple[str, ...]] = []
    qtbot.addWidget(view)
    view.conversations.show_all([summary("a"), summary("b")])
    view.chosen.connect(chosen.append)
    view.deleteRequested.connect(deleted.append)
    view.renameRequested.connect(lambda *what: renamed.append(what))
    view.show()
    view.show_current("b")
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    view.edit_title("b")
    editor = child(view, QLineEdit)
    editor.setText("a new title")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the delegate commits from the event loop
    assert (chosen, deleted, renamed) == (["b"], ["b"], [("b", "a new title")])
