"""Whether a display is there is asked of the display, not of a variable."""

import socket
import sys
from pathlib import Path

import pytest
from tests.support.xvfb import xvfb
from tools import display

pytestmark = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="always a display")


def test_without_variables_there_is_no_display() -> None:
    assert not display.is_there({})


def test_a_display_that_does_not_answer_is_none() -> None:
    assert not display.is_there({"DISPLAY": ":64999"})


def test_a_running_x_server_is_a_display() -> None:
    with xvfb() as name:
        assert display.is_there({"DISPLAY": name})


def test_a_virtual_display_ends_with_its_context() -> None:
    with xvfb() as name:
        pass
    assert not display.is_there({"DISPLAY": name})


def test_two_virtual_displays_do_not_get_in_each_others_way() -> None:
    with xvfb() as one, xvfb() as other:
        assert one != other


def test_a_wayland_socket_counts_only_while_somebody_listens(home: Path) -> None:
    variables = {"XDG_RUNTIME_DIR": str(home / "run"), "WAYLAND_DISPLAY": "wayland-7"}
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(home / "run" / "wayland-7"))
        compositor.listen()
        assert display.is_there(variables)
    assert not display.is_there(variables)


def test_whoever_names_a_platform_plugin_has_decided() -> None:
    assert display.is_there({"QT_QPA_PLATFORM": "offscreen"})


def test_a_missing_xvfb_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(display.NoVirtualDisplayError, match="not installed"), display.virtual():
        pass
