"""The window for unexpected errors: what was reported can be read before it is copied. Nothing is sent anywhere."""

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktopchat.i18n import ntr, tr
from desktopchat.ui.dialogs.about import versions
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.reporter import redacted
from desktopchat.ui.theme import theme
from desktopchat.ui.widgets import button, label


class ErrorDialog(Dialog):
    """One window for all errors; a further one is added to its text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Something went wrong"), parent, width=640)
        self.setObjectName("errorDialog")
        self.setModal(False)
        self._head = label("", font_role="title")
        self.column.addWidget(self._head)
        self.column.addWidget(
            label(
                tr(
                    "This is a mistake in the program, not yours. Your conversations are stored. You can go on; if "
                    "something looks wrong, start the program again."
                )
            )
        )
        self.column.addWidget(
            label(tr("The report below helps to mend it. Read it first: it is copied only when you say so."), "muted")
        )
        self.text = QPlainTextEdit()
        self.text.setProperty("role", "field")
        self.text.setObjectName("errorReport")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme().font("code"))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMinimumHeight(240)
        self.text.setAccessibleName(tr("Error report"))
        self.column.addWidget(self.text)
        copy = button(tr("Copy report"))
        copy.clicked.connect(self._copy)
        self.add_buttons(copy, None, self.close_button(tr("Close")))

    def show_reports(self, reports: Sequence[str]) -> None:
        """Shows these reports, the newest last, with the versions under them."""
        count = len(reports)
        self._head.setText(ntr("An unexpected error", "{n} unexpected errors", count))
        self.text.setPlainText("\n".join([*reports, "", redacted(versions())]))

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.text.toPlainText())
