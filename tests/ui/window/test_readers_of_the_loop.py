"""Reading from sockets on Qt's loop: a reader that pauses after each piece costs no new notifier."""

import asyncio
import socket

import pytest
import qasync
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from desktopchat.ui import eventloop


class Echo(asyncio.Protocol):
    """Takes one piece at a time."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.ReadTransport)
        self.transport = transport
        transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self.pieces.put_nowait(data)

    async def piece(self) -> bytes:
        self.transport.resume_reading()
        found = await self.pieces.get()
        self.transport.pause_reading()
        return found


async def one_conversation(pieces: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        transport, protocol = await asyncio.get_running_loop().create_connection(Echo, sock=ours)
        for number in range(pieces):
            theirs.send(b"%d" % number)
            assert await protocol.piece() == b"%d" % number
        transport.close()
        await asyncio.sleep(0)


def test_a_reader_that_pauses_keeps_its_notifier(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counted(QSocketNotifier):
        def __init__(self, fd: int, kind: QSocketNotifier.Type) -> None:
            super().__init__(fd, kind)
            made.append(fd)

    errors: list[BaseException] = []
    monkeypatch.setattr(qasync.QtCore, "QSocketNotifier", Counted)
    with asyncio.Runner(loop_factory=lambda: eventloop.new_loop(qapp, errors.append)) as runner:
        runner.run(one_conversation(1))
        before = len(made)
        for _ in range(3):  # descriptors come back under the same numbers
            runner.run(one_conversation(30))
    assert len(made) - before <= 3
    assert errors == []
