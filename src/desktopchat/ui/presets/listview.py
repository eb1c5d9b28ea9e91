"""The list of presets as a widget, steered by the keys of whoever has the focus."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.presets.rows import PresetDelegate, PresetModel, PresetRow


class PresetList(QListView):
    """Emits the row that was chosen by mouse or key."""

    rowChosen = Signal(object)  # noqa: N815 - Qt's way of naming signals

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.presets = PresetModel(self)
        self.setAccessibleName(tr("Presets"))
        self.setModel(self.presets)
        self.setItemDelegate(PresetDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def show_rows(self, rows: list[PresetRow]) -> None:
        """Shows rows, with the current or the first one marked."""
        self.presets.show(rows)
        self._go_to(self.presets.first_choice(), room_above=True)

    def current_row(self) -> PresetRow | None:
        return self.presets.row(self.currentIndex().row())

    def steer(self, event: QKeyEvent) -> bool:
        """Moves with the arrows and chooses with Enter; returns whether the key was one of these."""
        match event.key():
            case Qt.Key.Key_Down:
                self._go_to(self.presets.next_choice(self.currentIndex().row(), 1))
            case Qt.Key.Key_Up:
                self._go_to(self.presets.next_choice(self.currentIndex().row(), -1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose(self.currentIndex())
            case _:
                return False
        return True

    def choose(self, index: QModelIndex) -> None:
        row = self.presets.row(index.row())
        if row is not None and row.can_be_chosen:
            self.rowChosen.emit(row)

    def _go_to(self, at: int, *, room_above: bool = False) -> None:
        if at >= 0:
            self.setCurrentIndex(self.presets.index(at))
            self.scrollTo(self.presets.index(max(0, at - 1) if room_above else at))
