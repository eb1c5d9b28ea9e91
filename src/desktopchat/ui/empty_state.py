"""What stands where no message is yet: an invitation, some first questions, and who will answer."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktopchat.domain.text import Text, msg
from desktopchat.i18n import render, tr
from desktopchat.ui.presets.picture import pixmap as preset_pixmap
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import ThemedLabel, button, icon_before_text, label

COLUMN = 620
TWO_COLUMNS_FROM = 560


@dataclass(frozen=True, slots=True)
class Suggestion:
    icon: str
    title: Text
    prompt: Text


SUGGESTIONS: Final = (
    Suggestion(
        "book",
        msg("Explain something"),
        msg("Explain in simple words how a large language model predicts the next word."),
    ),
    Suggestion(
        "edit",
        msg("Write a text"),
        msg("Write a short, friendly e-mail that moves a meeting to next week."),
    ),
    Suggestion(
        "code",
        msg("Read some code"),
        msg("What does this code do, and what could go wrong in it?\n\n"),
    ),
    Suggestion(
        "translate",
        msg("Translate"),
        msg("Translate into Chinese, and explain the difficult words:\n\n"),
    ),
)


class EmptyState(QScrollArea):
    """An invitation to write; a card fills the composer."""

    suggested = Signal(str)
    addProviderRequested = Signal()  # noqa: N815 - Qt's way of naming signals

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setProperty("role", "page")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(SPACE.xl, SPACE.xl, SPACE.xl, SPACE.l)
        self._column = QWidget()
        self._column.setMaximumWidth(COLUMN)
        outer.addStretch(1)
        outer.addWidget(self._column, 100)
        outer.addStretch(1)
        self._held, self._icon = False, ""
        self._fill(QVBoxLayout(self._column))
        self.setWidget(page)

    def show_greeting(self, name: str, greeting: str, icon: str) -> None:
        """Invites with the name and the words of a preset; "" gives the program's own invitation back."""
        self._held, self._icon = bool(name), icon
        self._title.setText(name or tr("What would you like to know?"))
        self._greeting.setText(greeting)
        self._greeting.setVisible(bool(greeting))
        for card in self._cards:
            card.setVisible(not name)
        self._dress()

    def show_demo_hint(self, visible: bool) -> None:
        """The quiet line that says that nobody but the demo is there to answer."""
        self._demo.setVisible(visible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_cards()

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.s)
        column.addStretch(2)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._picture)
        self._title = ThemedLabel(tr("What would you like to know?"), "display")
        self._greeting = label("", "muted")
        self._greeting.setObjectName("presetGreetingLine")
        self._greeting.hide()
        for words in (self._title, self._greeting):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.setWordWrap(True)
            column.addWidget(words)
        column.addSpacing(SPACE.l)
        self._cards = [self._card(suggestion) for suggestion in SUGGESTIONS]
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE.s)
        column.addLayout(self._grid)
        column.addSpacing(SPACE.s)
        self._demo = self._demo_line()
        column.addWidget(self._demo)
        column.addStretch(3)
        self._dress()
        theme().changed.connect(self._dress)

    def _card(self, suggestion: Suggestion) -> QPushButton:
        card = QPushButton(render(suggestion.title))
        card.setProperty("role", "suggestion")
        card.setCursor(Qt.CursorShape.PointingHandCursor)
        card.setToolTip(render(suggestion.prompt).strip())
        card.setAccessibleDescription(render(suggestion.prompt).strip())
        card.clicked.connect(partial(self._suggest, suggestion))
        return card

    def _demo_line(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.xs)
        words = label(tr("You are talking to the built-in demo; no model is behind it."), "muted", "small", wrap=False)
        add = button(tr("Add a provider…"), "link")
        add.setObjectName("addProviderButton")
        add.clicked.connect(self.addProviderRequested)
        row.addStretch(1)
        row.addWidget(words)
        row.addWidget(add)
        row.addStretch(1)
        holder.hide()
        return holder

    def _suggest(self, suggestion: Suggestion, _checked: bool = False) -> None:
        self.suggested.emit(render(suggestion.prompt))

    def _dress(self) -> None:
        self._picture.setPixmap(preset_pixmap(self._icon, "accent", 56) if self._held else theme().app_pixmap(72))
        for card, suggestion in zip(self._cards, SUGGESTIONS, strict=True):
            icon_before_text(card, suggestion.icon, "accent", 20)

    def _arrange_cards(self) -> None:
        columns = 2 if self.width() >= TWO_COLUMNS_FROM else 1
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
