"""The text that is sent of a document, to be looked at; its encoding and its hidden text can be decided there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from desktopchat.domain.errors import Failure
from desktopchat.domain.message import FilePart
from desktopchat.i18n import ntr, render, tr
from desktopchat.ui.attachments.wording import extent, hidden
from desktopchat.ui.chat.pasting import pieces
from desktopchat.ui.dialogs.base import Dialog
from desktopchat.ui.doing import start
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconLabel, button, label

if TYPE_CHECKING:
    from desktopchat.documents.extracted import Extracted
    from desktopchat.services.attachments import AttachmentService
    from desktopchat.services.tasks import Tasks

ENCODINGS = ("utf-8", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "windows-1252", "windows-1251", "utf-16")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_LETTERS = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
MOST_MARKED = 300
"""Hidden stretches that are marked; a text may have as many as it has letters."""


class TextView(Dialog):
    """A window beside the main one. Where it is `changeable`, it emits the part with what was decided."""

    partChanged = Signal(object)  # noqa: N815 - Qt's way of naming signals
    visibleTextWanted = Signal(str)  # noqa: N815
    """Only this text is to be sent, in the place of the file."""

    def __init__(
        self,
        part: FilePart,
        service: AttachmentService,
        tasks: Tasks,
        parent: QWidget | None,
        *,
        changeable: bool,
        as_file: bool = False,
    ) -> None:
        super().__init__(
            tr("The text in the file") if as_file else tr("The text that is sent"), parent, width=720, height=640
        )
        self.setObjectName("textView")
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._part, self._service, self._tasks, self._changeable = part, service, tasks, changeable
        self._as_file = as_file
        """The provider gets the file itself."""
        self._coming: Iterator[str] = iter(())
        self._task: asyncio.Task[None] | None = None
        self._marks: list[tuple[int, int]] = []
        self._visible = ""
        self._build()
        self._filling = QTimer(self, interval=0)
        self._filling.timeout.connect(self._insert_next)
        self.finished.connect(self._end)
        self._read()

    @property
    def is_whole(self) -> bool:
        """Whether everything is there that was read."""
        return self._task is None and not self._filling.isActive()

    # -- building -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.column.addWidget(label(self._part.name, font_role="title"))
        self.about = label("", "muted", "small")
        self.column.addWidget(self.about)
        self.column.addWidget(self._notice())
        self.column.addLayout(self._encoding_row())
        self.text = QPlainTextEdit()
        self.text.setObjectName("sentText")
        self.text.setAccessibleName(tr("The text that is sent"))
        self.text.setProperty("role", "field")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.column.addWidget(self.text, 1)
        self.add_buttons(self.close_button(tr("Close")))

    def _notice(self) -> QFrame:
        self.notice = QFrame()
        self.notice.setProperty("role", "notice")
        row = QHBoxLayout(self.notice)
        row.setContentsMargins(SPACE.m, SPACE.s, SPACE.m, SPACE.s)
        row.setSpacing(SPACE.s)
        row.addWidget(IconLabel("warning", "warning", 18), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        self._notes = label("", font_role="small")
        self.remove = button(tr("Take it out"))
        self.remove.setObjectName("removeHidden")
        self.remove.clicked.connect(self._remove_hidden)
        column.addWidget(self._notes)
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        self.notice.hide()
        return self.notice

    def _encoding_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE.s)
        self._encoding_name = label(tr("Encoding"), wrap=False)
        self.encoding = QComboBox()
        self.encoding.setObjectName("encoding")
        self.encoding.setAccessibleName(tr("Encoding"))
        self.encoding.setMinimumWidth(170)
        self.encoding.activated.connect(self._encoding_chosen)
        self._guess = label("", "muted", "small", wrap=False)
        self.kept_out = QCheckBox(tr("Leave out what a reader does not see"))
        self.kept_out.setObjectName("withoutHidden")
        self.kept_out.setEnabled(self._changeable)
        self.kept_out.clicked.connect(self._hidden_toggled)
        for widget in (self._encoding_name, self.encoding, self._guess):
            row.addWidget(widget)
            widget.hide()
        row.addStretch(1)
        row.addWidget(self.kept_out)
        self.kept_out.hide()
        return row

    # -- reading ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.about.setText(tr("The text is being read…"))
        task = self._task = start(self._tasks, self._show_text(), "read a document", self._say)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None

    async def _show_text(self) -> None:
        extracted = await self._service.extracted(self._part)
        sent = await self._service.text_sent(self._part) if self._part.extent else extracted.text
        self._show_about(extracted, sent)
        self._show_encoding(extracted)
        self._show_notes(extracted)
        shown_text = seen(sent)
        places = () if self._part.extent else islice(hidden_places(extracted), MOST_MARKED)
        self._marks = list(counted_by_qt(shown_text, places))
        self._fill(shown_text)

    def _show_about(self, extracted: Extracted, sent: str) -> None:
        words = [
            ntr("{n} character", "{n} characters", len(sent)),
            *([ntr("{n} page", "{n} pages", extracted.pages)] if extracted.pages else []),
            *([some] if (some := extent(self._part)) else []),
            *([tr("the provider gets the file itself, and may find more in it")] if self._as_file else []),
        ]
        self.about.setText(" · ".join(words))

    def _show_encoding(self, extracted: Extracted) -> None:
        known = bool(extracted.encoding)
        for widget in (self._encoding_name, self.encoding, self._guess):
            widget.setVisible(known)
        if known:
            names = list(dict.fromkeys((extracted.encoding, *ENCODINGS)))
            self.encoding.clear()
            self.encoding.addItems(names)
            self.encoding.setEnabled(self._changeable and not self._as_file)
            self._guess.setText(tr("(guessed)") if extracted.guessed else "")

    def _show_notes(self, extracted: Extracted) -> None:
        from desktopchat.services.forecast import hidden_stretches, notes_of

        count = hidden_stretches(extracted)
        notes = [render(note) for note in notes_of(extracted)]
        self._notes.setText("\n".join([*([hidden(count)] if count else []), *notes]))
        self.remove.setVisible(bool(count) and self._changeable)
        self.notice.setVisible(bool(self._notes.text()))
        self.kept_out.setChecked(self._part.without_hidden)
        self.kept_out.setVisible((bool(count) or self._part.without_hidden) and not self._as_file)
        self._visible = extracted.without_hidden().text if count and self._as_file else ""
        self.remove.setText(tr("Send only the visible text") if self._as_file else tr("Take it out"))

    def _fill(self, text: str) -> None:
        """Puts the text in piece by piece, so that the window goes on."""
        self._filling.stop()
        self.text.clear()
        self.text.setExtraSelections([])
        self._coming = pieces(text)
        self._insert_next()
        self._filling.start()

    def _insert_next(self) -> None:
        piece = next(self._coming, None)
        if piece is None:
            self._filling.stop()
            self.text.setExtraSelections([self._mark(*place) for place in self._marks])
            return
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(piece)

    def _mark(self, begin: int, end: int) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setBackground(theme().color("found"))
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(begin)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor, mark.format = cursor, look
        return mark

    def _say(self, failure: Failure) -> None:
        hint = f" {render(failure.hint)}" if failure.hint else ""
        self.about.setText(render(failure.message) + hint)

    # -- deciding -----------------------------------------------------------------------------------------------

    def _encoding_chosen(self, _at: int) -> None:
        self._decide(replace(self._part, encoding=self.encoding.currentText()))

    def _hidden_toggled(self, checked: bool) -> None:
        self._decide(replace(self._part, without_hidden=checked))

    def _remove_hidden(self) -> None:
        if self._as_file:
            self.visibleTextWanted.emit(self._visible)
            self.close()
            return
        self._decide(replace(self._part, without_hidden=True))

    def _decide(self, part: FilePart) -> None:
        if part != self._part:
            self._part = part
            self.partChanged.emit(part)
            self._read()

    def _end(self, _result: int) -> None:
        self._filling.stop()
        if self._task is not None:
            self._task.cancel()


def hidden_places(extracted: Extracted) -> Iterator[tuple[int, int]]:
    """Where in `extracted.text` the stretches are that a reader of the file does not see, in their order."""
    position = 0
    for section in extracted.sections:
        if not section.text and not section.title:
            continue
        piece = replace(extracted, sections=(section,)).text
        head = len(piece) - len(section.text)
        unseen = [(head + span.start, head + span.end) for span in section.hidden]
        unseen += [found.span() for found in _TAGS.finditer(piece)]
        yield from ((position + begin, position + end) for begin, end in sorted(unseen))
        position += len(piece) + 2


def seen(text: str) -> str:
    """The text with the letters that tag characters stand for: they are drawn by nothing, and read by models."""
    return text.translate(_LETTERS)


def counted_by_qt(text: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places in `text`, given in their order, as Qt counts them: in UTF-16."""
    at = units = 0
    for begin, end in places:
        if begin >= at:
            units += _units(text[at:begin])
            long = _units(text[begin:end])
            yield units, units + long
            at, units = end, units + long


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")
