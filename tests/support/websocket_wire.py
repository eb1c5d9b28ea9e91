"""The server's side of a WebSocket, byte by byte, for scripts of a raw server. It knows the frames' form, no rules."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence

from tests.support.rawserver import Peer, RawRequest, Script

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING = 0, 1, 2, 8, 9


def frame(data: bytes, opcode: int = TEXT, *, is_last: bool = True) -> bytes:
    """One unmasked frame (RFC 6455, 5.2)."""
    first = bytes([opcode | (0x80 if is_last else 0)])
    if len(data) < 126:
        return first + bytes([len(data)]) + data
    if len(data) < 65536:
        return first + bytes([126]) + len(data).to_bytes(2) + data
    return first + bytes([127]) + len(data).to_bytes(8) + data


def closing(code: int, reason: str = "") -> bytes:
    return frame(code.to_bytes(2) + reason.encode(), CLOSE)


def accepted(request: RawRequest) -> bytes:
    """The head that opens the WebSocket which `request` asks for."""
    key = request.headers["sec-websocket-key"] + GUID
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
    return "\r\n".join([*lines, f"Sec-WebSocket-Accept: {accept}", "", ""]).encode()


def read_frame(peer: Peer) -> tuple[int, bytes]:
    """The opcode and the unmasked data of the client's next frame."""
    opcode, length = peer.read(2)
    length &= 0x7F
    if length > 125:
        length = int.from_bytes(peer.read(2 if length == 126 else 8))
    mask = peer.read(4)
    data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(peer.read(length)))
    return opcode & 0x0F, data


def after_question(then: Callable[[Peer], None] | bytes, *, questions: list[object] | None = None) -> Script:
    """Opens the WebSocket, reads one message, and goes on with `then`: bytes, or what is to be done."""

    def script(peer: Peer) -> None:
        peer.send(accepted(peer.read_request()))
        _opcode, data = read_frame(peer)
        if questions is not None:
            questions.append(json.loads(data))
        if callable(then):
            then(peer)
        else:
            peer.send(then)

    return script


def spark(status: int, piece: object = "", *, sid: str = "sid-1", **more: object) -> bytes:
    """A frame of Spark's: `piece` is the content, or the whole entry of `text`."""
    entry = piece if isinstance(piece, dict) else {"content": piece, "role": "assistant", "index": 0}
    payload = {"choices": {"status": status, "seq": 0, "text": [entry]}, **more}
    header = {"code": 0, "message": "Success", "sid": sid, "status": status}
    return json.dumps({"header": header, "payload": payload}, ensure_ascii=False).encode()


def spark_error(code: object, message: str = "words", **more: object) -> bytes:
    return json.dumps({"header": {"code": code, "message": message, "sid": "sid-1", "status": 2}, **more}).encode()


def texts(messages: Sequence[bytes]) -> bytes:
    return b"".join(map(frame, messages))
