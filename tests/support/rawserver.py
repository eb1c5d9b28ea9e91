"""A socket server that plays whatever a test writes down: bytes, drips, resets, TLS, silence. It knows no HTTP rules.

A script is a plain function that talks to one connection, in a thread of its own, so that it does not matter which
event loop the client runs on.
"""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came: its first line, its headers with lower-case names, its body."""

    line: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Peer:
    """One connection, seen from the server."""

    def __init__(self, connection: socket.socket, server: "RawServer") -> None:
        self.connection = connection
        self.server = server
        self._buffer = b""

    def read_request(self) -> RawRequest:
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (h.partition(":") for h in rest)}
        length = int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            self._receive()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        request = RawRequest(line, headers, body)
        self.server.requests.append(request)
        return request

    def read(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._buffer) < count:
            self._receive()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes, every_s: float, *, forever: bool = False) -> None:
        """One byte at a time (or all of `data` each time, for ever) until the client goes."""
        while True:
            for piece in [data] if forever else [data[i : i + 1] for i in range(len(data))]:
                self.send(piece)
                if self.server.stopping.wait(every_s):
                    return
            if not forever:
                return

    def wait_for_close(self) -> None:
        """Returns when the client has closed its side; the time is kept in `server.client_closed_at`."""
        self.connection.settimeout(20)
        with suppress(OSError):
            while self.connection.recv(65536):
                pass
        self.server.client_closed_at = time.monotonic()
        self.server.client_closed.set()

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _receive(self) -> None:
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionError("the client has gone")
        self._buffer += data


Script = Callable[[Peer], None]


class RawServer:
    """Listens on a free loopback port. Every connection plays `script` and is closed after it."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[RawRequest] = []
        self.connections = 0
        self.stopping = threading.Event()
        self.client_closed = threading.Event()
        self.client_closed_at = 0.0
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._start(self._accept)

    def stop(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name="raw server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(20)
            self._open.append(connection)
            self._start(lambda connection=connection: self._play(connection))  # type: ignore[misc]

    def _play(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tls is None:
                self._script(Peer(connection, self))
                return
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                self._open.append(secured)
                self._script(Peer(secured, self))


@contextmanager
def raw_server(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    server = RawServer(script, tls=tls)
    try:
        yield server
    finally:
        server.stop()


def response(
    body: bytes = b"",
    *,
    status: str = "200 OK",
    headers: Mapping[str, str] | None = None,
    media_type: str = "text/event-stream",
) -> bytes:
    """A complete HTTP answer with its length."""
    given = {"Content-Type": media_type, "Content-Length": str(len(body)), **(headers or {})}
    return head(status, given) + body


def head(status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """An HTTP answer up to its body. Without a length the end of the connection ends the body."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """A piece of a chunked body; the empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def answering(reply: bytes) -> Script:
    """A script that reads requests and answers each with the same bytes, for as long as the client asks."""

    def script(peer: Peer) -> None:
        with suppress(ConnectionError):
            while True:
                peer.read_request()
                peer.send(reply)

    return script
