"""The design in numbers: colours, distances, radii, type sizes. Plain values; nothing else names a colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LIGHT: Final[Mapping[str, str]] = {
    "window": "#ffffff",  # behind the transcript
    "surface": "#f3f5f8",  # the sidebar, panels
    "surface_raised": "#ffffff",  # cards, menus, fields
    "hover": "#e7ebf0",
    "selected": "#dbe7fb",
    "text": "#1a1e24",
    "text_muted": "#59616d",
    "accent": "#2a66d9",
    "accent_hover": "#1f57c3",
    "accent_text": "#ffffff",
    "user_bubble": "#e4eefd",
    "code_background": "#f4f6f8",
    "border": "#dce0e6",
    "border_strong": "#848d9a",  # outlines that a control is recognised by
    "error": "#bb2a3f",
    "error_surface": "#fdf0f1",
    "warning": "#80560a",
    "warning_surface": "#fff6df",
    "success": "#1b7040",
    "link": "#1d5cc7",
    "selection": "#b8d3fb",
    "found": "#ffe08a",  # what a search has found, and the place one is at
    "found_here": "#ffb454",
    "shadow": "#14000000",
    # code, by what a word is
    "code_keyword": "#a1278d",
    "code_string": "#2a6b35",
    "code_number": "#96500a",
    "code_comment": "#626b77",
    "code_name": "#1f56b5",
    "code_type": "#0f6673",
}

DARK: Final[Mapping[str, str]] = {
    "window": "#17191d",
    "surface": "#1d2025",
    "surface_raised": "#25292f",
    "hover": "#2a2e35",
    "selected": "#2d3b52",
    "text": "#e8eaed",
    "text_muted": "#a3abb6",
    "accent": "#6ea5ff",
    "accent_hover": "#8bb7ff",
    "accent_text": "#0b1526",
    "user_bubble": "#293a55",
    "code_background": "#1f2329",
    "border": "#343942",
    "border_strong": "#737c89",
    "error": "#ff9097",
    "error_surface": "#372227",
    "warning": "#ecbf6b",
    "warning_surface": "#352c1a",
    "success": "#74d39a",
    "link": "#87b4ff",
    "selection": "#365588",
    "found": "#57481a",
    "found_here": "#8a5700",
    "shadow": "#50000000",
    "code_keyword": "#e79bdb",
    "code_string": "#95d49f",
    "code_number": "#ecb26f",
    "code_comment": "#959eaa",
    "code_name": "#8fbaff",
    "code_type": "#7ccbd8",
}

READABLE: Final[tuple[tuple[str, str], ...]] = (
    *(
        (text, ground)
        for text in ("text", "text_muted")
        for ground in ("window", "surface", "surface_raised", "hover", "selected", "user_bubble", "code_background")
    ),
    *((text, ground) for text in ("link", "error", "success") for ground in ("window", "surface", "surface_raised")),
    *((f"code_{name}", "code_background") for name in ("keyword", "string", "number", "comment", "name", "type")),
    ("text", "selection"),
    ("text", "found"),
    ("text", "found_here"),
    ("text", "error_surface"),
    ("text_muted", "error_surface"),
    ("error", "error_surface"),
    ("text", "warning_surface"),
    ("warning", "warning_surface"),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    ("link", "user_bubble"),
)
"""Pairs of text and what is behind it that the program shows; each has a contrast of at least 4.5."""


@dataclass(frozen=True, slots=True)
class Space:
    """Distances in pixels that do not depend on the device."""

    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741 - as sizes of clothes are named
    xl: int = 24


@dataclass(frozen=True, slots=True)
class Radius:
    """Round corners in pixels: of controls, of cards, of bubbles."""

    control: int = 8
    card: int = 12
    bubble: int = 16


SPACE: Final = Space()
RADIUS: Final = Radius()

FONT_SCALE: Final[Mapping[str, float]] = {
    "body": 1.0,
    "small": 0.88,
    "code": 0.94,
    "strong": 1.0,
    "title": 1.2,
    "display": 1.7,
}
"""Sizes of the font roles, as multiples of the body's."""


def contrast(first: str, second: str) -> float:
    """The WCAG 2 contrast of two opaque colours written as #rrggbb: 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
