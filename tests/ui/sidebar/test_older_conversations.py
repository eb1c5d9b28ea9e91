"""What is older than the first page of the list is read when somebody wants it, not before."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex

from desktopchat.domain.conversation import ConversationSummary
from desktopchat.ui.sidebar.model import ConversationModel

NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


def summaries(count: int) -> list[ConversationSummary]:
    times = (NEWEST - timedelta(hours=n) for n in range(count))
    return [ConversationSummary(f"c{n}", f"chat {n}", at, at, 2) for n, at in enumerate(times)]


@pytest.fixture
def wanted(qapp: object) -> tuple[ConversationModel, list[bool]]:
    model, calls = ConversationModel(), []
    model.restWanted.connect(lambda: calls.append(True))
    return model, calls


def test_scrolling_past_the_known_rows_asks_for_the_rest(wanted: tuple[ConversationModel, list[bool]]) -> None:
    model, calls = wanted
    model.show_all(summaries(100), complete=False)
    rows = model.rowCount()
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert calls == [True]
    assert model.rowCount() == rows
    model.show_all(summaries(150))
    assert not model.canFetchMore(QModelIndex())


def test_looking_for_a_title_asks_for_the_rest(wanted: tuple[ConversationModel, list[bool]]) -> None:
    model, calls = wanted
    model.show_all(summaries(100), complete=False)
    model.set_filter("chat 120")
    assert calls == [True]
    model.show_all(summaries(150))
    assert model.rowCount() == 1
    model.set_filter("chat 121")
    assert calls == [True]


def test_a_fresh_first_page_does_not_make_the_list_look_complete(wanted: tuple[ConversationModel, list[bool]]) -> None:
    model, _ = wanted
    model.show_all(summaries(100), complete=False)
    model.merge_newest(summaries(50), complete=False)
    assert not model.is_complete
    model.merge_newest([*summaries(1), *summaries(50)[2:]], complete=False)
    assert not model.is_complete
    assert len(model) == 99
