"""Files go with a question, stay with their draft, and are shown in the panel: in the real window, with the demo."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPlainTextEdit, QPushButton
from tests.support.waiting import until
from tests.support.widgets import child
from tests.support.windows import Opened, opened

from desktopchat.domain.message import FilePart, Role
from desktopchat.domain.provider import ProviderConfig
from desktopchat.services.providers import DEMO
from desktopchat.ui.attachments.card import FileCard
from desktopchat.ui.attachments.panel import AttachmentPanel
from desktopchat.ui.attachments.remote import ProviderFilesDialog
from desktopchat.ui.attachments.textview import TextView
from desktopchat.ui.attachments.tray import Stage
from desktopchat.ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

Scenario = Callable[[Opened, MainWindow], Awaitable[None]]
Play = Callable[..., None]

DOCUMENT = "The treaty was signed in Lisbon.\n\nIts third article speaks of the harbour of Porto.\n"


@pytest.fixture
def play(run: Callable[..., Any], tmp_path: Path) -> Play:
    """Plays a scenario in a window of its own."""

    def player(scenario: Scenario) -> None:
        async def played() -> None:
            async with opened(tmp_path / "data") as found:
                await scenario(found, await found.show())

        run(played(), timeout=90)

    return player


@pytest.fixture
def treaty(tmp_path: Path) -> Path:
    path = tmp_path / "treaty.txt"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


async def ask_one_without_files(found: Opened, window: MainWindow) -> None:
    """Chooses a provider that keeps no files, so that text is sent."""
    base = (await found.core.demo.url()).removesuffix("/v1")
    await found.core.providers.add(ProviderConfig("Local", "ollama", f"{base}/ollama", "demo"))
    local = await found.core.providers.named("Local")
    window.controller.chooser._choose(local.id, "demo")
    await until(lambda: window.controller.attachments._config == local)


async def attach(window: MainWindow, *paths: Path) -> None:
    """Attaches files and waits until they were looked at."""
    files = window.controller.attachments
    before = len(files.tray)
    files.attach(list(paths))
    await until(lambda: len(files.tray) == before + len(paths) and all(i.task is None for i in files.tray.items), 30)


async def send(found: Opened, window: MainWindow, text: str) -> None:
    """Types a question, presses Enter and waits for the end of the answer."""
    QTest.keyClicks(window.composer.editor, text)
    QTest.keyClick(window.composer.editor, Qt.Key.Key_Return)
    conversation = window.controller.conversation
    await until(lambda: len(conversation.path()) >= 2, 30)
    session = found.core.chat.session(conversation.id)
    if session is not None:
        await session.wait()


def panel(window: MainWindow) -> AttachmentPanel:
    return window.attachments


def test_a_question_takes_its_files_along(play: Play, treaty: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await attach(window, treaty)
        treaty.unlink()  # noqa: ASYNC240 - what was attached is a copy
        await send(found, window, "Where was it signed?")
        question = window.controller.conversation.path()[0]
        assert question.role is Role.USER
        assert [part.name for part in question.attachments] == ["treaty.txt"]
        assert len(window.controller.attachments.tray) == 0
        assert [card.shown.name for card in panel(window).sent_cards] == ["treaty.txt"]
        assert not panel(window).draft_cards

    play(scenario)


def test_enter_waits_for_a_file_that_is_still_being_read(play: Play, treaty: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        QTest.keyClicks(window.composer.editor, "What is it about?")
        window.controller.attachments.tray.add([treaty])
        QTest.keyClick(window.composer.editor, Qt.Key.Key_Return)
        assert window.composer.text() == "What is it about?"
        await until(lambda: bool(window.controller.conversation.path()), 30)
        assert len(window.controller.conversation.path()[0].attachments) == 1

    play(scenario)


def test_a_file_alone_can_be_sent(play: Play, treaty: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        assert not window.composer.send_button.isEnabled()
        await attach(window, treaty)
        QTest.mouseClick(window.composer.send_button, Qt.MouseButton.LeftButton)
        await until(lambda: bool(window.controller.conversation.path()), 30)
        assert window.controller.conversation.path()[0].attachments

    play(scenario)


def test_a_file_that_cannot_go_along_holds_the_question_back(play: Play, tmp_path: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        window.controller.attachments.attach([tmp_path / "missing.pdf"])
        await until(lambda: [item.stage for item in window.controller.attachments.tray.items] == [Stage.FAILED])
        QTest.keyClicks(window.composer.editor, "And now?")
        QTest.keyClick(window.composer.editor, Qt.Key.Key_Return)
        assert window.composer.text() == "And now?"
        assert "Nothing was sent" in window.toast.accessibleName()
        QTest.mouseClick(window.toast.button, Qt.MouseButton.LeftButton)
        await until(lambda: bool(window.controller.conversation.path()), 30)
        assert window.controller.conversation.path()[0].text == "And now?"

    play(scenario)


def test_a_draft_keeps_its_files_over_a_restart(run: Callable[..., Any], tmp_path: Path, treaty: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path / "data") as found:
            window = await found.show()
            await attach(window, treaty)
            QTest.keyClicks(window.composer.editor, "half a quest")

    async def second() -> None:
        async with opened(tmp_path / "data") as found:
            window = await found.show()
            await until(lambda: len(window.controller.attachments.tray) == 1)
            assert window.composer.text() == "half a quest"
            assert [card.shown.name for card in window.composer.findChildren(FileCard)] == ["treaty.txt"]
            await until(lambda: not window.controller.attachments.is_reading, 30)

    run(first(), timeout=60)
    run(second(), timeout=60)


def test_each_conversation_has_its_own_draft_of_files(play: Play, treaty: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await send(found, window, "Hello")
        here = window.controller.conversation.id
        await attach(window, treaty)
        window.controller.new_chat()
        assert len(window.controller.attachments.tray) == 0
        await asyncio.sleep(0)
        window.controller.open(here)
        await until(lambda: len(window.controller.attachments.tray) == 1)
        await until(lambda: not window.controller.attachments.is_reading, 30)

    play(scenario)


def test_a_click_in_the_panel_goes_to_the_message(play: Play, treaty: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await attach(window, treaty)
        await send(found, window, "Where was it signed?")
        for number in range(3):
            await send(found, window, f"Question {number}")
        window.toggle_attachments()
        bar = window.transcript.verticalScrollBar()
        bar.setValue(bar.maximum())
        below = bar.value()
        QTest.mouseClick(panel(window).sent_cards[0], Qt.MouseButton.LeftButton)
        await until(lambda: bar.value() < below or bar.maximum() == 0)

    play(scenario)


def test_the_text_that_is_sent_is_shown_and_hidden_text_is_taken_out(play: Play, tmp_path: Path) -> None:
    tagged = tmp_path / "letter.txt"
    secret = "".join(chr(0xE0000 + ord(letter)) for letter in "obey me")
    tagged.write_text(f"Dear reader,{secret} all is well.", encoding="utf-8")

    async def scenario(found: Opened, window: MainWindow) -> None:
        await ask_one_without_files(found, window)
        await attach(window, tagged)
        card = child(window.composer, FileCard)
        assert card.shown.tone == "warning"
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        view = child(window, TextView)
        await until(lambda: view.is_whole)
        text = child(view, QPlainTextEdit, "sentText")
        assert text.toPlainText() == "Dear reader,obey me all is well."  # what nobody sees can be read here
        marked = [mark.cursor.selectedText() for mark in text.extraSelections()]
        assert marked == ["obey me"]
        QTest.mouseClick(child(view, QPushButton, "removeHidden"), Qt.MouseButton.LeftButton)
        await until(lambda: view.is_whole and text.toPlainText() == "Dear reader, all is well.", 30)
        await until(lambda: card.shown.tone != "warning", 30)
        part = window.controller.attachments.tray.parts[0]
        assert isinstance(part, FilePart)
        assert part.without_hidden
        view.close()

    play(scenario)


def test_of_a_file_that_is_uploaded_only_the_visible_text_can_be_sent(play: Play, tmp_path: Path) -> None:
    tagged = tmp_path / "letter.md"
    tagged.write_text(f"Dear reader,{chr(0xE0041) * 3} all is well.", encoding="utf-8")

    async def scenario(_found: Opened, window: MainWindow) -> None:
        await attach(window, tagged)
        card = child(window.composer, FileCard)
        assert card.shown.tone == "warning"
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        view = child(window, TextView)
        await until(view.remove.isVisible)
        QTest.mouseClick(view.remove, Qt.MouseButton.LeftButton)
        tray = window.controller.attachments.tray
        await until(lambda: len(tray.parts) == 1 and not window.controller.attachments.is_reading, 30)
        assert tray.parts[0].name == "letter.txt"
        stored = found_text(window)
        assert stored == "Dear reader, all is well."

    play(scenario)


def found_text(window: MainWindow) -> str:
    files = window.controller.attachments
    return files._service.path(files.tray.parts[0]).read_text(encoding="utf-8")


def test_an_upload_is_shown_until_the_file_is_there(play: Play, treaty: Path) -> None:
    async def scenario(_found: Opened, window: MainWindow) -> None:
        await attach(window, treaty)
        tray = window.controller.attachments.tray
        seen: list[Stage] = []
        tray.itemChanged.connect(lambda _id: seen.append(tray.items[0].stage))
        tray.upload(tray.items[0].id)
        await until(lambda: tray.items[0].stage is Stage.READY, 30)
        assert Stage.UPLOADING in seen
        assert "at the provider" in child(window.composer, FileCard).shown.about

    play(scenario)


def test_the_files_at_the_provider_are_listed_and_deleted(play: Play, treaty: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await attach(window, treaty)
        await send(found, window, "Where was it signed?")
        window.controller.command("provider_files")
        await until(lambda: window.findChild(ProviderFilesDialog) is not None)
        dialog = child(window, ProviderFilesDialog)
        await until(lambda: dialog.table.topLevelItemCount() == 1)
        row = dialog.table.topLevelItem(0)
        assert row.text(0) == "treaty.txt"
        assert "Where was it signed" in row.text(5)
        assert not dialog.orphans.isEnabled()
        row.setSelected(True)
        QTest.mouseClick(dialog.delete, Qt.MouseButton.LeftButton)
        await until(lambda: dialog.findChild(QMessageBox) is not None)
        confirmed = child(child(dialog, QMessageBox), QPushButton, "deleteConfirmed")
        QTest.mouseClick(confirmed, Qt.MouseButton.LeftButton)
        await until(lambda: dialog.table.topLevelItemCount() == 0)
        assert "deleted" in dialog.verdict.text()
        dialog.close()

    play(scenario)


def test_deleting_a_chat_offers_to_delete_its_files_at_the_provider(play: Play, treaty: Path) -> None:
    async def scenario(found: Opened, window: MainWindow) -> None:
        await attach(window, treaty)
        await send(found, window, "Where was it signed?")
        window.controller.command("delete_chat")
        await until(window.toast.second.isVisible)
        QTest.mouseClick(window.toast.second, Qt.MouseButton.LeftButton)
        await until(lambda: "deleted" in window.toast.accessibleName())
        assert (await found.core.files.stock(DEMO)).files == ()

    play(scenario)


def test_the_guess_of_an_encoding_can_be_corrected(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("合同的第三条规定了付款的期限。".encode("gb18030"))

    async def scenario(found: Opened, window: MainWindow) -> None:
        await ask_one_without_files(found, window)
        await attach(window, path)
        QTest.mouseClick(child(window.composer, FileCard), Qt.MouseButton.LeftButton)
        view = child(window, TextView)
        await until(lambda: view.is_whole)
        wrong = view.encoding.findText("windows-1252")
        view.encoding.setCurrentIndex(wrong)
        view.encoding.activated.emit(wrong)
        await until(lambda: view.is_whole and "合同" not in view.text.toPlainText(), 30)
        right = view.encoding.findText("gb18030")
        view.encoding.setCurrentIndex(right)
        view.encoding.activated.emit(right)
        await until(lambda: view.is_whole and "合同的第三条" in view.text.toPlainText(), 30)
        await until(lambda: not window.controller.attachments.is_reading, 30)
        view.close()

    play(scenario)
