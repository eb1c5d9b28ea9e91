"""Unpacking `Content-Encoding` piece by piece, with every piece of a bounded size however small the packed one is.

Only gzip and deflate: others were not asked for. httpx's own decoders are not used: they hand out whatever one
packed piece contains (8 MiB from 64 kB), say nothing about a stream that ends in the middle, and pass on what they
do not know as if it were text.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

from desktopchat.transports import sentences

PIECE_BYTES = 64 * 1024
"""Reading a piece takes a few hundredths of a second at worst: whoever stops an answer waits no longer."""
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS


class Decoder(Protocol):
    """Raises `ChatError` (`protocol`, `truncated`) when the bytes are not what the header said."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def finish(self) -> None:
        """Says that the body has ended."""
        ...


class Identity:
    """Nothing was packed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if data:
            yield data

    def finish(self) -> None:
        return


class Inflater:
    """gzip (also several members in a row), zlib, and deflate without a header, which some servers send."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._inflate: zlib._Decompress | None = None
        self._start = b""
        self._fed = False
        self._unpacked_any = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._fed = self._fed or bool(data)
        while data:
            if self._inflate is None:
                data = self._start + data
                if len(data) < 2:
                    self._start = data
                    return
                self._start, self._inflate = b"", zlib.decompressobj(_window_bits(data))
            piece = self._unpack(data)
            if piece:
                self._unpacked_any = True
                yield piece
            data = self._after_piece()

    def finish(self) -> None:
        if not self._fed or (self._inflate is None and self._unpacked_any and not self._start):
            return
        if self._inflate is None or not self._inflate.eof:
            sentence = sentences.CUT_COMPRESSION if self._unpacked_any else sentences.NOTHING_UNPACKED
            raise sentence.error(host=self._host)

    def _unpack(self, data: bytes) -> bytes:
        assert self._inflate is not None
        try:
            return self._inflate.decompress(data, PIECE_BYTES)
        except zlib.error as error:
            raise sentences.BAD_COMPRESSION.error(str(error), host=self._host) from error

    def _after_piece(self) -> bytes:
        """What is still to be unpacked; after the end of a member, the next one (zeros are padding)."""
        assert self._inflate is not None
        if not self._inflate.eof:
            return self._inflate.unconsumed_tail
        rest = self._inflate.unused_data.lstrip(b"\0")
        if rest:
            self._inflate = None
        return rest


def decoder_for(content_encoding: str, host: str) -> Decoder:
    """The decoder for a header's value. Raises `ChatError` `protocol` for one that nobody asked for."""
    names = [name for part in content_encoding.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if not names:
        return Identity()
    if len(names) == 1 and names[0] in ("gzip", "x-gzip", "deflate"):
        return Inflater(host)
    raise sentences.UNKNOWN_COMPRESSION.error(host=host, encoding=", ".join(names)[:80])


def _window_bits(start: bytes) -> int:
    """gzip begins with 1f 8b; zlib with a byte pair that 31 divides (RFC 1950); else it is bare deflate."""
    is_gzip = start[:2] == b"\x1f\x8b"
    is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
    return _ZLIB_OR_GZIP if is_gzip or is_zlib else _RAW_DEFLATE
