"""The bar for finding in the conversation: what is looked for, how many places there are, to the next and back."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.chat.finder import Finder
from desktopchat.ui.chat.matching import Query
from desktopchat.ui.chat.parts import icon_size
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE
from desktopchat.ui.widgets import label

MARGIN = 12
WIDEST = 480


class FindBar(QWidget):
    """Lies over the upper edge of the transcript. Enter and Shift+Enter go on and back, Esc closes it."""

    def __init__(self, area: QAbstractScrollArea, finder: Finder) -> None:
        super().__init__(area)
        self._area, self._finder = area, finder
        self.setObjectName("findBar")
        self.setAccessibleName(tr("Find in this chat"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._build()
        self.dress()
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        finder.changed.connect(self._show_count)
        self.hide()

    def open(self, words: str = "") -> None:
        """Shows the bar; with `words` it looks for those at once."""
        if words:
            self.field.setText(words)
        self.show()
        self.place()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()

    def close_bar(self) -> None:
        """Puts the bar away; the reader stays where the last place was."""
        if self.isVisible():
            self._finder.stop()
            self.hide()
            self._area.setFocus()

    def place(self) -> None:
        viewport = self._area.viewport().geometry()
        wide = min(max(self.minimumSizeHint().width(), WIDEST), viewport.width() - 2 * MARGIN)
        self.setGeometry(viewport.right() - MARGIN - wide, viewport.top() + MARGIN, wide, self.sizeHint().height())

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self.close_bar()
            return True
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("border_strong"), 1))
        painter.setBrush(theme().color("surface_raised"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), RADIUS.card, RADIUS.card)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.s, SPACE.s - 2, SPACE.s - 2, SPACE.s - 2)
        row.setSpacing(2)
        self.field = QLineEdit()
        self.field.setObjectName("findField")
        self.field.setAccessibleName(tr("Find in this chat"))
        self.field.setPlaceholderText(tr("Find in this chat"))
        self.field.setMinimumWidth(90)
        self.count = label("", "muted", "small", wrap=False)
        self.count.setObjectName("findCount")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.previous = self._button("findPrevious", tr("Previous place (Shift+Enter)"), icon="chevron-up")
        self.next = self._button("findNext", tr("Next place (Enter)"), icon="chevron-down")
        self.match_case = self._button("findCase", tr("Match case"), text="Aa", checkable=True)
        self.whole_words = self._button("findWords", tr("Whole words"), text="W", checkable=True)
        self.close_button = self._button("findClose", tr("Close (Esc)"), icon="close")
        self.previous.clicked.connect(self._back)
        self.next.clicked.connect(self._on)
        self.match_case.toggled.connect(self._search)
        self.whole_words.toggled.connect(self._search)
        self.close_button.clicked.connect(self.close_bar)
        row.addWidget(self.field, 1)
        row.addSpacing(SPACE.xs)
        row.addWidget(self.count)
        row.addSpacing(SPACE.xs)
        for button in (self.match_case, self.whole_words, self.previous, self.next, self.close_button):
            row.addWidget(button)

    def _button(self, name: str, title: str, *, icon: str = "", text: str = "", checkable: bool = False) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setAccessibleName(title)
        made.setToolTip(title)
        made.setProperty("picture", icon)
        made.setText(text)
        made.setCheckable(checkable)
        made.setAutoRaise(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def dress(self) -> None:
        """Colours or fonts are others now."""
        for button in self.findChildren(QToolButton):
            if picture := button.property("picture"):
                button.setIcon(theme().icon(picture, "text_muted", icon_size()))
            button.setIconSize(QSize(icon_size(), icon_size()))
            button.setFont(theme().font("small"))
        if self.isVisible():
            self.place()

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finder.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._finder.step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            return False
        return True

    def _search(self) -> None:
        query = Query(self.field.text(), self.match_case.isChecked(), self.whole_words.isChecked())
        if not query.text:
            self._finder.stop()
            self._show_count()
        elif query != self._finder.query:
            self._finder.search(query)

    def _show_count(self) -> None:
        found, finder = self._finder.count, self._finder
        if not finder.query.text:
            words = ""
        elif finder.is_busy:
            words = tr("{n}…", n=found)
        elif not found:
            words = tr("Nothing")
        elif finder.has_more:
            words = tr("{n} of more than {all}", n=finder.number, all=found)
        else:
            words = tr("{n} of {all}", n=finder.number, all=found)
        self.count.setText(words)
        self.count.setAccessibleName(words)
        for button in (self.previous, self.next):
            button.setEnabled(bool(found))

    def _back(self) -> None:
        self._finder.step(-1)

    def _on(self) -> None:
        self._finder.step(1)
