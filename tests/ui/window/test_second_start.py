"""A second start raises the first window."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtNetwork import QLocalSocket

from desktopchat.ui.single import MOST_BYTES, RaiseListener, ask_to_raise, socket_name, wants_raise


def test_a_request_is_heard(run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path) -> None:
    async def scenario() -> None:
        heard: list[int] = []
        listener = RaiseListener(tmp_path)
        listener.raised.connect(lambda: heard.append(1))
        assert listener.listen()
        assert ask_to_raise(tmp_path)
        await until(lambda: heard == [1])
        listener.close()

    run(scenario())


def test_nobody_hears_where_nobody_listens(qapp: object, tmp_path: Path) -> None:
    assert not ask_to_raise(tmp_path)


def test_rubbish_raises_nothing_and_the_next_request_is_heard(
    run: Callable[..., Any], until: Callable[..., Any], tmp_path: Path
) -> None:
    async def scenario() -> None:
        heard: list[int] = []
        listener = RaiseListener(tmp_path)
        listener.raised.connect(lambda: heard.append(1))
        assert listener.listen()
        for rubbish in (b"x" * (MOST_BYTES + 10), b"{}\n", b"\xff\xfe\n"):
            socket = QLocalSocket()
            socket.connectToServer(socket_name(tmp_path))
            assert socket.waitForConnected(2000)
            socket.write(rubbish)
            socket.flush()
            await until(lambda socket=socket: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
        assert heard == []
        assert ask_to_raise(tmp_path)
        await until(lambda: heard == [1])
        listener.close()

    run(scenario())


@given(
    st.binary(max_size=100) | st.recursive(st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_only_the_one_message_is_understood(line: bytes) -> None:
    assume(b"raise" not in line)
    assert not wants_raise(line)


def test_two_directories_have_two_names(tmp_path: Path) -> None:
    assert socket_name(tmp_path) == socket_name(tmp_path / "x" / "..")
    assert socket_name(tmp_path) != socket_name(tmp_path / "x")
