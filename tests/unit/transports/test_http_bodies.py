"""Bodies that are cut, packed, or packed wrongly."""

import gzip
import zlib

import pytest
from tests.support.http_asking import CHUNKED, after_request, everything, failing, opened, run, says
from tests.support.rawserver import Peer, RawServer, Script, chunk, head, raw_server, response

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import Limits
from desktopchat.transports import sentences
from desktopchat.transports.http import ContentClock
from desktopchat.transports.sentences import Sentence


def cut_script(data: bytes, headers: dict[str, str], *, reset: bool = False) -> Script:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(head("200 OK", headers) + data)
        if reset:
            peer.read(1) if peer.server.stopping.wait(0.2) else None
            peer.reset()

    return script


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize(
    ("data", "headers", "reset"),
    [
        (chunk(b"data: a\n\n") + b"ff\r\nda", CHUNKED, False),
        (b"data: a\n\n", {"Content-Length": "500"}, False),
        (b"data: a\n\n", {"Content-Length": "500"}, True),
    ],
)
def test_a_cut_body_is_truncated_after_content_and_a_network_error_before(
    data: bytes, headers: dict[str, str], reset: bool, shown: bool
) -> None:
    async def ask(server: RawServer) -> None:
        limits = Limits(first_content_s=5, idle_s=5)
        clock = ContentClock(limits, server.url)
        async with opened(server, limits, clock=clock) as reply:
            async for _ in reply.chunks():
                if shown:
                    clock.content()

    with raw_server(cut_script(data, headers, reset=reset)) as server, pytest.raises(ChatError) as caught:
        run(ask(server))
    assert says(caught.value, sentences.CUT if shown else sentences.CONNECTION_LOST)


def test_a_clean_close_without_a_length_is_just_the_end() -> None:
    with raw_server(after_request(head() + b"data: a\n\n")) as server:
        assert run(everything(server)) == b"data: a\n\n"


BODY = "data: 你好\n\n".encode() * 50
RAW_DEFLATE = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "x-gzip": ("X-GZip", gzip.compress(BODY)),
    "two members": ("gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
    "padding": ("gzip", gzip.compress(BODY) + b"\0" * 20),
    "zlib": ("deflate", zlib.compress(BODY)),
    "bare deflate": ("deflate", RAW_DEFLATE.compress(BODY) + RAW_DEFLATE.flush()),
    "identity": ("identity", BODY),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_packed_answers_are_survived_however_they_are_cut(name: str, step: int) -> None:
    encoding, body = PACKED[name]
    pieces = [chunk(body[at : at + step]) for at in range(0, len(body), step)]
    headers = {**CHUNKED, "Content-Encoding": encoding}
    with raw_server(after_request(head("200 OK", headers) + b"".join(pieces) + chunk(b""))) as server:
        assert run(everything(server)) == BODY


@pytest.mark.parametrize(
    ("encoding", "body", "sentence"),
    [
        ("gzip", gzip.compress(BODY * 100)[:-9], sentences.CUT_COMPRESSION),
        ("gzip", gzip.compress(BODY)[:8], sentences.NOTHING_UNPACKED),
        ("gzip", b"\x1f", sentences.NOTHING_UNPACKED),
        ("gzip", BODY, sentences.BAD_COMPRESSION),
        ("br", b"\x0b\x02\x80", sentences.UNKNOWN_COMPRESSION),
        ("zstd", b"(\xb5/\xfd", sentences.UNKNOWN_COMPRESSION),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY)), sentences.UNKNOWN_COMPRESSION),
    ],
    ids=["cut", "head alone", "one byte", "plain text", "brotli", "zstd", "packed twice"],
)
def test_wrongly_packed_answers_are_told(encoding: str, body: bytes, sentence: Sentence) -> None:
    assert says(failing(after_request(response(body, headers={"Content-Encoding": encoding}))), sentence)


def test_an_empty_body_is_empty_however_it_is_labelled() -> None:
    with raw_server(after_request(response(b"", headers={"Content-Encoding": "gzip"}))) as server:
        assert run(everything(server)) == b""
