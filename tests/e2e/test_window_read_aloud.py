"""The window as a screen reader meets it: through the accessibility bus, on a real display."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.desktop import Desktop
from tests.support.program import Running
from tests.support.xvfb import xvfb

pytest.importorskip("jeepney", reason="speaks D-Bus: Linux only")

from tests.support.accessible_bus import AccessibleBus, Node, accessible_bus

FOCUSED = 12  # ATSPI_STATE_FOCUSED


@pytest.fixture
def reader(tmp_path: Path, home: Path) -> Iterator[tuple[AccessibleBus, Desktop]]:
    with xvfb() as display, accessible_bus(home, display) as bus:
        yield bus, Desktop(display, tmp_path, bus.environment)


def transcript(bus: AccessibleBus) -> Node:
    found = bus.program("desktopchat").find(lambda node: node.name == "Conversation")
    assert found is not None
    return found


def asked(desktop: Desktop, window: Running, question: str, count: int) -> None:
    desktop.type(question)
    desktop.press("Return")
    desktop.wait_for("stream.painted", window, count)


def test_messages_are_read_focused_and_announced(reader: tuple[AccessibleBus, Desktop]) -> None:
    bus, desktop = reader
    with desktop.open("--demo") as window:
        bus.program("desktopchat")
        bus.listen()
        asked(desktop, window, "help", 1)
        messages = transcript(bus).children
        assert [node.name for node in messages] == ["You", "demo"]
        assert messages[0].text == messages[0].description == "help"
        answer = messages[1].text
        assert len(answer) > 20
        assert answer == messages[1].description
        assert "**" not in answer
        asked(desktop, window, "thanks", 2)  # by now the window knows for sure that somebody listens
        assert [node.name for node in transcript(bus).children] == ["You", "demo"] * 2
        desktop.wait_until(lambda: any(heard.member == "Announcement" for heard in bus.collect()), window)
        said = [heard.value for heard in bus.heard if heard.member == "Announcement"]
        assert set(said) == {"demo has answered"}

        assert messages[0].role == "list item"
        messages[0].act(1)  # the second action: take the focus
        desktop.wait_until(lambda: FOCUSED in messages[0].states, window)
        assert FOCUSED not in messages[1].states
        desktop.press("Down")
        desktop.wait_until(lambda: FOCUSED in messages[1].states, window)
        focused = [heard.path for heard in bus.collect() if (heard.member, heard.detail) == ("StateChanged", "focused")]
        assert messages[1].path in focused
