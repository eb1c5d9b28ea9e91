"""Which fonts the program uses: the system's own, with Chinese ones that fit beside it. No sizes of widgets here."""

import sys
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

from desktopchat.ui.theme.tokens import FONT_SCALE

_CJK = {
    "win32": ("Microsoft YaHei UI", "Microsoft YaHei"),
    "darwin": ("PingFang SC", "Hiragino Sans GB"),
}.get(sys.platform, ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei"))
_MONOSPACED = {
    "win32": ("Cascadia Mono", "Consolas"),
    "darwin": ("SF Mono", "Menlo"),
}.get(sys.platform, ("JetBrains Mono", "Noto Sans Mono", "DejaVu Sans Mono"))
_SANS = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")
SMALLEST_READABLE_PT = 10.0


def role(name: str, body_pt: float) -> QFont:
    """The font of a role from `FONT_SCALE`, for a body of `body_pt` points."""
    font = QFont(_code() if name == "code" else _text())
    font.setPointSizeF(round(body_pt * FONT_SCALE[name] * 2) / 2)
    if name in ("strong", "title", "display"):
        font.setWeight(QFont.Weight.DemiBold)
    return font


@cache
def system_pt() -> float:
    """The size of the system's own text in points, but never one too small for reading long answers."""
    size = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    return max(size, SMALLEST_READABLE_PT)


@cache
def _text() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = list(font.families())
    if sys.platform not in ("win32", "darwin") and _is_a_placeholder(families):
        families = _installed(_SANS)[:1] + families
    font.setFamilies(families + _installed(_CJK)[:1])
    return font


@cache
def _code() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    families = _installed(_MONOSPACED)[:1] + list(font.families())
    font.setFamilies(families + _installed(_CJK)[:1])
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _is_a_placeholder(families: list[str]) -> bool:
    """Whether the desktop names no font of its own: a bare X server answers with a generic name."""
    return not families or families[0].lower() in ("sans serif", "sans-serif", "sans", "helvetica", "")


def _installed(families: tuple[str, ...]) -> list[str]:
    return [family for family in families if QFontDatabase.hasFamily(family)]


def describe(font: QFont) -> str:
    """What was really found, for bug reports."""
    found = QFontInfo(font)
    return f"{found.family()} {found.pointSizeF():g} pt"
