"""The names of languages that the forms of presets offer; any other may be typed."""

from desktopchat.domain.text import msg
from desktopchat.i18n import render

OFFERED = (
    msg("Simplified Chinese"),
    msg("Traditional Chinese"),
    msg("English"),
    msg("Japanese"),
    msg("Korean"),
    msg("French"),
    msg("German"),
    msg("Spanish"),
    msg("Portuguese"),
    msg("Italian"),
    msg("Dutch"),
    msg("Polish"),
    msg("Russian"),
    msg("Ukrainian"),
    msg("Turkish"),
    msg("Arabic"),
    msg("Hebrew"),
    msg("Hindi"),
    msg("Thai"),
    msg("Vietnamese"),
    msg("Indonesian"),
)


def language_names() -> list[str]:
    """In the language of the window: a name goes into a prompt as it is chosen."""
    return [render(name) for name in OFFERED]
