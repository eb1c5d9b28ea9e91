"""Writes a piece of code into a file that somebody chooses."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from desktopchat.i18n import tr


def suffix_of(language: str) -> str:
    """The usual ending of files in this language, ".txt" where nobody knows."""
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    if not language:
        return ".txt"
    try:
        patterns = find_lexer_class_by_name(language.lower()).filenames
    except ClassNotFound:
        return ".txt"
    endings = [pattern[1:] for pattern in patterns if pattern.startswith("*.")]
    return next((ending for ending in endings if ending[1:].isalnum()), ".txt")


class SaveCode(QObject):
    """Asks where to, writes, and says what went wrong. Lives as long as its dialog."""

    def __init__(self, text: str, language: str, parent: QWidget) -> None:
        self.dialog = QFileDialog(parent, tr("Save the code"))
        super().__init__(self.dialog)
        self._text = text
        self.dialog.setObjectName("saveCodeDialog")
        self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.selectFile("code" + suffix_of(language))
        self.dialog.fileSelected.connect(self.write)

    def open(self) -> None:
        self.dialog.open()

    def write(self, path: str) -> None:
        try:
            Path(path).write_text(self._text + "\n", encoding="utf-8", newline="\n")
        except OSError as problem:
            self._tell(path, problem)

    def _tell(self, path: str, problem: OSError) -> None:
        owner = self.dialog.parentWidget()
        box = QMessageBox(owner)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Not saved"))
        box.setText(tr("The code could not be written to {path}.", path=Path(path).name))
        box.setInformativeText(problem.strerror or type(problem).__name__)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
