"""Reading in the transcript: selecting, copying, links, menus, keys, errors, folded reasoning."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton
from tests.support.reading import copied, drag, point_of
from tests.support.transcripts import answer, broken, streaming, talk
from tests.support.widgets import child

from desktopchat.domain.message import Message, MessageState, user_message
from desktopchat.ui.chat.cards import Unfinished
from desktopchat.ui.chat.document import Document
from desktopchat.ui.chat.transcript import TranscriptView
from desktopchat.ui.theme import theme


def test_text_is_selected_inside_a_block(transcript: TranscriptView) -> None:
    message = answer("Some **bold** words here.")
    transcript.show_path([message])
    drag(transcript, point_of(transcript, message, 0, 5), point_of(transcript, message, 0, 15))
    assert copied(transcript) == "bold words"


def test_text_is_selected_across_blocks_and_messages(transcript: TranscriptView) -> None:
    first, second = answer("One.\n\n- two\n- three\n\n```\ncode\n```"), user_message("next question")
    transcript.show_path([first, second])
    drag(transcript, point_of(transcript, first, 0, 0), point_of(transcript, second, 0, 4))
    assert copied(transcript) == "One.\n\n• two\n• three\n\ncode\n\nnext"


def test_a_double_click_takes_a_word_and_a_third_the_block(transcript: TranscriptView) -> None:
    message = answer("Some words here.\n\nOther.")
    transcript.show_path([message])
    point = point_of(transcript, message, 0, 7)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert copied(transcript) == "words"
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert copied(transcript) == "Some words here."


def test_select_all_copies_every_message_even_unseen_ones(transcript: TranscriptView) -> None:
    transcript.show_path(talk(40, "An **answer**."))
    QTest.keyClick(transcript, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert copied(transcript) == "\n\n".join(f"question {n}\n\nAn answer." for n in range(40))


def test_a_selection_survives_streaming(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([message])
    transcript.append_text(message.id, "First paragraph of it.\n\nSecond")
    transcript.pace.now()
    drag(transcript, point_of(transcript, message, 0, 6), point_of(transcript, message, 0, 15))
    for _ in range(30):
        transcript.append_text(message.id, " text and more.\n\nAgain")
        transcript.pace.now()
    assert copied(transcript) == "paragraph"
    text = transcript.stack.views[0].answer.source
    transcript.update_message(
        Message(message.role, message.with_text(text).parts, id=message.id, state=MessageState.DONE)
    )
    assert copied(transcript) == "paragraph"


def test_dragging_stops_following(transcript: TranscriptView) -> None:
    message = streaming()
    transcript.show_path([*talk(8), message])
    transcript.append_text(message.id, "Text to select in.")
    transcript.pace.now()
    drag(transcript, point_of(transcript, message, 0, 0), point_of(transcript, message, 0, 10))
    place = point_of(transcript, message, 0, 0)
    transcript.append_text(message.id, "\n\nMore." * 20)
    transcript.pace.now()
    assert point_of(transcript, message, 0, 0) == place


def test_long_runs_are_copied_without_the_breaks_for_display(transcript: TranscriptView) -> None:
    text = "y" * 900
    message = answer(text)
    transcript.show_path([message])
    drag(transcript, point_of(transcript, message, 0, 0), point_of(transcript, message, 0, 500))
    assert set(copied(transcript)) == {"y"}
    QTest.keyClick(transcript, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert copied(transcript) == text


def test_a_click_on_a_link_says_where_it_leads_and_opens_nothing(transcript: TranscriptView) -> None:
    links: list[str] = []
    transcript.linkActivated.connect(links.append)
    message = answer("See [the page](https://example.com/x) and [this](file:///etc/passwd).")
    transcript.show_path([message])
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point_of(transcript, message, 0, 6))
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point_of(transcript, message, 0, 20))
    assert links == ["https://example.com/x"]


def test_code_is_copied_from_its_header(transcript: TranscriptView) -> None:
    code = "\n".join(f"line {n}" for n in range(450))
    message = answer(f"```py\n{code}\n```")
    transcript.show_path([message])
    QTest.keyClick(transcript, Qt.Key.Key_Home)
    view = transcript.stack.views[0]
    header = QPoint(transcript.left + transcript.stack.width - 30, view.top_of(1, 0) + 14)
    QTest.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=header)
    assert QGuiApplication.clipboard().text() == code


def test_the_menu_copies_text_source_and_asks_again(transcript: TranscriptView) -> None:
    retries: list[str] = []
    transcript.retryRequested.connect(retries.append)
    message = answer("Some **bold** text.")
    transcript.show_path([user_message("q"), message])
    spot = transcript.reading.spot_at(point_of(transcript, message, 0, 3))
    menu = transcript.reading.open_menu(spot, QPoint(10, 10))
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy message"].trigger()
    assert QGuiApplication.clipboard().text() == "Some bold text."
    actions["Copy as Markdown"].trigger()
    assert QGuiApplication.clipboard().text() == "Some **bold** text."
    actions["Retry"].trigger()
    assert retries == [message.id]
    assert not actions["Copy"].isEnabled()
    menu.close()


def test_an_error_is_a_card_with_its_meaning_and_a_way_out(transcript: TranscriptView) -> None:
    retries: list[str] = []
    transcript.retryRequested.connect(retries.append)
    message = broken("The beginning")
    transcript.show_path([user_message("q"), message])
    buttons = {button.text(): button for button in transcript.findChildren(QPushButton)}
    QTest.mouseClick(buttons["Retry"], Qt.MouseButton.LeftButton)
    assert retries == [message.id]
    before = transcript.stack.views[1].height
    QTest.mouseClick(buttons["Details"], Qt.MouseButton.LeftButton)
    assert transcript.stack.views[1].height > before
    QTest.mouseClick(buttons["Copy"], Qt.MouseButton.LeftButton)
    for words in ("rate_limited", "429", "rate_limit", "req-1", "slow down", "Too many questions at once."):
        assert words in QGuiApplication.clipboard().text()


def test_reasoning_unfolds_by_mouse_and_by_key(transcript: TranscriptView) -> None:
    message = answer("The answer.", reasoning="First this.\n\nThen that.")
    transcript.show_path([message])
    button = transcript.findChild(QToolButton, "reasoningButton")
    assert button is not None
    assert button.text() == "Thought for 12 s"
    folded = transcript.stack.views[0].height
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert transcript.stack.views[0].height > folded
    assert next(transcript.stack.views[0].blocks_in_order())[2].text() == "> First this."
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert transcript.stack.views[0].height == folded


def test_a_stopped_answer_and_a_cut_one_say_so(transcript: TranscriptView) -> None:
    transcript.show_path([answer("Half an", state=MessageState.STOPPED), answer("Half", state=MessageState.PARTIAL)])
    badges = [part.badge for view in transcript.stack.views for part in view.parts if hasattr(part, "badge")]
    assert badges == ["Stopped", ""]
    assert child(transcript, Unfinished).accessibleName() == "This answer is not complete."


@pytest.mark.parametrize("key", [Qt.Key.Key_PageUp, Qt.Key.Key_Home])
def test_keys_scroll_up_and_end_goes_back(transcript: TranscriptView, key: Qt.Key) -> None:
    transcript.show_path(talk(20))
    bar = transcript.verticalScrollBar()
    end = bar.value()
    QTest.keyClick(transcript, key)
    assert bar.value() < end
    QTest.keyClick(transcript, Qt.Key.Key_Space)
    QTest.keyClick(transcript, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()


def test_a_search_hit_is_brought_into_sight_and_marked(transcript: TranscriptView) -> None:
    hit = answer("word " * 900 + "\n\nHere is the **Needle** in it, 术语 too.\n\n" + "word " * 900)
    transcript.show_path([*talk(15), hit, *talk(15)])
    transcript.scroll_to_message(hit.id, "needle 术语")
    point = point_of(transcript, hit, 1, 12)
    assert transcript.viewport().rect().contains(point)
    marks = transcript.marks(transcript.stack.index_of(hit.id), hit.id, 1, 1)
    assert [(start, end) for start, end, _ in marks] == [(12, 18), (26, 28)]


def test_another_width_keeps_the_place(transcript: TranscriptView) -> None:
    transcript.show_path(talk(40, "word " * 200))
    transcript.move_to(4_000)
    first = next(transcript.stack.visible())[0]
    for width in (500, 900, 420):
        transcript.resize(QSize(width, 600))
        assert next(transcript.stack.visible())[0] == first


def test_thousands_of_messages_cost_only_what_is_seen(transcript: TranscriptView) -> None:
    transcript.show_path(talk(3_000))
    assert sum(view.is_built for view in transcript.stack.views) < 40
    for _ in range(80):
        QTest.keyClick(transcript, Qt.Key.Key_PageUp)
    assert sum(view.is_built for view in transcript.stack.views) <= 100
    live = [b for v in transcript.stack.views if v.is_built for _, _, b in v.blocks_in_order() if b.is_live]
    assert len(live) < 300


def test_a_document_loads_nothing(qapp: Any, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(picture))
    document = Document(theme().font("body"))
    document.setHtml(f'<img src="{picture}"><img src="{picture.as_uri()}"><p background="{picture}">x</p>')
    document.setTextWidth(300)
    assert document.size().height() > 0  # laid out, so what it needs was asked for
    for url in (QUrl(str(picture)), QUrl.fromLocalFile(str(picture)), QUrl("https://example.com/x.png")):
        resource: Any = document.resource(QTextDocument.ResourceType.ImageResource.value, url)
        assert resource.size() == QSize(1, 1)


def test_the_theme_may_change_at_any_time(transcript: TranscriptView) -> None:
    transcript.show_path([*talk(3), broken("x"), answer("`code`", reasoning="thought")])
    before = transcript.viewport().grab().toImage()
    theme().changed.emit()
    assert transcript.viewport().grab().toImage().size() == before.size()
