"""When streamed text is shown: the first at once, the rest collected, and never so much at a time that it is felt."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktopchat.ui.chat.messageview import MessageView

FRAME_S, SLOWEST_FRAME_S = 0.05, 0.1
BUDGET_S = 0.008
"""Parsing in one go; layout and painting come in other turns of the loop, so that keys and network come between."""
PIECE = 3_000
SHARE = 8
"""Parsing, layout and painting may take one part in so many of the time, while that gives ten pictures a second."""


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
        self._parsed = 0.0
        """Seconds of parsing since something was shown."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)
        self._is_due = False
        """Whether the timer runs. Asking Qt would cost more than all else that is done for a token."""
        self._shows_next = False

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
        self._parse()
        if self._is_time():
            self._show_changed()
        self._go_on()

    def forget(self) -> None:
        self._waiting.clear()
        self._changed.clear()
        self._timer.stop()
        self._is_due = self._shows_next = False

    def add_cost(self, seconds: float) -> None:
        """Painting took so long, which counts as showing."""
        self._took += seconds

    def _turn(self) -> None:
        """What the timer calls: after parsing that took its time, showing waits for the next turn."""
        self._is_due = False
        if self._shows_next:
            self._show_changed()
        elif self._parse() > BUDGET_S / 2:
            self._shows_next = self._is_time()
        elif self._is_time():
            self._show_changed()
        self._go_on()

    def _parse(self) -> float:
        """Parses for a while; returns the seconds that it took."""
        begin = time.monotonic()
        pending, self._waiting = list(self._waiting), {}
        for view in pending:
            if _parse(view, begin + BUDGET_S):
                self._waiting[view] = None
            self._changed[view] = None
        took = time.monotonic() - begin
        self._parsed += took
        return took

    def _is_time(self) -> bool:
        return bool(self._changed) and (not self._waiting or time.monotonic() - self._last >= 2 * self._interval())

    def _show_changed(self) -> None:
        self._shows_next = False
        changed, self._changed = list(self._changed), {}
        begin = time.monotonic()
        self._show(changed)
        self._last = time.monotonic()
        self._took = self._last - begin + self._parsed
        self._parsed = 0.0

    def _go_on(self) -> None:
        if self._waiting or self._shows_next:
            self._call_in(0)

    def _call_in(self, seconds: float) -> None:
        self._is_due = True
        self._timer.start(round(seconds * 1000))

    def _interval(self) -> float:
        return min(max(FRAME_S, SHARE * self._took), SLOWEST_FRAME_S)


def _parse(view: MessageView, until: float) -> bool:
    """Parses until nothing waits or the time is over; True if something waits."""
    while view.parse(PIECE):
        if time.monotonic() >= until:
            return True
    return False
