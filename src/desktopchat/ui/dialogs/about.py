"""What this program is and what it is made of: versions and licences, for people and for bug reports."""

import platform
import sys
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktopchat import __version__
from desktopchat.i18n import tr
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label

LIBRARIES = (
    "PySide6_Essentials",
    "shiboken6",
    "qasync",
    "httpx",
    "httpcore",
    "h11",
    "truststore",
    "socksio",
    "keyring",
    "apsw",
    "markdown-it-py",
    "mdit-py-plugins",
    "linkify-it-py",
    "Pygments",
    "starlette",
    "uvicorn",
    "anyio",
    "platformdirs",
    "filelock",
)


class AboutDialog(Dialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("About Desktop Chat"), parent, width=520)
        self.setObjectName("aboutDialog")
        self.column.addLayout(self._head())
        self.versions = QPlainTextEdit(versions())
        self.versions.setProperty("role", "field")
        self.versions.setReadOnly(True)
        self.versions.setTabChangesFocus(True)
        self.versions.setFont(theme().font("code"))
        self.versions.setMinimumHeight(280)
        self.versions.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.versions.setAccessibleName(tr("Versions and licences"))
        self.column.addWidget(self.versions)
        copy = button(tr("Copy"))
        copy.clicked.connect(self._copy)
        self.add_buttons(copy, None, self.close_button(tr("Close")))

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.l)
        picture = QLabel()
        picture.setPixmap(theme().app_pixmap(64))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(tr("Desktop Chat"), font_role="title"))
        words.addWidget(label(tr("Version {version}", version=__version__), "muted"))
        words.addWidget(
            label(
                tr(
                    "Free software under the MIT licence. It talks to the providers that you set up, and to nobody "
                    "else."
                ),
                "muted",
            )
        )
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.versions.toPlainText())


def versions() -> str:
    """One line per component."""
    lines = [
        f"Desktop Chat {__version__} (MIT)",
        f"Python {platform.python_version()} ({sys.implementation.name}, PSF-2.0)",
        f"Qt {qVersion()} (LGPL-3.0)",
        f"SQLite {_sqlite_version()} (public domain)",
        f"{platform.system()} {platform.release()} {platform.machine()}, {QApplication.platformName()}",
        "",
    ]
    return "\n".join(lines + [line for name in LIBRARIES if (line := _library(name))])


def _sqlite_version() -> str:
    import apsw

    return apsw.sqlite_lib_version()


def _library(name: str) -> str:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    return f"{found['Name']} {found['Version']} ({_licence(found)})"


def _licence(found: metadata.PackageMetadata) -> str:
    """As short as the package's own data allow: an SPDX expression, a classifier, or the first line of the text."""
    if expression := found.get("License-Expression"):
        return str(expression)
    named = [c.rsplit(" :: ", 1)[-1] for c in found.get_all("Classifier") or () if c.startswith("License ::")]
    if named:
        return ", ".join(named)
    text = str(found.get("License") or "").strip().splitlines()
    return text[0][:60] if text else tr("see its own files")
