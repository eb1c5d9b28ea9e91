"""The line above the conversation: its title, the model that answers, and the buttons of the conversation."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget, QToolButton, QWidget

from desktopchat.i18n import tr
from desktopchat.ui.actions import tooltip
from desktopchat.ui.theme import theme
from desktopchat.ui.theme.tokens import SPACE
from desktopchat.ui.widgets import ElidedLabel, IconButton

HEIGHT = 52
"""At least; larger text makes it higher."""


class Header(QFrame):
    """Shows a title and a model; emits what the user wants."""

    renameRequested = Signal(str)  # noqa: N815 - Qt's way of naming signals
    modelRequested = Signal()  # noqa: N815
    presetRequested = Signal()  # noqa: N815
    chatSettingsRequested = Signal()  # noqa: N815
    sidebarRequested = Signal()  # noqa: N815
    newChatRequested = Signal()  # noqa: N815
    attachmentsRequested = Signal()  # noqa: N815
    findRequested = Signal()  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.s, 0, SPACE.s, 0)
        row.setSpacing(SPACE.xs)
        self._build_left(row)
        self._build_title(row)
        self._build_right(row)
        self._fit()
        theme().changed.connect(self._fit)

    def show_title(self, title: str) -> None:
        self.title.set_text(title or tr("New chat"))

    def show_model(self, model: str, provider: str) -> None:
        """Names the model that answers, and whose it is."""
        text = model or tr("Choose a model")
        self.model.full_text = f"{text} · {provider}" if provider and provider != model else text
        self.model.setAccessibleName(tr("Model: {model} of {provider}", model=text, provider=provider))
        self.model.update_text()

    def show_preset(self, name: str, icon: str) -> None:
        """Names the preset that the conversation is held with; "" where it is none."""
        self.preset.show_preset(name, icon)

    def show_settings_in_use(self, words: str) -> None:
        """Tints the button of the chat's settings while any are set; `words` name them, "" for none."""
        self.settings.set_icon("sliders", "accent" if words else "text_muted")
        self.settings.setToolTip(f"{tooltip('chat_settings')}\n{words}" if words else tooltip("chat_settings"))
        self.settings.setAccessibleDescription(words)

    def show_sidebar_button(self, visible: bool) -> None:
        self.sidebar.setVisible(visible)
        self.new_chat.setVisible(visible)

    def show_attachments_open(self, is_open: bool) -> None:
        self.attachments.setChecked(is_open)

    def edit_title(self, title: str) -> None:
        """Turns the title into a field; Enter keeps what is typed, Esc does not."""
        self._editor.setText(title)
        self._titles.setCurrentWidget(self._editor)
        self._editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._editor.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._editor and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            self._close_editor()
            return True
        return super().eventFilter(watched, event)

    def _build_left(self, row: QHBoxLayout) -> None:
        self.sidebar = IconButton.for_command("toggle_sidebar", self)
        self.sidebar.clicked.connect(self.sidebarRequested)
        self.new_chat = IconButton.for_command("new_chat", self)
        self.new_chat.clicked.connect(self.newChatRequested)
        row.addWidget(self.sidebar)
        row.addWidget(self.new_chat)

    def _build_title(self, row: QHBoxLayout) -> None:
        self.title = ElidedLabel(tr("New chat"), "strong")
        self.title.setObjectName("chatTitle")
        self.title.setContentsMargins(0, 0, 0, 0)
        self.title.doubleClicked.connect(self._start_editing)
        self._editor = QLineEdit()
        self._editor.setObjectName("chatTitleEditor")
        self._editor.setAccessibleName(tr("New title of the chat"))
        self._editor.setMaxLength(200)
        self._editor.editingFinished.connect(self._finish_editing)
        self._editor.installEventFilter(self)
        self._titles = QStackedWidget()
        self._titles.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._titles.setMinimumWidth(60)
        self._titles.addWidget(self.title)
        self._titles.addWidget(self._editor)
        row.addSpacing(SPACE.s)
        row.addWidget(self._titles, 1)
        row.addSpacing(SPACE.s)

    def _build_right(self, row: QHBoxLayout) -> None:
        self.model = ModelButton(self)
        self.model.clicked.connect(self.modelRequested)
        self.preset = PresetButton(self)
        self.preset.clicked.connect(self.presetRequested)
        self.finder = IconButton.for_command("find", self)
        self.finder.setObjectName("findButton")
        self.finder.clicked.connect(self.findRequested)
        self.settings = IconButton.for_command("chat_settings", self)
        self.settings.setObjectName("chatSettingsButton")
        self.settings.clicked.connect(self.chatSettingsRequested)
        self.attachments = IconButton.for_command("toggle_attachments", self)
        self.attachments.setObjectName("attachmentPanelButton")
        self.attachments.setCheckable(True)
        self.attachments.clicked.connect(self.attachmentsRequested)
        for widget in (self.preset, self.model, self.finder, self.settings, self.attachments):
            row.addWidget(widget)

    def _fit(self) -> None:
        high = QFontMetrics(theme().font("strong")).height()
        self._titles.setFixedHeight(max(36, high + 14))
        self.setFixedHeight(max(HEIGHT, high + 28, round(HEIGHT * theme().icon_scale)))

    def _start_editing(self) -> None:
        self.edit_title(self.title.text())

    def _finish_editing(self) -> None:
        if self._titles.currentWidget() is self._editor:
            title = self._editor.text().strip()
            self._close_editor()
            if title and title != self.title.text():
                self.renameRequested.emit(title)

    def _close_editor(self) -> None:
        self._titles.setCurrentWidget(self.title)


class PresetButton(QToolButton):
    """The preset in use, by picture and name; the picture alone while none is, or where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = self._icon = ""
        self.setObjectName("presetPicker")
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(36, 36)
        self._dress()
        theme().changed.connect(self._dress)

    def show_preset(self, name: str, icon: str) -> None:
        self._name, self._icon = name, icon
        self._dress()

    def update_text(self) -> None:
        """Fits the name to what the header can spare."""
        spare = (self.window().width() - 520) // 3
        named = bool(self._name) and spare >= 60
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if named else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setToolButtonStyle(style)
        text = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, max(60, spare))
        self.setText(text.replace("&", "&&") if named else "")

    def _dress(self) -> None:
        self.setAccessibleName(tr("Preset: {name}", name=self._name) if self._name else tr("Choose a preset"))
        self.setToolTip(f"{self._name}\n{tooltip('choose_preset')}" if self._name else tooltip("choose_preset"))
        self.setIcon(_preset_icon(self._icon, "accent" if self._name else "text_muted"))
        self.update_text()


def _preset_icon(icon: str, color: str) -> QIcon:
    if not icon:
        return theme().icon("preset", color, 20)
    from desktopchat.ui.presets.picture import icon_of

    return icon_of(icon, color, 20)


class ModelButton(QToolButton):
    """The name of the model, shortened where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.full_text = ""
        self.setObjectName("modelPicker")
        self.setToolTip(tooltip("choose_model"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands after the name
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumHeight(36)
        self._dress()
        theme().changed.connect(self._dress)

    def update_text(self) -> None:
        """Fits the text to what the header can spare."""
        most = max(120, (self.window().width() - 320) // 2)
        text = self.fontMetrics().elidedText(self.full_text, Qt.TextElideMode.ElideMiddle, most)
        self.setText(text.replace("&", "&&"))

    def _dress(self) -> None:
        self.setIcon(theme().icon("chevron-down", "text_muted", 16))
        self.update_text()
