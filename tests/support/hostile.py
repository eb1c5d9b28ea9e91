"""Servers that try to keep a client waiting, or to fill its memory, in the form of each kind of provider."""

import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from tests.support.rawserver import Peer, Script, head, response
from tests.support.websocket_wire import PING, accepted, frame, read_frame

MIB = 1024 * 1024
FLOOD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Wire:
    """A kind as its server sees it: the base path, the key that it takes, and its framing."""

    name: str
    kind: str
    path: str
    form: str = "sse"
    key: str = "sk-{}"

    @property
    def scheme(self) -> str:
        return "ws" if self.form == "websocket" else "http"

    def address(self, url: str) -> str:
        """The base address on a raw server, whose `url` is http or https."""
        return url.replace("http", self.scheme, 1) + self.path


WIRES = (
    Wire("openai", "openai", "/v1"),
    Wire("openai-responses", "openai-responses", "/v1"),
    Wire("openai-completions", "openai-completions", "/v1"),
    Wire("dashscope", "dashscope", "/compatible-mode/v1"),
    Wire("dashscope, native", "dashscope", "/api/v1"),
    Wire("anthropic", "anthropic", ""),
    Wire("gemini", "gemini", ""),
    Wire("ollama", "ollama", "", form="ndjson"),
    Wire("sse-relay", "sse-relay", "/ai/streamChat"),
    Wire("spark", "spark", "/v3.5/chat", form="websocket", key="app:key-{0}:secret-{0}"),
)
BY_FORM = {wire.form: wire for wire in reversed(WIRES)}
"""One kind for each framing."""

MEDIA = {"sse": "text/event-stream", "ndjson": "application/x-ndjson"}
BEATS = {"sse": b": still here\n\n", "ndjson": b"\n", "websocket": frame(b"", PING)}


Hostility = Callable[[Wire], Script]


def opened(then: Callable[[Peer], object]) -> Hostility:
    """Answers as a server of the wire begins, and goes on with `then`, which ends when the client has gone."""

    def of(wire: Wire) -> Script:
        def script(peer: Peer) -> None:
            request = peer.read_request()
            if wire.form == "websocket":
                peer.send(accepted(request))
                read_frame(peer)
            else:
                peer.send(head("200 OK", {"Content-Type": MEDIA[wire.form]}))
            then(peer)

        return script

    return of


def flood(peer: Peer, pieces: Iterator[bytes]) -> None:
    """Sends as fast as the client reads."""
    for piece in pieces:
        if peer.server.stopping.is_set():
            return
        peer.send(piece)


def endless_line(wire: Wire) -> Script:
    """A line, or a message, that never ends."""
    filling = b"x" * FLOOD
    start = {
        "sse": b'data: {"content": "',
        "ndjson": b'{"message": {"content": "',
        "websocket": bytes([0x01, 127]) + (1 << 40).to_bytes(8),
    }[wire.form]
    return opened(lambda peer: flood(peer, itertools.chain([start], itertools.repeat(filling))))(wire)


def endless_fragments(wire: Wire) -> Script:
    """A message in pieces of which none is the last; for HTTP an event of lines of which none is blank."""
    if wire.form == "websocket":
        more: Iterator[bytes] = itertools.chain(
            [frame(b"{", is_last=False)], itertools.repeat(frame(b"x" * FLOOD, 0, is_last=False))
        )
    else:
        line = b"data: " if wire.form == "sse" else b""
        more = itertools.repeat(line + b'"' + b"x" * FLOOD + b'"\n')
    return opened(lambda peer: flood(peer, more))(wire)


def gzip_bomb(wire: Wire) -> Script:
    """A few hundred kilobytes that unpack to gigabytes of comments. A WebSocket's messages are never packed."""
    return _bomb(wire, b":\n" if wire.form == "sse" else b" \n")


def gzip_bomb_of_zeros(wire: Wire) -> Script:
    """The same as one line."""
    return _bomb(wire, b"\0")


def _bomb(wire: Wire, unit: bytes) -> Script:
    packed = _packed(unit)

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", {"Content-Type": MEDIA[wire.form], "Content-Encoding": "gzip"}))
        flood(peer, itertools.repeat(packed))

    return script


@cache
def _packed(unit: bytes) -> bytes:
    """A whole gzip member that unpacks to 64 MiB."""
    packer = zlib.compressobj(9, wbits=31)
    piece = unit * (MIB // len(unit))
    return b"".join(packer.compress(piece) for _ in range(64)) + packer.flush()


def endless_heartbeat(wire: Wire) -> Script:
    """Signs of life without a word, as fast as they are read."""
    beat = BEATS[wire.form]
    return opened(lambda peer: flood(peer, itertools.repeat(beat * (4096 // len(beat)))))(wire)


def slow_heartbeat(wire: Wire) -> Script:
    return opened(lambda peer: peer.drip(BEATS[wire.form], 0.02, forever=True))(wire)


def one_byte_at_a_time(wire: Wire) -> Script:
    """An answer so slow that nothing whole comes in time."""
    words = json.dumps({"choices": [{"delta": {"content": "x" * 10_000}}]}).encode()
    data = frame(words) if wire.form == "websocket" else (b"data: " if wire.form == "sse" else b"") + words
    return opened(lambda peer: peer.drip(data, 0.02))(wire)


def error_page(wire: Wire) -> Script:
    """Fifty megabytes of apology."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("500 Internal Server Error", {"Content-Type": "text/html", "Content-Length": str(50 * MIB)}))
        flood(peer, itertools.repeat(b"<p>sorry</p>" * 5000, 50 * MIB // 60_000 + 1))

    return script


def packed_error_page(wire: Wire) -> Script:
    """The same, packed so that it is small on the wire."""
    page = gzip.compress(b"<p>sorry</p>" * (50 * MIB // 12))

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(
            head(
                "500 Internal Server Error",
                {"Content-Type": "text/html", "Content-Encoding": "gzip", "Content-Length": str(len(page))},
            )
            + page
        )

    return script


def refusing(_wire: Wire) -> Script:
    """A short apology, to compare with."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(response(b"sorry", status="500 X", media_type="text/plain"))

    return script


PACKED = (gzip_bomb, gzip_bomb_of_zeros)
"""What only HTTP can do."""
