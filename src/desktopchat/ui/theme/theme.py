"""The current look, and word of its changes: dark or light, the size of text."""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from desktopchat.i18n.catalogue import resource
from desktopchat.ui.theme import fonts, icons
from desktopchat.ui.theme.stylesheet import stylesheet
from desktopchat.ui.theme.tokens import DARK, LIGHT

Mode = Literal["system", "light", "dark"]
ICON_SIZE: Final = 20

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Colours, fonts and icons as they are now. One for the whole program: `theme()`.

    It follows the system until `set_mode` says otherwise. `changed` is emitted after every change; who paints
    for itself asks again then.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._body_pt = 0.0
        self._installed = False
        self._dark = False
        self._colours: Mapping[str, str] = LIGHT
        self._cached_colours: dict[str, QColor] = {}
        self._cached_fonts: dict[str, QFont] = {}
        self._cached_icons: dict[tuple[str, str, int, float], QIcon] = {}

    def install(self, app: QApplication, mode: Mode = "system", font_pt: float = 0) -> None:
        """Dresses `app` and begins to follow the system. `font_pt` 0 means the system's size."""
        if not self._installed:
            self._installed = True
            app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._mode, self._body_pt = mode, font_pt
        self._ask_platform()
        self._dress()

    @property
    def is_dark(self) -> bool:
        return self._dark

    @property
    def body_pt(self) -> float:
        """The size of ordinary text in points."""
        return self._body_pt or fonts.system_pt()

    @property
    def icon_scale(self) -> float:
        """How much larger than usual icons are: they grow with the text, though not as much."""
        return max(1.0, min(1.5, self.body_pt / fonts.system_pt()))

    def set_mode(self, mode: Mode) -> None:
        """Light, dark, or as the system is."""
        if mode != self._mode:
            self._mode = mode
            self._ask_platform()
            self._dress()

    def set_font_size(self, points: float) -> None:
        """The size of ordinary text in points; 0 means the system's."""
        if points != self._body_pt:
            self._body_pt = points
            self._dress()

    def color(self, name: str) -> QColor:
        """A colour of `tokens`; KeyError for a name that is not there. The caller may change what it gets."""
        if name not in self._cached_colours:
            self._cached_colours[name] = QColor(self._colours[name])
        return QColor(self._cached_colours[name])

    def font(self, role: str = "body") -> QFont:
        """The font of a role: body, small, code, strong, title, display. The caller may change what it gets."""
        if role not in self._cached_fonts:
            self._cached_fonts[role] = fonts.role(role, self.body_pt)
        return QFont(self._cached_fonts[role])

    def icon(self, name: str, color: str | QColor = "text", size: int = ICON_SIZE) -> QIcon:
        """The icon `name` in a colour of the tokens (or any other), sharp at `size` logical pixels."""
        colour, scale = self._colour(color), _scale()
        key = (name, colour.name(), size, scale)
        if key not in self._cached_icons:
            self._cached_icons[key] = icons.icon(name, colour, size, scale)
        return self._cached_icons[key]

    def pixmap(self, name: str, color: str | QColor = "text", size: int = ICON_SIZE) -> QPixmap:
        """As `icon`, for those who paint."""
        return icons.pixmap(name, self._colour(color), size, _scale())

    def app_icon(self) -> QIcon:
        """The program's own picture."""
        return QIcon(str(resource("icons") / "app.svg"))

    def app_pixmap(self, size: int) -> QPixmap:
        return icons.pixmap("app", self.color("accent"), size, _scale())

    def _colour(self, color: str | QColor) -> QColor:
        return color if isinstance(color, QColor) else self.color(color)

    def _ask_platform(self) -> None:
        hints = QGuiApplication.styleHints()
        if hasattr(hints, "setColorScheme"):  # Qt 6.8: title bars and the system's own dialogs follow as well
            hints.setColorScheme(_SCHEMES[self._mode])

    def _follow_system(self, _scheme: Qt.ColorScheme) -> None:
        if self._dark != self._wants_dark():
            self._dress()

    def _wants_dark(self) -> bool:
        if self._mode != "system":
            return self._mode == "dark"
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _dress(self) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("the theme needs a QApplication")
        self._dark = self._wants_dark()
        self._colours = DARK if self._dark else LIGHT
        self._cached_colours.clear()
        self._cached_fonts.clear()
        self._cached_icons.clear()
        app.setPalette(self._palette())
        app.setFont(self.font("body"))
        app.setStyleSheet(stylesheet(self._colours, resource("icons"), "dark" if self._dark else "light"))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, name in _PALETTE.items():
            palette.setColor(role, self.color(name))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text_muted"))
        return palette


_PALETTE = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface_raised",
    QPalette.ColorRole.AlternateBase: "surface",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "text_muted",
    QPalette.ColorRole.Button: "surface_raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "error",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.Link: "link",
    QPalette.ColorRole.LinkVisited: "link",
    QPalette.ColorRole.ToolTipBase: "surface_raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Dark: "border_strong",
    QPalette.ColorRole.Light: "surface_raised",
}


@cache
def theme() -> Theme:
    """The program's theme. Before `install` it has the light colours."""
    return Theme()


def _scale() -> float:
    """Device pixels to a logical pixel on the sharpest screen."""
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
