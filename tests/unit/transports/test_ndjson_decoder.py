"""Newline-delimited JSON from bytes, at every split."""

import pytest

from desktopchat.domain.errors import ChatError, ErrorKind
from desktopchat.transports.ndjson import NDJSONDecoder

VECTORS: dict[str, tuple[bytes, list[str], str | None]] = {
    "lines": (b'{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}'], None),
    "CRLF": (b'{"a":1}\r\n{"a":2}\r\n', ['{"a":1}', '{"a":2}'], None),
    "blank lines": (b'\n\r\n \t\n{"a":1}\n\n', ['{"a":1}'], None),
    "no last line end": (b'{"a":1}\n{"a":2}', ['{"a":1}'], '{"a":2}'),
    "BOM": (b'\xef\xbb\xbf{"a":1}\n', ['{"a":1}'], None),
    "other line ends": ('{"a":"\u2028\u0085\x0b"}\n'.encode(), ['{"a":"\u2028\u0085\x0b"}'], None),
    "malformed UTF-8": (b'{"a":"\xff"}\n', ['{"a":"\ufffd"}'], None),
    "a CR inside stays": (b"1\r2\n", ["1\r2"], None),
    "half a BOM": (b"\xef", [], "\ufffd"),
}


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_gives_its_lines_at_every_split(name: str) -> None:
    data, lines, rest = VECTORS[name]
    splits = [[data[:at], data[at:]] for at in range(len(data) + 1)]
    for pieces in [*splits, [data[i : i + 1] for i in range(len(data))]]:
        decoder = NDJSONDecoder()
        assert [line for piece in pieces for line in decoder.feed(piece)] == lines
        assert decoder.flush() == rest


def test_a_line_too_long_is_refused_after_the_lines_before_it() -> None:
    decoder = NDJSONDecoder(max_line_bytes=10)
    assert decoder.feed(b"1\n" + b"x" * 11 + b"\n2\n") == ["1"]
    with pytest.raises(ChatError) as caught:
        decoder.flush()
    assert caught.value.kind is ErrorKind.TOO_LARGE
    with pytest.raises(ChatError):
        decoder.feed(b"3\n")
