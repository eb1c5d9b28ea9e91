"""A second start raises the first window: a local socket named after the data directory. The lock is `app`'s."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

MOST_BYTES: Final = 4096
WAIT_MS: Final = 2000
RAISE: Final = b'{"raise": true}\n'


def socket_name(data_dir: Path) -> str:
    """The socket's name: the same for the same directory and user, short enough for every platform."""
    return "desktopchat-" + hashlib.sha256(str(data_dir.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def ask_to_raise(data_dir: Path) -> bool:
    """Asks the program that runs on `data_dir` to show its window; returns whether it heard. Waits 2 s at most."""
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(socket_name(data_dir))
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(RAISE)
    heard = socket.waitForBytesWritten(WAIT_MS)
    socket.disconnectFromServer()
    return heard


class RaiseListener(QObject):
    """Emits `raised` when a second start asks for the window. Any other message is ignored."""

    raised = Signal()

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = socket_name(data_dir)
        self._server: QLocalServer | None = None

    def listen(self) -> bool:
        """Begins to listen; call it after the first picture, as it loads QtNetwork. False where it cannot."""
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name)  # a crash leaves the file behind; the lock says that nobody else is here
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._accept)
        self._server = server
        return server.listen(self._name)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _accept(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()):
            _Visitor(socket, self)


class _Visitor(QObject):
    """One connection: reads one short line, then closes it."""

    def __init__(self, socket: "QLocalSocket", listener: RaiseListener) -> None:
        super().__init__(socket)
        self._socket = socket
        self._listener = listener
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self._gone)
        self._read()

    def _read(self) -> None:
        if self._socket.canReadLine():
            line = bytes(self._socket.readLine(MOST_BYTES).data())
            self._socket.abort()
            if wants_raise(line):
                self._listener.raised.emit()
        elif self._socket.bytesAvailable() >= MOST_BYTES:
            self._socket.abort()

    def _gone(self) -> None:
        self._socket.deleteLater()


def wants_raise(line: bytes) -> bool:
    """Whether a visitor's line is the one message that there is."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("raise") is True
