"""The window: its columns, its state, its shortcuts. What happens in it is decided by `controller`."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktopchat.i18n import tr
from desktopchat.settings import schema
from desktopchat.settings.store import Settings
from desktopchat.ui.actions import dress, make_actions
from desktopchat.ui.attachments.panel import AttachmentPanel
from desktopchat.ui.chat.composer import Composer
from desktopchat.ui.empty_state import EmptyState
from desktopchat.ui.header import Header
from desktopchat.ui.notices import Banner, Toast
from desktopchat.ui.panes import Panes
from desktopchat.ui.presets.chip import ContextBar
from desktopchat.ui.sidebar.sidebar import Sidebar
from desktopchat.ui.theme import theme
from desktopchat.ui.widgets import IconButton

if TYPE_CHECKING:
    from desktopchat.ui.chat.transcript import TranscriptView
    from desktopchat.ui.controller import Controller
    from desktopchat.ui.parts import WindowParts

SMALLEST = (480, 420)
USUAL = (1120, 760)
PROGRAM_MENU = (
    *("show_request", "", "presets", "providers", "provider_files", "relay", "settings"),
    *("", "shortcuts", "about", "", "quit"),
)


class MainWindow(QMainWindow):
    """Widgets in their places. It shows and it emits; it decides nothing but its own layout."""

    controller: "Controller"
    firstPainted = Signal()  # noqa: N815 - Qt's way of naming signals
    closing = Signal()
    completed = Signal()
    """Everything is there that the first picture did not need."""
    languageChanged = Signal()  # noqa: N815
    commandGiven = Signal(str)  # noqa: N815
    """A command of `actions.COMMANDS` was asked for, by a shortcut, a button or a menu."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._expects_conversation = bool(settings.get(schema.LAST_CONVERSATION))
        self._painting = False
        self._painted = False
        self.setObjectName("mainWindow")
        self.setWindowTitle(tr("Desktop Chat"))
        self.setMinimumSize(*SMALLEST)
        self.sidebar = Sidebar()
        self.header = Header()
        self.banner = Banner()
        self._transcript: TranscriptView | None = None
        self.empty_state = EmptyState()
        self.composer = Composer()
        self.attachments = AttachmentPanel()
        self.panes = Panes(self.sidebar, self._middle(), self.attachments)
        self.setCentralWidget(self.panes)
        self.toast = Toast(self._page, self.composer)
        self.actions_by_name: Mapping[str, QAction] = make_actions(self, self.commandGiven.emit)
        self._connect()
        self._restore()

    @property
    def transcript(self) -> "TranscriptView":
        """The conversation's view; made now if it is not there yet."""
        self.complete()
        assert self._transcript is not None
        return self._transcript

    @property
    def is_complete(self) -> bool:
        return self._transcript is not None

    def complete(self) -> None:
        """Makes what an empty window does not show, and so what the first picture need not wait for."""
        if self._transcript is None:
            from desktopchat.ui.chat.transcript import TranscriptView

            self._transcript = TranscriptView()
            self._pages.addWidget(self._transcript)
            self.setWindowIcon(theme().app_icon())
            self.completed.emit()

    @property
    def page(self) -> QWidget:
        """The middle column: what lies over the conversation is put on it."""
        return self._page

    @property
    def was_painted(self) -> bool:
        """Whether the window has been on the screen."""
        return self._painted

    def show_transcript(self, visible: bool) -> None:
        """The conversation, or the invitation to begin one."""
        waiting = self._blank if self._expects_conversation else self.empty_state
        self._pages.setCurrentWidget(self.transcript if visible else waiting)

    def expect_nothing(self) -> None:
        """Last time's conversation is there, or will not come: an empty page is an invitation from now on."""
        self._expects_conversation = False
        if self._pages.currentWidget() is self._blank:
            self._pages.setCurrentWidget(self.empty_state)

    def show_title(self, title: str) -> None:
        self.header.show_title(title)
        self.setWindowTitle(f"{title} – {tr('Desktop Chat')}" if title else tr("Desktop Chat"))

    def toggle_sidebar(self) -> None:
        self.panes.show_left(not self.panes.left_shown)
        self._settings.set(schema.SIDEBAR_VISIBLE, self.panes.left_wanted)

    def toggle_attachments(self) -> None:
        self.panes.show_right(not self.panes.right_shown)
        self._settings.set(schema.ATTACHMENTS_VISIBLE, self.panes.right_shown)

    def open_program_menu(self) -> None:
        """The menu at the foot of the sidebar."""
        dress(self.actions_by_name)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in PROGRAM_MENU:
            if name:
                menu.addAction(self.actions_by_name[name])
            else:
                menu.addSeparator()
        anchor = self.sidebar.menu_button
        menu.popup(anchor.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def bring_up(self) -> None:
        """Puts the window in front: a second start of the program asks for that."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def save_state(self) -> None:
        """Remembers place, size and columns for the next start."""
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._settings.set(schema.WINDOW_GEOMETRY, geometry)
        self._settings.set(schema.SPLITTER_SIZES, ",".join(map(str, self.panes.widths)))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.save_state()
        event.ignore()  # whoever runs the program hides the window when everything is safe
        self.closing.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painting:
            self._painting = True
            QTimer.singleShot(0, self, self._note_painted)  # by then the picture is on the screen

    def _note_painted(self) -> None:
        self._painted = True
        self.firstPainted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.header.model.update_text()
            self.header.preset.update_text()

    def _middle(self) -> QWidget:
        self._page = QWidget()
        self._page.setProperty("role", "page")
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._pages = QStackedWidget()
        self._blank = QWidget()
        self._pages.addWidget(self.empty_state)
        self._pages.addWidget(self._blank)
        self.show_transcript(False)  # an invitation that gives way to last time's conversation would flicker
        self.context_bar = ContextBar()
        for widget in (self.header, self.banner, self._pages, self.context_bar, self.composer):
            column.addWidget(widget, 1 if widget is self._pages else 0)
        self.attach_button = self._attach_button()
        return self._page

    def _attach_button(self) -> IconButton:
        button = IconButton.for_command("attach_files")
        button.setObjectName("attachButton")
        button.clicked.connect(self._give("attach_files"))
        self.composer.add_tool(button)
        return button

    def _connect(self) -> None:
        self.header.sidebarRequested.connect(self._give("toggle_sidebar"))
        self.sidebar.hideRequested.connect(self._give("toggle_sidebar"))
        self.header.newChatRequested.connect(self._give("new_chat"))
        self.sidebar.newChatRequested.connect(self._give("new_chat"))
        self.header.modelRequested.connect(self._give("choose_model"))
        self.header.presetRequested.connect(self._give("choose_preset"))
        self.header.chatSettingsRequested.connect(self._give("chat_settings"))
        self.header.findRequested.connect(self._give("find"))
        self.header.attachmentsRequested.connect(self._give("toggle_attachments"))
        self.attachments.closeRequested.connect(self._give("toggle_attachments"))
        self.sidebar.settingsRequested.connect(self._give("settings"))
        self.sidebar.menuRequested.connect(self.open_program_menu)
        self.panes.visibilityChanged.connect(self._fit)

    def _give(self, command: str) -> Callable[[], None]:
        def give() -> None:
            self.commandGiven.emit(command)

        return give

    def _fit(self) -> None:
        self.header.show_sidebar_button(not self.panes.left_shown or self.panes.is_narrow)
        self.header.show_attachments_open(self.panes.right_shown)
        self.header.preset.update_text()
        self.header.model.update_text()

    def _restore(self) -> None:
        self.resize(*USUAL)
        if geometry := self._settings.get(schema.WINDOW_GEOMETRY):
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "replace")))
        left, _, right = self._settings.get(schema.SPLITTER_SIZES).partition(",")
        if left.isascii() and left.isdecimal() and right.isascii() and right.isdecimal():
            self.panes.set_widths(int(left[:5]), int(right[:5]))
        self.panes.set_left_wanted(self._settings.get(schema.SIDEBAR_VISIBLE))
        self.panes.show_right(self._settings.get(schema.ATTACHMENTS_VISIBLE))
        self.composer.setFocus()


def new(settings: Settings) -> MainWindow:
    """The window as it looks at first, with nothing behind it yet; `connect` makes it work."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("make the application first (ui.eventloop.application)")
    theme().install(app, settings.get(schema.THEME), settings.get(schema.FONT_SIZE))
    return MainWindow(settings)


def connect(window: MainWindow, parts: "WindowParts") -> None:
    """Gives the window what makes it work. Starts nothing: `window.controller.start()` does."""
    from desktopchat.ui.controller import Controller

    window.controller = Controller(parts, window)


def build(parts: "WindowParts", *, complete: bool = True) -> MainWindow:
    """`new` and `connect` in one. With `complete=False` the transcript is made when it is first needed."""
    window = new(parts.settings)
    connect(window, parts)
    if complete:
        window.complete()
    return window
