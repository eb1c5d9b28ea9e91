"""Text from JSON can hold half a character (an escaped surrogate); storage, files and the network refuse it."""


def repaired(text: str) -> str:
    """`text` with pairs of surrogates joined and lone ones replaced by U+FFFD. Cheap where there are none."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class SurrogateJoiner:
    """Joins pairs that a provider cut between two pieces: feed the pieces in order, then flush once."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What can be shown of everything fed so far and not returned yet."""
        text = self._held + text
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return repaired(text)

    def flush(self) -> str:
        """What is left at the end: nothing, or U+FFFD for a half that never met its other half."""
        held, self._held = self._held, ""
        return "\ufffd" if held else ""
