"""Attachments leave the program as copies: opened with the system's program, or saved somewhere."""

import shutil
import stat
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktopchat.domain.errors import ChatError, ErrorKind, failed
from desktopchat.domain.message import FilePart, ImagePart
from desktopchat.domain.text import msg
from desktopchat.transports.threads import in_daemon_thread, result_of
from desktopchat.ui.attachments.choosing import plain_name

if TYPE_CHECKING:
    from desktopchat.services.attachments import AttachmentService

_DOCUMENTS = (
    "pdf",
    "docx",
    "pptx",
    "xlsx",
    "odt",
    "odp",
    "ods",
    "epub",
    "md",
    "txt",
    "csv",
    "tsv",
    "srt",
    "vtt",
    "eml",
)
_SUBTITLES = ("srt", "vtt")
_PICTURES = ("png", "jpg", "jpeg", "webp", "gif", "heic", "heif")
OPENED = frozenset((*_DOCUMENTS, *_SUBTITLES, *_PICTURES))
"""What a system shows; everything else might be run by it."""


async def open_copy(service: "AttachmentService", part: ImagePart | FilePart) -> None:
    """Opens a read-only copy with the system's program. Raises `ChatError` for what might be run instead of shown."""
    name = plain_name(part.name)
    if name.rpartition(".")[2].lower() not in OPENED:
        raise _not_opened(name)
    copy = _folder() / part.sha256[:12] / name
    if not copy.exists():
        await result_of(in_daemon_thread(lambda: _copy(service.path(part), copy, read_only=True), name="copy a file"))
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(copy))):
        raise failed(
            ErrorKind.NOT_FOUND,
            msg("No program of this system opens {name}.", name=name),
            hint=msg("Save a copy, and open it with a program of your choice."),
        )


async def write_copy(service: "AttachmentService", part: ImagePart | FilePart, path: Path) -> None:
    """Writes the file as it was attached. Raises `ChatError` `storage`."""
    await result_of(in_daemon_thread(lambda: _copy(service.path(part), path), name="copy a file"))


def _copy(source: Path, copy: Path, *, read_only: bool = False) -> None:
    try:
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        if read_only:
            copy.chmod(stat.S_IRUSR)
    except OSError as error:
        raise failed(
            ErrorKind.STORAGE,
            msg("{name} could not be copied ({reason}).", name=copy.name, reason=error.strerror or str(error)),
            hint=msg("Choose another folder, or attach the file again if it is not stored here any more."),
        ) from error


@cache
def _folder() -> Path:
    """Removed when the program ends."""
    _folders.append(tempfile.TemporaryDirectory(prefix="desktopchat-", ignore_cleanup_errors=True))
    return Path(_folders[-1].name)


_folders: list["tempfile.TemporaryDirectory[str]"] = []


def _not_opened(name: str) -> ChatError:
    return failed(
        ErrorKind.FILE_REJECTED,
        msg("{name} is not opened: the system might run it instead of showing it.", name=name),
        hint=msg("Look at its text here, or save a copy."),
    )
