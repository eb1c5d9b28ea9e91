"""The end of an answer in bare text, which may be no text: some relays write their errors behind it."""

import re

MOST_HELD = 64 * 1024
_MARKS = ('data: {"error"', 'data:{"error"')
_MARK = re.compile(r'data: ?\{"error"')


class LastWords:
    """Holds back what may be an error: `data: {"error": …}` with nothing behind it, or a JSON object alone.

    Takes text in any pieces. What was taken for an error and is followed by more text was text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._said_something = False

    def feed(self, piece: str) -> str:
        """What is text for certain by now."""
        self._held += piece
        if not self._said_something and self._may_be_an_object():
            return ""
        end = self._end_of_text()
        said, self._held = self._held[:end], self._held[end:]
        self._said_something = self._said_something or bool(said.strip())
        return said

    def take(self) -> str:
        """What was held back until the end."""
        held, self._held = self._held, ""
        return held

    def _may_be_an_object(self) -> bool:
        return self._held.lstrip()[:1] in ("", "{") and len(self._held) < MOST_HELD

    def _end_of_text(self) -> int:
        if (found := _MARK.search(self._held)) is None:
            return len(self._held) - self._beginning_of_a_mark()
        behind = self._held[found.start() :].strip()
        goes_on = "\n" in behind or len(behind) > MOST_HELD
        return found.end() if goes_on else found.start()

    def _beginning_of_a_mark(self) -> int:
        """How many characters at the end are perhaps the beginning of a mark."""
        longest = max(map(len, _MARKS)) - 1
        sizes = range(min(longest, len(self._held)), 0, -1)
        return next((size for size in sizes if any(mark.startswith(self._held[-size:]) for mark in _MARKS)), 0)
