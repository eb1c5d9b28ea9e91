"""A server for the streaming benchmarks, as a process of its own: it streams a made-up document and says when.

`python benchmarks/_server.py` prints its address and serves until its standard input ends. The model's name says what
comes: `fast-SIZE` as fast as it is taken, 16 events to a write; `rate-N-SIZE` N tokens a second; `wait-MS-SIZE` nothing
for some milliseconds and then `fast-SIZE`. `GET /sent` tells of the last answer: monotonic seconds of the first and the
last write, and the number of tokens. Standard library only; it knows the chat completions dialect, no errors, no keys.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

from _documents import document, tokens

BATCH = 16
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', "[DONE]"


@dataclass
class Sent:
    first: float = 0.0
    last: float = 0.0
    tokens: int = 0


def chunk(*events: bytes) -> bytes:
    body = b"".join(events)
    return b"%x\r\n%s\r\n" % (len(body), body)


@cache
def answer(size: str) -> list[bytes]:
    """The events of an answer, one for each token, and those that end it."""
    head = (
        '{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench",'
        '"choices":[{"index":0,"delta":{"content":'
    )
    tail = '},"logprobs":null,"finish_reason":null}]}'
    said = [head + json.dumps(token, ensure_ascii=False) + tail for token in tokens(document(size))]
    return [f"data: {event}\n\n".encode() for event in (*said, *LAST)]


class Server:
    def __init__(self) -> None:
        self._sent = Sent()
        self._writes: dict[str, list[bytes]] = {}

    async def serve(self) -> None:
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0, limit=1 << 24)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        async with server:
            await server.serve_forever()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").lower().split("\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith("content-length:")), 0)
                body = await reader.readexactly(length)
                if lines[0].startswith("post"):
                    await self._stream(writer, json.loads(body)["model"])
                else:
                    said = json.dumps(asdict(self._sent)).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side has what it wants
        finally:
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, model: str) -> None:
        kind, *numbers, size = model.split("-")
        events = answer(size)
        self._sent = Sent(tokens=len(events) - len(LAST))
        writer.write(HEAD)
        if kind == "rate":
            await self._at_rate(writer, events, int(numbers[0]))
        else:
            writes = list(self._prepared(size, events))
            await writer.drain()
            await asyncio.sleep(int(numbers[0]) / 1000 if kind == "wait" else 0)
            self._sent.first = time.monotonic()
            for write in writes:
                writer.write(write)
                await writer.drain()
        self._sent.last = time.monotonic()
        writer.write(b"0\r\n\r\n")

    def _prepared(self, size: str, events: list[bytes]) -> Iterator[bytes]:
        if size not in self._writes:
            self._writes[size] = [chunk(*events[at : at + BATCH]) for at in range(0, len(events), BATCH)]
        return iter(self._writes[size])

    async def _at_rate(self, writer: asyncio.StreamWriter, events: list[bytes], rate: int) -> None:
        self._sent.first = time.monotonic()
        for number, event in enumerate(events):
            if (early := self._sent.first + number / rate - time.monotonic()) > 0.0005:
                await asyncio.sleep(early)
            writer.write(chunk(event))
            await writer.drain()


if __name__ == "__main__":
    threading.Thread(target=asyncio.run, args=(Server().serve(),), daemon=True).start()
    sys.stdin.read()
