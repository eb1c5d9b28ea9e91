"""The look: readable colours, icons for every name that is used, one source for both."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktopchat.ui import actions, empty_state
from desktopchat.ui.theme import Theme, theme
from desktopchat.ui.theme.icons import drawing
from desktopchat.ui.theme.tokens import DARK, LIGHT, READABLE, contrast

SOURCES = Path(__file__).parents[3] / "src" / "desktopchat" / "ui"


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READABLE)
def test_text_has_the_contrast_that_wcag_asks_for(colours: dict[str, str], text: str, ground: str) -> None:
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "surface", "surface_raised"])
def test_outlines_of_controls_can_be_seen(colours: dict[str, str], ground: str) -> None:
    assert contrast(colours["border_strong"], colours[ground]) >= 3


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_light_and_dark_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_every_icon_that_is_named_somewhere_was_drawn() -> None:
    named = {c.icon for c in actions.COMMANDS if c.icon} | {s.icon for s in empty_state.SUGGESTIONS}
    call = re.compile(r'(?:theme\(\)\.(?:icon|pixmap)|IconButton|IconLabel|set_icon)\(\s*"([a-z-]+)"')
    for source in SOURCES.rglob("*.py"):
        named |= set(call.findall(source.read_text(encoding="utf-8")))
    assert len(named) > 15
    assert all(drawing(name).startswith("<svg") for name in named)


def test_an_icon_is_painted_in_the_colour_of_its_token(qapp: QApplication) -> None:
    look = Theme()
    image = look.pixmap("stop", "accent", 24).toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2) == look.color("accent")


def test_dark_and_light_change_colours_and_are_told(qapp: QApplication) -> None:
    look, told = Theme(), []
    look.changed.connect(lambda: told.append(look.is_dark))
    look.install(qapp, "dark")
    dark = look.color("window").name()
    look.set_mode("light")
    assert told == [True, False]
    assert (dark, look.color("window").name()) == (DARK["window"], LIGHT["window"])
    theme().install(qapp, "light")


def test_a_larger_font_makes_every_role_larger(qapp: QApplication) -> None:
    look = Theme()
    look.install(qapp, "light")
    before = {role: look.font(role).pointSizeF() for role in ("body", "small", "code", "title")}
    look.set_font_size(20)
    assert all(look.font(role).pointSizeF() > size for role, size in before.items())
    theme().install(qapp, "light")
    look.set_font_size(0)


def test_what_a_caller_does_to_a_colour_or_a_font_stays_with_the_caller(qapp: QApplication) -> None:
    theme().color("text").setAlpha(3)
    theme().font("body").setPointSizeF(50)
    assert theme().color("text").alpha() == 255
    assert theme().font("body").pointSizeF() < 50
