"""The window for unexpected errors."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from desktopchat.domain.secret import Secret
from desktopchat.transports.redact import register
from desktopchat.ui.dialogs.errors import ErrorDialog
from desktopchat.ui.reporter import Reporter

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform says so

CANARY = "canary-Wm4kT9xQ"


def windows() -> list[ErrorDialog]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, ErrorDialog) and w.isVisible()]


def error(words: str) -> Exception:
    try:
        raise ValueError(words)
    except ValueError as raised:
        return raised


def test_several_errors_share_one_window(run: Callable[..., Any], until: Callable[..., Any]) -> None:
    async def scenario() -> None:
        reporter = Reporter()
        for words in ("first", "second", "second"):
            reporter.report(error(words))
        await until(windows)
        assert len(windows()) == 1
        text = windows()[0].text.toPlainText()
        assert "ValueError: first" in text
        assert "ValueError: second" in text
        windows()[0].close()
        await until(lambda: not windows())

    run(scenario())


def test_the_report_is_read_before_it_is_copied(run: Callable[..., Any], until: Callable[..., Any]) -> None:
    async def scenario() -> None:
        QApplication.clipboard().setText("something else")
        reporter = Reporter()
        reporter.report(error("shown"))
        await until(windows)
        assert QApplication.clipboard().text() == "something else"
        dialog = windows()[0]
        next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy report").click()
        assert QApplication.clipboard().text() == dialog.text.toPlainText()
        dialog.close()

    run(scenario())


def test_keys_and_the_home_directory_are_not_in_the_report(run: Callable[..., Any], until: Callable[..., Any]) -> None:
    async def scenario() -> None:
        register(Secret(CANARY))
        reporter = Reporter()
        reporter.report(error(f"{CANARY} in {Path.home()}/x"))
        await until(windows)
        text = windows()[0].text.toPlainText()
        assert CANARY not in text
        assert str(Path.home()) not in text
        assert "~/x" in text
        windows()[0].close()

    run(scenario())


def test_an_error_of_another_thread_is_shown_by_the_window_s_own(
    run: Callable[..., Any], until: Callable[..., Any]
) -> None:
    async def scenario() -> None:
        reporter = Reporter()
        thread = threading.Thread(target=reporter.report, args=(error("from a thread"),))
        thread.start()
        thread.join()
        await until(windows)
        assert "from a thread" in windows()[0].text.toPlainText()
        windows()[0].close()

    run(scenario())
