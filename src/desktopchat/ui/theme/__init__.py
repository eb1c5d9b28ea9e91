"""How the program looks: `theme()` hands out colours, fonts and icons. Its values are in `tokens`."""

from desktopchat.ui.theme.theme import Theme, theme
from desktopchat.ui.theme.tokens import RADIUS, SPACE

__all__ = ["RADIUS", "SPACE", "Theme", "theme"]
