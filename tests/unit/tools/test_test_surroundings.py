"""What `tests/conftest.py` promises to every other test."""

import os
import socket
from pathlib import Path

import pytest


def test_the_home_is_empty_and_not_the_users(home: Path) -> None:
    assert Path.home() == home
    assert {path.name for path in home.iterdir()} == {"run"}
    assert len(str(home)) < 60, "sockets below it have a limit of about a hundred characters"


def test_nothing_points_to_the_users_session() -> None:
    assert not {"DISPLAY", "WAYLAND_DISPLAY", "PYTHONPATH"} & set(os.environ)
    assert not [name for name in os.environ if name.upper().endswith(("_PROXY", "_API_KEY"))]
    assert "no-bus" in os.environ["DBUS_SESSION_BUS_ADDRESS"]


def test_another_machine_cannot_be_reached(loopback_only: list[str]) -> None:
    with socket.socket() as there, pytest.raises(ConnectionRefusedError):
        there.connect(("192.0.2.1", 80))
    assert loopback_only == ["192.0.2.1"]
    loopback_only.clear()


def test_names_that_nobody_has_are_not_looked_up() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("chat.invalid", 443)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
