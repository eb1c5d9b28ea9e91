"""Cutting a byte stream into lines with a limit and without looking at any byte twice. No meaning of lines here."""


class LineBuffer:
    """Collects pieces of bytes and gives out complete lines (ended by LF), whatever the pieces were.

    Once a line grows past `max_bytes` the buffer is `overflowing`: it keeps nothing and gives out nothing more.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._rest = bytearray()
        self.overflowing = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without their LF. The ones before a line too long are still given out."""
        if self.overflowing:
            return []
        lines = data.split(b"\n")
        if self._rest:
            self._rest += lines[0]
            if len(lines) == 1:
                self._check(len(self._rest))
                return []
            lines[0] = bytes(self._rest)
        self._rest = bytearray(lines.pop())
        return self._within_limit(lines)

    def take_rest(self) -> bytes:
        """The last line, which nothing ended; empty where there is none."""
        rest, self._rest = bytes(self._rest), bytearray()
        return rest

    def _within_limit(self, lines: list[bytes]) -> list[bytes]:
        for index, line in enumerate(lines):
            if len(line) > self._max_bytes:
                self._check(len(line))
                return lines[:index]
        self._check(len(self._rest))
        return lines

    def _check(self, length: int) -> None:
        if length > self._max_bytes:
            self.overflowing = True
            self._rest = bytearray()


class BomStripper:
    """Takes one UTF-8 byte order mark off the beginning of a stream, however it is cut."""

    _BOM = b"\xef\xbb\xbf"

    def __init__(self) -> None:
        self._held: bytes | None = b""

    def feed(self, data: bytes) -> bytes:
        if self._held is None:
            return data
        start = self._held + data
        if len(start) < len(self._BOM) and self._BOM.startswith(start):
            self._held = start
            return b""
        self._held = None
        return start.removeprefix(self._BOM)

    def flush(self) -> bytes:
        """What looked like the beginning of a mark and was none."""
        held, self._held = self._held or b"", None
        return held
