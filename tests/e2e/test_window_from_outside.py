"""A person's first minutes, on a real X display: type, read, close, open again, crash, start twice."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.desktop import Desktop
from tests.support.program import Running
from tests.support.xvfb import xvfb

CRASHES_IN_TEST, CRASHES_IN_ALL = 3, 30


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    with xvfb() as display:
        yield Desktop(display, tmp_path)


def shown(desktop: Desktop, conversation: str) -> list[dict[str, Any]]:
    return desktop.program.run("chats", "show", conversation, "--json").events


def listed(desktop: Desktop) -> list[dict[str, Any]]:
    return desktop.program.run("chats", "list", "--json").events


def closed(desktop: Desktop, window: Running) -> int:
    desktop.press("ctrl+q")
    return window.end().status


def test_a_typed_question_is_answered_and_found_again_after_a_restart(desktop: Desktop) -> None:
    with desktop.open("--demo") as window:
        desktop.type("show me a table")
        desktop.press("Return")
        desktop.wait_for("stream.first_paint", window)
        desktop.wait_for("stream.painted", window)
        order = ["stream.sent", "stream.first_byte", "stream.first_paint", "stream.finished", "stream.painted"]
        times = [desktop.events(name)[0]["t"] for name in order]
        assert times == sorted(times)
        assert len({desktop.events(name)[0]["stream"] for name in order}) == 1
        assert closed(desktop, window) == 0
    (conversation,) = listed(desktop)
    assert conversation["title"] == "show me a table"
    question, answer = shown(desktop, conversation["id"])
    assert (question["role"], question["text"]) == ("user", "show me a table")
    assert (answer["role"], answer["state"]) == ("assistant", "done")
    assert "|" in answer["text"]

    with desktop.open() as window:
        opened = desktop.wait_for("conversation.opened", window)
        assert opened["messages"] == 2
        desktop.wait_until(lambda: any("show me a table" in name for name in desktop.windows()), window)
        assert closed(desktop, window) == 0


def test_closing_in_the_middle_of_an_answer_keeps_what_came(desktop: Desktop) -> None:
    with desktop.open("--demo") as window:
        desktop.type("tell me everything")
        desktop.press("Return")
        desktop.wait_for("stream.first_paint", window)
        assert closed(desktop, window) == 0
    answer = shown(desktop, listed(desktop)[0]["id"])[1]
    assert answer["state"] == "stopped"
    assert answer["text"]


def test_sigterm_ends_the_window_in_good_order(desktop: Desktop) -> None:
    with desktop.open("--demo") as window:
        desktop.type("hello")
        desktop.press("Return")
        desktop.wait_for("stream.first_paint", window)
        window.signal(signal.SIGTERM)
        assert window.end().status == 143
    assert shown(desktop, listed(desktop)[0]["id"])[1]["state"] == "stopped"


def test_a_second_start_raises_the_first_window_and_ends(desktop: Desktop) -> None:
    with desktop.open() as window:
        desktop.wait_until(lambda: desktop.program.run().status == 0, window, timeout_s=20)
        assert window.process.poll() is None
        assert closed(desktop, window) == 0


def test_shell_commands_work_beside_the_window(desktop: Desktop) -> None:
    with desktop.open() as window:
        asked = desktop.program.run("ask", "--save", "--json", "--model", "demo", "help")
        assert asked.status == 0
        assert len(listed(desktop)) == 1
        assert closed(desktop, window) == 0


@pytest.mark.parametrize(
    "crashes", [CRASHES_IN_TEST, pytest.param(CRASHES_IN_ALL, marks=pytest.mark.long)]
)  # fmt: skip
def test_a_killed_window_loses_nothing_that_was_shown(desktop: Desktop, crashes: int) -> None:
    for crash in range(crashes):
        with desktop.open("--demo") as window:
            desktop.type(f"question {crash}")
            desktop.press("Return")
            desktop.wait_for("stream.first_paint", window)
            window.signal(signal.SIGKILL)
            window.end()
        with desktop.open("--demo") as window:
            assert closed(desktop, window) == 0
        conversation = listed(desktop)[0]
        question, answer = shown(desktop, conversation["id"])
        assert question["text"] == f"question {crash}"
        assert answer["state"] == "partial"
    assert len(listed(desktop)) == crashes


def test_the_trace_begins_with_the_clock(desktop: Desktop) -> None:
    with desktop.open() as window:
        first = json.loads(desktop.trace.read_text(encoding="utf-8").splitlines()[0])
        assert (first["t"], first["event"]) == (0, "start")
        assert first["monotonic"] > 0
        assert 0 < desktop.events("startup.first_paint")[0]["t"] <= desktop.events("startup.interactive")[0]["t"]
        assert closed(desktop, window) == 0
