"""A tiny HTTP server that plays scripted answers: exact bytes, exact cuts, exact pauses. It knows no protocol."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Step = bytes | float | threading.Event
"""Bytes to send at once, seconds to wait, or an event to wait for (and not for ever)."""

LONGEST_WAIT_S = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. Without `length` the end of the connection ends the body, unless it is `chunked`."""

    steps: Sequence[Step] = ()
    status: str = "200 OK"
    media_type: str = "text/event-stream"
    headers: Sequence[str] = ()
    chunked: bool = True
    finish: bool = True
    """Whether the body gets its proper end; otherwise the connection is cut."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came."""

    head: str
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return self.head.split(" ", 2)[1]

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.strip().lower() == name.lower():
                return value.strip()
        return None


class StreamingServer:
    """Answers each request with what `play` says for it, on loopback; each connection carries one request."""

    def __init__(self, play: Callable[[Seen], Reply] | Reply) -> None:
        self._play = (lambda _seen: play) if isinstance(play, Reply) else play
        self.seen: list[Seen] = []
        self.sent_at: list[float] = []
        """When each step with bytes was sent (monotonic seconds), over all requests."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ending = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> "StreamingServer":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        with socket.create_connection(self._listener.getsockname()):  # wakes accept() up, which close() would not
            self._threads[0].join(5)
        self._listener.close()
        for connection in tuple(self._open):
            connection.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            if self._ending.is_set():
                connection.close()
                return
            self._open.add(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            seen = _request(connection)
            if seen is None:
                return
            self.seen.append(seen)
            self._answer(connection, self._play(seen))
        except OSError:
            return  # the program has gone, which is its right
        finally:
            self._open.discard(connection)
            connection.close()

    def _answer(self, connection: socket.socket, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status}", f"Content-Type: {reply.media_type}", "Connection: close", *reply.headers]
        if reply.chunked:
            lines.append("Transfer-Encoding: chunked")
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        for step in reply.steps:
            if isinstance(step, threading.Event):
                step.wait(LONGEST_WAIT_S)
            elif isinstance(step, float):
                self._ending.wait(step)  # the script's own time, not a test's
            elif step:
                self.sent_at.append(time.monotonic())
                connection.sendall(b"%x\r\n%s\r\n" % (len(step), step) if reply.chunked else step)
        if reply.chunked and reply.finish:
            connection.sendall(b"0\r\n\r\n")


def in_pieces(data: bytes, cuts: Iterable[int]) -> list[Step]:
    """`data` cut at the given places."""
    places = [0, *cuts, len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def _request(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    wanted = next((int(v) for v in (_length(line) for line in head.split(b"\r\n")) if v), 0)
    while len(body) < wanted:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return Seen(head.decode("latin-1"), body)


def _length(line: bytes) -> bytes | None:
    name, _, value = line.partition(b":")
    return value.strip() if name.strip().lower() == b"content-length" else None
