"""Text that arrives in pieces, and how much of it is already safe on disk."""


class Kept:
    """Adding is cheap; nothing is joined before somebody asks for the text. What it begins with counts as safe."""

    def __init__(self, begun: str = "") -> None:
        self._pieces: list[str] = [begun] if begun else []
        self._saved = len(self._pieces)
        self.length = len(begun)

    def add(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)

    def replace(self, text: str) -> None:
        self._pieces, self.length, self._saved = [text], len(text), 0

    def unsaved(self) -> str:
        """What was added since the last call."""
        new = "".join(self._pieces[self._saved :])
        self._saved = len(self._pieces)
        return new

    def put_back(self) -> None:
        """The pieces are not safe after all: all of them count as unsaved again."""
        self._saved = 0

    def joined(self) -> str:
        if len(self._pieces) > 1:
            saved_all = self._saved == len(self._pieces)
            if saved_all:
                self._pieces = ["".join(self._pieces)]
                self._saved = 1
        return "".join(self._pieces)
