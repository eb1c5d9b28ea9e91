"""The loop of qasync, with readers that wait and stop waiting cheaply. Imported with asyncio, not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qasync
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication


class QtLoop(qasync.QEventLoop):
    """Keeps the notifier of a reader that was taken away: who reads a stream adds and removes one for every piece.

    A notifier that is parked is disabled, so that Qt does not look at its descriptor; the next reader of the same
    number takes it over. A wake-up that was on its way then finds nothing to read, which all of asyncio understands.
    """

    def __init__(self, app: QApplication) -> None:
        self._parked: dict[int, QSocketNotifier] = {}
        self._calls: dict[int, tuple[Callable[..., object], tuple[Any, ...]]] = {}
        super().__init__(app)

    def _add_reader(self, fd: Any, callback: Callable[..., object], *args: Any) -> None:
        if not isinstance(fd, int):
            super()._add_reader(fd, callback, *args)
            return
        self._calls[fd] = (callback, args)
        if fd not in self._read_notifiers and (notifier := self._parked.pop(fd, None)) is not None:
            self._read_notifiers[fd] = notifier
            notifier.setEnabled(True)
        else:
            super()._add_reader(fd, self._call, fd)

    def _remove_reader(self, fd: Any) -> bool | None:
        if not isinstance(fd, int) or self.is_closed():
            removed: bool | None = super()._remove_reader(fd)
            return removed
        notifier = self._read_notifiers.pop(fd, None)
        if notifier is None:
            return False
        notifier.setEnabled(False)
        self._parked[fd] = notifier
        del self._calls[fd]
        return True

    def _call(self, fd: int) -> None:
        if (call := self._calls.get(fd)) is not None:
            call[0](*call[1])
