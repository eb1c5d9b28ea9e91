"""When streamed text is shown: the first at once, the rest collected, and never so much at a time that it is felt."""

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktopchat.ui.chat.messageview import MessageView

FRAME_S = 0.033
BUDGET_S = 0.012
"""Parsing in one go; layout comes on top."""
PIECE = 2_000


class Pace(QObject):
    """Parses what waits in message views, then calls `show` with those that changed."""

    def __init__(self, parent: QObject, show: Callable[[list[MessageView]], None]) -> None:
        super().__init__(parent)
        self._show = show
        self._waiting: dict[MessageView, None] = {}
        self._changed: dict[MessageView, None] = {}
        """Parsed, but not shown yet."""
        self._last = 0.0
        self._took = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        self._is_due = False
        """Whether the timer runs. Asking Qt would cost more than all else that is done for a token."""
        self._warm = False

    def add(self, view: MessageView) -> None:
        """Something came for `view`."""
        self._waiting[view] = None
        if self._is_due:
            return
        rest = self._interval() - (time.monotonic() - self._last)
        if rest <= 0:
            self.now()
        else:
            self._call_in(rest)

    def now(self) -> None:
        """Shows what has come. Where more has come than there is time for, parsing goes on in further turns."""
        self._is_due = False
        begin = time.monotonic()
        pending, self._waiting = list(self._waiting), {}
        left = [view for view in pending if _parse(view, begin + BUDGET_S)]
        self._changed.update(dict.fromkeys(pending))
        if not left or begin - self._last >= 2 * self._interval():
            changed, self._changed = list(self._changed), {}
            self._show(changed)
            self._last = time.monotonic()
            self._took = self._last - begin
        for view in left:
            self._waiting[view] = None
        if left:
            self._call_in(0)

    def forget(self) -> None:
        self._waiting.clear()
        self._changed.clear()
        self._timer.stop()
        self._is_due = False

    def warm_up(self) -> None:
        """Imports the Markdown parser and the highlighter while the network is waited for."""
        if not self._warm:
            self._warm = True
            threading.Thread(target=_import_renderers, name="warm up", daemon=True).start()

    def _call_in(self, seconds: float) -> None:
        self._is_due = True
        self._timer.start(max(0, round(seconds * 1000)))

    def _interval(self) -> float:
        """Longer where showing takes long, so that most of the time is free for others."""
        return max(FRAME_S, 2.5 * self._took)


def _parse(view: MessageView, until: float) -> bool:
    """Parses until nothing waits or the time is over; True if something waits."""
    while view.parse(PIECE):
        if time.monotonic() >= until:
            return True
    return False


def _import_renderers() -> None:
    from desktopchat.render.blocks import parse
    from desktopchat.render.highlight import highlight

    parse("*warm*")
    highlight("warm = 1", "python")
