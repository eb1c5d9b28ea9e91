"""The languages of code, loaded beside the window's thread: to prepare one can take a tenth of a second."""

import threading
from functools import cache

from PySide6.QtCore import QObject, QTimer, Signal

from desktopchat.render import highlight


class Languages(QObject):
    """Knows which languages can be coloured at once."""

    loaded = Signal()
    """A language that was missing is here now, or code has its turn: what is painted may get its colours."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.loaded)

    def has(self, language: str) -> bool:
        """Whether `language` is ready. If it is not, it is loaded from now on."""
        if not language or highlight.is_loaded(language):
            return True
        if language not in self._asked:
            self._asked.add(language)
            threading.Thread(target=self._load, args=(language,), name="load a language", daemon=True).start()
        return False

    def ask_again(self, seconds: float) -> None:
        """Code was painted that has to wait so long for its colours."""
        if not self._timer.isActive():
            self._timer.start(max(1, round(seconds * 1000)))

    def _load(self, language: str) -> None:
        highlight.load(language)
        self.loaded.emit()


@cache
def languages() -> Languages:
    """The one for all transcripts."""
    return Languages()
