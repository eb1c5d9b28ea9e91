"""Lines of newline-delimited JSON from bytes. What the lines say is read elsewhere."""

from desktopchat.domain.errors import ChatError
from desktopchat.domain.request import MIB
from desktopchat.transports import sentences
from desktopchat.transports.lines import BomStripper, LineBuffer


class NDJSONDecoder:
    """Feed it bytes in any pieces: the lines are the same. Only LF ends a line; blank lines are left out.

    Malformed UTF-8 becomes U+FFFD. A line past its limit raises `ChatError` `too_large`, after the lines before it
    have been returned.
    """

    def __init__(self, max_line_bytes: int = 16 * MIB) -> None:
        self.bytes_seen = 0
        self._max_line_bytes = max_line_bytes
        self._bom = BomStripper()
        self._lines = LineBuffer(max_line_bytes)

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` completes."""
        self.bytes_seen += len(data)
        lines = _texts(self._lines.feed(self._bom.feed(data)))
        if self._lines.overflowing and not lines:
            raise self._too_long()
        return lines

    def flush(self) -> str | None:
        """At the end of the stream: the last line, if it had no LF."""
        lines = _texts([*self._lines.feed(self._bom.flush()), self._lines.take_rest()])
        if self._lines.overflowing:
            raise self._too_long()
        return lines[0] if lines else None

    def _too_long(self) -> ChatError:
        return sentences.LINE_TOO_LONG.error(limit=sentences.size(self._max_line_bytes))


def _texts(lines: list[bytes]) -> list[str]:
    """The lines as text; a CR before the LF goes, like every other blank around a line."""
    return [text for line in lines if (text := line.decode("utf-8", "replace").strip(" \t\r"))]
