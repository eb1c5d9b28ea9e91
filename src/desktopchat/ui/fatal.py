"""Why the program cannot start, in a window of its own."""

from PySide6.QtWidgets import QMessageBox

from desktopchat import i18n
from desktopchat.domain.errors import Failure
from desktopchat.i18n import render, tr
from desktopchat.ui import eventloop
from desktopchat.ui.theme import theme


def show(failure: Failure) -> None:
    """Shows the sentence, what to do and the details, and returns when the window is closed."""
    app = eventloop.application(["desktopchat"])
    i18n.install()
    theme().install(app)

    async def main() -> int:
        return await eventloop.shown(_box(failure))

    eventloop.run(app, main, report=lambda _error: None, on_signal=lambda _number: app.closeAllWindows())


def _box(failure: Failure) -> QMessageBox:
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle(tr("Desktop Chat cannot start"))
    box.setText(render(failure.message))
    box.setInformativeText(render(failure.hint) if failure.hint else "")
    if failure.detail:
        box.setDetailedText(failure.detail)
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    return box
