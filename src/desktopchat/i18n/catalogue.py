"""The installed catalogue and the functions that read it. Which sentences there are is in the code that says them."""

import gettext
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktopchat.domain.text import Text, Value

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""The languages of the catalogues, each by the name that its speakers give it."""

DOMAIN = "desktopchat"


@dataclass(slots=True)
class _Installed:
    language: str = "en"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)


_installed = _Installed()


def install(language: str = "", *, system: Iterable[str] = ()) -> str:
    """Makes `language` ("en", "zh_CN", or "" for the system's) current and returns the one chosen.

    `system` names the languages that the desktop prefers, best first, for systems that do not say it in the
    environment (macOS, Windows).
    """
    _installed.language = language if language in LANGUAGES else system_language(system)
    _installed.catalogue = _catalogue(_installed.language)
    return _installed.language


def current_language() -> str:
    return _installed.language


def tr(key: str, /, **params: Value) -> str:
    """The text for `key` with its `{named}` places filled. Never raises: English is what remains of a bad one."""
    text = _installed.catalogue.gettext(key)
    return filled(text, key, params) if params else text


def ntr(singular: str, plural: str, n: int, /, **params: Value) -> str:
    """As `tr`, in the grammatical number that fits `n`, which fills `{n}`."""
    return filled(
        _installed.catalogue.ngettext(singular, plural, n), singular if n == 1 else plural, {"n": n, **params}
    )


def render(text: Text) -> str:
    """The text of a sentence that travelled."""
    return tr(text.key, **text.params)


# What str.format() would do with a text is more than a text may ask for: keys and values can come out of a file that
# somebody else wrote, and "{x:999999999}" or "{x.__class__}" are no places to fill.
_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)(?::([,0-9.]{0,3}[dfgxX%]?))?\}")


def filled(text: str, fallback: str, params: Mapping[str, Value]) -> str:
    """`text` with its places filled as by `str.format`; `fallback` filled where `text` names places that are not there.

    A place that even `fallback` has no value for is left as it is.
    """
    try:
        return _PLACE.sub(lambda place: _value(place, params), text)
    except (KeyError, ValueError):
        return _PLACE.sub(lambda place: _value_or_place(place, params), fallback)


def _value(place: re.Match[str], params: Mapping[str, Value]) -> str:
    """Raises KeyError for an unknown name, ValueError for a form that does not fit the value."""
    name, form = place.groups()
    if name is None:
        return place[0][0]
    return format(params[name], form or "")


def _value_or_place(place: re.Match[str], params: Mapping[str, Value]) -> str:
    try:
        return _value(place, params)
    except (KeyError, ValueError):
        return place[0]


def system_language(preferred: Iterable[str] = ()) -> str:
    """The best of our languages for this system: the environment's, else the first `preferred` that we have.

    English if nothing fits.
    """
    for name in (*_environment_languages(), *preferred):
        if found := _ours(name):
            return found
    return "en"


def _environment_languages() -> list[str]:
    """What the environment asks for, as gettext reads it. "C" speaks English, and LANGUAGE does not count then."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    if locale.partition(".")[0] in ("C", "POSIX"):
        return ["en"]
    return [*os.environ.get("LANGUAGE", "").split(":"), locale]


def _ours(name: str) -> str:
    """Our language for a system's name of one ("zh-Hant-TW", "en_GB.UTF-8"), or empty. All Chinese gets ours."""
    lowered = name.lower()
    return next((code for begin, code in (("zh", "zh_CN"), ("en", "en")) if lowered.startswith(begin)), "")


def _catalogue(language: str) -> gettext.NullTranslations:
    file = resource("i18n") / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if language == "en" or not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def resource(name: str) -> Path:
    """A file or folder under `resources`, wherever the package is installed or run from.

    Found beside the code: importlib.resources costs 25 ms at the start, and we never run from a zip file.
    """
    package = Path(__file__).parents[1]
    inside = package / "resources" / name
    return inside if inside.exists() else package.parents[1] / "resources" / name
