"""The window is built anew in another language: what was open and what was written are there as before."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from tests.support.waiting import until

from desktopchat.app import Program, create
from desktopchat.settings import schema

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


async def change_language(program: Program) -> None:
    """Does it, and lets the old window be deleted before any task begins."""
    program.core.settings.set(schema.LANGUAGE, "zh_CN")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    await until(lambda: not len(program.core.tasks))


@pytest.mark.parametrize("asked", [True, False], ids=["stored", "new"])
@pytest.mark.parametrize("demo", [True, False], ids=["demo", "usual"])
def test_what_is_open_and_written_outlives_a_change_of_language(
    run: Callable[..., Any], tmp_path: Path, demo: bool, asked: bool
) -> None:
    async def scenario() -> None:
        program = create(["--data-dir", str(tmp_path), *(["--demo"] if demo else [])])
        errors: list[BaseException] = []
        program.core.tasks.on_error = errors.append
        try:
            old = program.window
            old.show()
            await old.controller.start()
            preset = (await program.core.presets.all())[0]
            conversation = old.controller.conversation
            settings = replace(conversation.settings, provider_id="demo", model="demo-fast", preset_id=preset.id)
            await program.core.chat.configure(conversation, settings)
            if asked:
                old.controller.send("Hello")
                await until(lambda: bool(conversation) and not program.core.chat.streaming)
            old.setGeometry(40, 50, 700, 560)
            place = old.geometry()
            old.composer.set_text("not sent yet")

            await change_language(program)

            new = program.window
            assert new is not old
            assert new.controller.conversation is conversation
            assert (conversation.settings.model, conversation.settings.preset_id) == ("demo-fast", preset.id)
            assert new.transcript.isVisible() == asked
            assert new.composer.text() == "not sent yet"
            assert new.geometry() == place
            draft_id = conversation.id if asked else ""
            assert await program.core.chat.load_draft(draft_id) == "not sent yet"
        finally:
            program.window.controller.close()
            program.window.hide()
            program.window.deleteLater()
            await program.core.aclose()
        await asyncio.sleep(0)
        assert not errors, errors

    run(scenario(), timeout=30)
