"""The list of presets that a slash at the beginning of an empty message opens, filtered by what is typed behind it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktopchat.domain.preset import Preset
from desktopchat.i18n import tr
from desktopchat.ui.chat.composer import Composer
from desktopchat.ui.presets.listview import PresetList
from desktopchat.ui.presets.rows import PresetRow, RowKind, matching, summary
from desktopchat.ui.theme.tokens import SPACE

MOST_ROWS = 6
LONGEST_QUERY = 40
WIDTH = 420


class SlashMenu(QFrame):
    """Lies above the composer and never takes the focus: one goes on typing, and Enter applies the marked preset."""

    chosen = Signal(object)

    def __init__(self, page: QWidget, composer: Composer, presets: Callable[[], Sequence[Preset]]) -> None:
        super().__init__(page)
        self.setObjectName("slashMenu")
        self.setProperty("role", "popup")
        self.setAccessibleName(tr("Presets"))
        self._composer = composer
        self._presets = presets
        self._put_away = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.xs, SPACE.xs, SPACE.xs, SPACE.xs)
        self.list = PresetList()
        self.list.setObjectName("slashList")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self.list.choose)
        self.list.rowChosen.connect(self._choose)
        column.addWidget(self.list)
        composer.textChanged.connect(self.refresh)
        composer.editor.installEventFilter(self)
        composer.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._composer and kind in (QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            self._place()
        if watched is not self._composer.editor or not self.isVisible():
            return False
        if kind == QEvent.Type.FocusOut:
            self.hide()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or self._composer.editor.is_composing:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._put_away = self._query() or ""
            self.hide()
            return True
        if event.key() == Qt.Key.Key_Tab:
            self.list.choose(self.list.currentIndex())
            return True
        return self.list.steer(event)

    def _query(self) -> str | None:
        """What stands behind the slash, or None where the message is no question for a preset."""
        document = self._composer.editor.document()
        if document.blockCount() > 1 or document.characterCount() > LONGEST_QUERY:
            return None
        text = document.toPlainText()
        return text[1:] if text.startswith("/") else None

    def refresh(self) -> None:
        query = self._query()
        if query is None:
            self._put_away = ""
            self.hide()
            return
        found = matching(self._presets(), query)
        if not found or (self._put_away and query.startswith(self._put_away)):
            self.hide()
            return
        self.list.show_rows([PresetRow(RowKind.PRESET, p.name, summary(p), p) for p in found])
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        shown = min(MOST_ROWS, self.list.presets.rowCount())
        high = sum(self.list.sizeHintForRow(at) for at in range(shown))
        editor, page = self._composer.editor, self.parentWidget()
        corner = editor.mapTo(page, QPoint(0, 0))
        self.resize(min(WIDTH, page.width() - 2 * SPACE.s), high + 2 * SPACE.xs + 2)
        left = max(SPACE.s, min(corner.x() - SPACE.s, page.width() - self.width() - SPACE.s))
        self.move(left, max(0, self._composer.y() - self.height() - SPACE.xs))

    def _choose(self, row: PresetRow) -> None:
        self.hide()
        self._composer.set_text("")
        self.chosen.emit(row.preset)
