"""The card that asks what to send of a text that is too long for the model. Nothing is cut before it is answered."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktopchat.services.forecast import Forecast, Offer
from desktopchat.ui.attachments.tray import Item, Tray, with_extent
from desktopchat.ui.attachments.wording import offer, offer_help, too_long
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import IconLabel, button, label


class Decision(QFrame):
    """Asks for the first file of a tray that needs it; the next one comes when that is answered."""

    otherModelRequested = Signal()  # noqa: N815 - Qt's way of naming signals

    def __init__(self, tray: Tray, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tooLongCard")
        self.setProperty("role", "notice")
        self._tray = tray
        self._asked: tuple[str, Forecast] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.m, SPACE.s, SPACE.s, SPACE.s)
        row.setSpacing(SPACE.s)
        row.addWidget(IconLabel("warning", "warning", 18, self), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SPACE.s)
        self._text = label("", font_role="small")
        column.addWidget(self._text)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE.s)
        column.addLayout(self._buttons)
        row.addLayout(column, 1)
        self.hide()

    def refresh(self) -> None:
        """Looks at the tray again."""
        waiting = next((item for item in self._tray.items if item.needs_decision), None)
        asked = None if waiting is None or waiting.forecast is None else (waiting.id, waiting.forecast)
        if asked != self._asked:
            self._asked = asked
            if waiting is not None and waiting.forecast is not None:
                self._ask(waiting, waiting.forecast)
        self.setVisible(asked is not None)

    def insist(self) -> None:
        """Somebody wanted to send without having answered."""
        if (item := self._buttons.itemAt(0)) is not None and (first := item.widget()) is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask(self, item: Item, forecast: Forecast) -> None:
        self._text.setText(too_long(item.name, forecast, self._tray.model))
        self.setAccessibleName(self._text.text())
        while (old := self._buttons.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for way in forecast.offers:
            made = button(offer(way, forecast))
            made.setObjectName(f"offer_{way.value}")
            made.setToolTip(offer_help(way))
            made.clicked.connect(partial(self._choose, item.id, way))
            self._buttons.addWidget(made)
        self._buttons.addStretch(1)

    def _choose(self, item_id: str, way: Offer, _checked: bool = False) -> None:
        item = self._tray.item(item_id)
        if way is Offer.OTHER_MODEL:
            self.otherModelRequested.emit()
        elif item is not None and item.part is not None and item.forecast is not None:
            pages = f"pages:{item.forecast.fitting_pages}"
            self._tray.replace_part(item_id, with_extent(item.part, "passages" if way is Offer.PASSAGES else pages))
