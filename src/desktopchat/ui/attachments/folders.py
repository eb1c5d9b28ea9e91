"""Folders that are attached: which files are in them, and which of those are wanted."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QWidget

from desktopchat.i18n import ntr, tr
from desktopchat.transports.threads import in_daemon_thread, result_of
from desktopchat.ui.attachments.tray import MOST
from desktopchat.ui.attachments.wording import ending
from desktopchat.ui.chat import wording
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.eventloop import shown
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, label

LOOKED_AT = 5_000
"""Files of a folder; who drops a whole disk is not made to wait for it."""
KINDS_SHOWN = 12
_SKIPPED = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a folder; `size` in bytes."""

    path: Path
    size: int

    @property
    def kind(self) -> str:
        return ending(self.path.name)


async def chosen_files(paths: Sequence[Path], parent: QWidget) -> list[Path]:
    """The files among `paths`, and those in its folders that the user wants. Nothing where that is cancelled."""
    files, folders = await result_of(in_daemon_thread(lambda: _divided(paths), name="look at paths"))
    if not folders:
        return files
    found = await result_of(in_daemon_thread(lambda: _found_in(folders), name="look into folders"))
    dialog = FolderDialog(folders, found, MOST - len(files), parent)
    accepted = await shown(dialog)
    return [*files, *dialog.wanted] if accepted else []


class FolderDialog(Dialog):
    """Says how many files there are, and lets one choose by kind. `wanted` is what was chosen."""

    def __init__(self, folders: Sequence[Path], found: Sequence[Found], most: int, parent: QWidget | None) -> None:
        super().__init__(tr("Attach a folder"), parent, width=460)
        self.setObjectName("folderDialog")
        self._found, self._most = found, most
        self.wanted: list[Path] = []
        self._boxes: dict[str, QCheckBox] = {}
        names = ", ".join(folder.name or str(folder) for folder in folders[:3])
        self.column.addWidget(label(names, font_role="title"))
        self._count = label("", "muted")
        self.column.addWidget(self._count)
        for kind, files in _by_kind(found):
            self.column.addWidget(self._box(kind, files))
        self.column.addSpacing(SPACE.s)
        cancel = button(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self._attach = button(tr("Attach"), "primary")
        self._attach.setObjectName("attachFolder")
        self._attach.setDefault(True)
        self._attach.clicked.connect(self.accept)
        self.focus_first(self._attach)
        self.add_buttons(cancel, self._attach)
        self._count_wanted()

    def _box(self, kind: str, files: Sequence[Found]) -> QCheckBox:
        size = wording.size(sum(file.size for file in files))
        many = ntr("{n} file", "{n} files", len(files))
        box = QCheckBox(f"{kind or tr('Others')}   {many}, {size}")
        box.setObjectName(f"kind_{kind}")
        box.setChecked(bool(kind))
        box.toggled.connect(self._count_wanted)
        self._boxes[kind] = box
        return box

    def _count_wanted(self) -> None:
        kinds = {kind for kind, box in self._boxes.items() if box.isChecked()}
        shown_kinds = self._boxes.keys() - {""}
        self.wanted = [f.path for f in self._found if (f.kind if f.kind in shown_kinds else "") in kinds]
        words = [
            ntr(
                "{n} file of {all} will be attached.",
                "{n} files of {all} will be attached.",
                len(self.wanted),
                all=len(self._found),
            )
        ]
        if len(self.wanted) > self._most:
            words.append(tr("That is more than {most}: choose fewer kinds.", most=self._most))
        self._count.setText(" ".join(words))
        self._attach.setEnabled(0 < len(self.wanted) <= self._most)


def _by_kind(found: Iterable[Found]) -> Iterator[tuple[str, Sequence[Found]]]:
    """The commonest kinds first; what is rare or has no ending stands together at the end, under ""."""
    kinds: dict[str, list[Found]] = {}
    for file in found:
        kinds.setdefault(file.kind, []).append(file)
    others = kinds.pop("", [])
    ranked = sorted(kinds.items(), key=lambda each: (-len(each[1]), each[0]))
    yield from ranked[:KINDS_SHOWN]
    others += [file for _, files in ranked[KINDS_SHOWN:] for file in files]
    if others:
        yield "", others


def _divided(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    files: list[Path] = []
    folders: list[Path] = []
    for path in paths:
        (folders if path.is_dir() else files).append(path)
    return files, folders


def _found_in(folders: Iterable[Path]) -> list[Found]:
    """The files below, sorted by name; nothing hidden, and no link is followed."""
    found: list[Found] = []
    for folder in folders:
        for inside, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if not name.startswith(".") and name not in _SKIPPED)
            for name in sorted(files):
                path = Path(inside, name)
                if not name.startswith(".") and path.is_file() and not path.is_symlink():
                    found.append(Found(path, path.stat().st_size))
                if len(found) >= LOOKED_AT:
                    return found
    return found
