"""The choice of a preset, opened by its button in the header: search, tags, what was used last, and the way to more."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from desktopchat.domain.preset import Preset
from desktopchat.i18n import tr
from desktopchat.ui.popup import Popup
from desktopchat.ui.presets.listview import PresetList
from desktopchat.ui.presets.rows import PresetRow, picker_rows, tags_of
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import button, line

WIDTH, HEIGHT = 400, 500
MOST_TAGS = 12


class PresetPicker(Popup):
    """Emits the preset that was chosen, or None for the choice of none."""

    chosen = Signal(object)
    newRequested = Signal()  # noqa: N815 - Qt's way of naming signals
    manageRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("presetPopup")
        self.setAccessibleName(tr("Choose a preset"))
        self._presets: list[Preset] = []
        self._recent: list[str] = []
        self._current = ""
        self._tag = ""
        self.setFixedSize(WIDTH, HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.s, SPACE.s, SPACE.s, SPACE.s)
        column.setSpacing(SPACE.s)
        column.addWidget(self._search_field())
        self._tag_row = QHBoxLayout()
        self._tag_row.setSpacing(2)
        column.addLayout(self._tag_row)
        self.list = PresetList()
        self.list.setObjectName("presetList")
        self.list.clicked.connect(self.list.choose)
        self.list.rowChosen.connect(self._choose)
        column.addWidget(self.list, 1)
        column.addWidget(line())
        column.addLayout(self._foot())

    def show_presets(self, presets: Sequence[Preset], current: str, recent: Sequence[str]) -> None:
        """Shows these; `current` is the id in use, `recent` are ids, the newest first."""
        self._presets, self._current, self._recent = list(presets), current, list(recent)
        self._tag = ""
        self.search.clear()
        self._fill_tags()
        self._refresh()
        self.search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self.list.steer(event)
        return super().eventFilter(watched, event)

    def _search_field(self) -> QLineEdit:
        self.search = QLineEdit()
        self.search.setObjectName("presetSearch")
        self.search.setPlaceholderText(tr("Search presets"))
        self.search.setAccessibleName(tr("Search presets"))
        self.search.textChanged.connect(self._refresh)
        self.search.installEventFilter(self)
        return self.search

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        new = button(tr("New preset…"), "link")
        new.setObjectName("newPreset")
        new.clicked.connect(self._new)
        manage = button(tr("Presets…"), "link")
        manage.setObjectName("managePresets")
        manage.clicked.connect(self._manage)
        foot.addWidget(new)
        foot.addStretch(1)
        foot.addWidget(manage)
        return foot

    def _fill_tags(self) -> None:
        """As many of the most used tags as fit in one row."""
        while (item := self._tag_row.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        group = QButtonGroup(self)
        group.setExclusive(True)
        room = WIDTH - 2 * SPACE.s
        for at, tag in enumerate(["", *tags_of(self._presets, MOST_TAGS)]):
            made = self._tag_button(tag, checked=at == 0)
            room -= made.sizeHint().width() + 2
            if room < 0:
                made.deleteLater()
                break
            group.addButton(made)
            self._tag_row.addWidget(made)
        self._tag_row.addStretch(1)

    def _tag_button(self, tag: str, *, checked: bool) -> QToolButton:
        made = QToolButton(self)
        made.setText(tag.replace("&", "&&") or tr("All"))
        made.setCheckable(True)
        made.setChecked(checked)
        made.setProperty("tag", tag)
        made.setProperty("role", "tag")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(self._tag_chosen)
        return made

    def _tag_chosen(self) -> None:
        self._tag = str(self.sender().property("tag"))
        self._refresh()

    def _refresh(self, _text: str = "") -> None:
        self.list.show_rows(
            picker_rows(self._presets, self.search.text().strip(), self._tag, self._current, self._recent)
        )

    def _choose(self, row: PresetRow) -> None:
        self.close()
        self.chosen.emit(row.preset)

    def _new(self) -> None:
        self.close()
        self.newRequested.emit()

    def _manage(self) -> None:
        self.close()
        self.manageRequested.emit()
