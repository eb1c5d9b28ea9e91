"""The line above the composer that says when not all that was said is sent, and lets one change it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from desktopchat.domain.context import ALL, NONE, ContextRule
from desktopchat.i18n import ntr, tr
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE

Choose = Callable[[ContextRule], object]
OFFERED = (ALL, ContextRule(20), ContextRule(10), ContextRule(6), ContextRule(2), NONE)


class ContextBar(QWidget):
    """Hidden while all of a conversation is sent. Emits the rule that was chosen."""

    ruleChosen = Signal(object)  # noqa: N815 - Qt's way of naming signals

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rule = ALL
        self.chip = QToolButton()
        self.chip.setObjectName("contextChip")
        self.chip.setProperty("role", "chip")
        self.chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.chip.setCursor(Qt.CursorShape.PointingHandCursor)
        self.chip.clicked.connect(self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.l, 0, SPACE.l, SPACE.xs)
        row.addStretch(1)
        row.addWidget(self.chip)
        row.addStretch(1)
        theme().changed.connect(self._dress)
        self.hide()

    def show_rule(self, rule: ContextRule) -> None:
        self._rule = rule
        self.chip.setText(short_sentence(rule))
        self.chip.setAccessibleName(tr("{what}. Press to change it.", what=short_sentence(rule)))
        self.chip.setToolTip(tr("What of this chat goes to the model with each question. Click to change it."))
        self._dress()
        self.setVisible(not rule.sends_all)

    def _dress(self) -> None:
        self.chip.setFont(theme().font("small"))
        self.chip.setIconSize(QSize(16, 16))
        self.chip.setIcon(theme().icon("history-off" if self._rule.sends_none else "clock", "text_muted", 16))

    def _open(self) -> None:
        menu = rule_menu(self, self._rule, self.ruleChosen.emit)
        menu.popup(self.chip.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def rule_menu(parent: QWidget, current: ContextRule, choose: Choose) -> QMenu:
    """The rules to choose from, the current one ticked; `choose` is called with another."""
    menu = QMenu(parent)
    menu.setObjectName("contextMenu")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for rule in OFFERED if current in OFFERED else (*OFFERED[:-1], current, NONE):
        action = QAction(choice(rule), menu)
        action.setCheckable(True)
        action.setChecked(rule == current)
        action.triggered.connect(partial(_chosen, choose, rule))
        menu.addAction(action)
    return menu


def _chosen(choose: Choose, rule: ContextRule, _checked: bool = False) -> None:
    choose(rule)


def short_sentence(rule: ContextRule) -> str:
    if rule.last is None:
        return tr("All of this chat is sent")
    if rule.last == 0:
        return tr("History is not sent")
    return ntr("Only the last message before is sent", "Only the last {n} messages are sent", rule.last)


def fill_rules(combo: QComboBox, current: ContextRule) -> None:
    """The rules as the items of a list, each with its written form as data, the current one chosen."""
    combo.clear()
    for rule in OFFERED if current in OFFERED else (*OFFERED, current):
        combo.addItem(choice(rule), str(rule))
    combo.setCurrentIndex(combo.findData(str(current)))


def choice(rule: ContextRule) -> str:
    """The rule as a choice among others."""
    if rule.last is None:
        return tr("All earlier messages")
    if rule.last == 0:
        return tr("No earlier messages")
    return ntr("The last message", "The last {n} messages", rule.last)
