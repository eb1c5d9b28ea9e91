"""Where unexpected errors end: in the log, and in one window that shows the report before it is copied."""

import logging
import traceback
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from desktopchat.ui.dialogs.errors import ErrorDialog

log = logging.getLogger(__name__)

MOST_REPORTS = 20


class Reporter:
    """The program's one place for errors that nobody expected. Safe to call from any thread."""

    def __init__(self) -> None:
        self.reports: list[str] = []
        self._dialog: ErrorDialog | None = None
        self._bridge: Any = None

    def report(self, error: BaseException) -> None:
        """Logs the error and shows the window, or adds to the one that is open."""
        log.error("unexpected error", exc_info=error)
        text = redacted("".join(traceback.format_exception(error)))
        if text in self.reports or len(self.reports) >= MOST_REPORTS:
            return
        self.reports.append(text)
        if QApplication.instance() is not None:
            self._in_gui_thread()

    def _in_gui_thread(self) -> None:
        from PySide6.QtCore import QMetaObject, Qt

        if self._bridge is None:
            self._bridge = _make_bridge(self)
        QMetaObject.invokeMethod(self._bridge, "show", Qt.ConnectionType.QueuedConnection)

    def show(self) -> None:
        """Brings the window up to date. Runs from the event loop, never inside what failed."""
        from desktopchat.ui.dialogs.errors import ErrorDialog

        if self._dialog is None:
            self._dialog = ErrorDialog(QApplication.activeWindow())
            self._dialog.finished.connect(self._closed)
        self._dialog.show_reports(self.reports)
        self._dialog.open()

    def _closed(self, _result: int) -> None:
        dialog, self._dialog = self._dialog, None
        self.reports.clear()
        if dialog is not None:
            dialog.deleteLater()


def _make_bridge(reporter: Reporter) -> Any:
    """An object of the GUI thread whose slot other threads may queue."""
    from PySide6.QtCore import QObject, Slot

    class Bridge(QObject):
        @Slot()
        def show(self) -> None:
            reporter.show()

    bridge = Bridge()
    app = QApplication.instance()
    if app is not None:
        bridge.moveToThread(app.thread())
    return bridge


def redacted(text: str) -> str:
    """Without keys, and without the name of the home directory."""
    from pathlib import Path

    from desktopchat.transports.redact import redact

    try:
        home = str(Path.home())
    except RuntimeError:  # nobody's home is known
        home = ""
    return redact(text.replace(home, "~") if len(home) > 1 else text)
