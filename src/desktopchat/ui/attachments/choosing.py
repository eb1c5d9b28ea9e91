"""The system's dialogs for files, opened without a nested loop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktopchat.i18n import tr

_DOCUMENTS = "*.pdf *.docx *.pptx *.xlsx *.odt *.odp *.ods *.epub *.html *.htm *.md *.txt *.csv *.tsv *.srt *.vtt *.eml"
_PICTURES = "*.png *.jpg *.jpeg *.webp *.gif *.heic *.heif"


def new_dialog(parent: QWidget) -> QFileDialog:
    """Chooses files to be attached; emits `filesSelected`."""
    dialog = QFileDialog(parent, tr("Attach files"))
    dialog.setObjectName("attachDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(
        [
            f"{tr('All files')} (*)",
            f"{tr('Documents')} ({_DOCUMENTS})",
            f"{tr('Pictures')} ({_PICTURES})",
        ]
    )
    return dialog


def new_save_dialog(parent: QWidget, name: str) -> QFileDialog:
    """Chooses where a file goes; emits `fileSelected`."""
    dialog = QFileDialog(parent, tr("Save a copy"))
    dialog.setObjectName("saveCopyDialog")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(plain_name(name))
    return dialog


def plain_name(name: str) -> str:
    """A name that leads nowhere else: it may come from an archive that somebody else made."""
    kept = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(" .")
    return kept[:120] or tr("File")
