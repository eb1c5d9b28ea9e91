"""The installed catalogue and the functions that read it."""

import gettext
import locale
import os
from importlib import resources
from pathlib import Path

from desktopchat.domain.text import Text, Value

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
DOMAIN = "desktopchat"

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def install(language: str = "") -> str:
    """Makes `language` ("en", "zh_CN", or "" for the system's) current and returns the one chosen."""
    global _current, _language
    _language = language if language in LANGUAGES else system_language()
    _current = _catalogue(_language)
    return _language


def current_language() -> str:
    return _language


def tr(key: str, /, **params: Value) -> str:
    """The text for `key` with its `{named}` places filled."""
    text = _current.gettext(key)
    return text.format(**params) if params else text


def ntr(singular: str, plural: str, n: int, /, **params: Value) -> str:
    """As `tr`, in the grammatical number that fits `n`, which fills `{n}`."""
    return _current.ngettext(singular, plural, n).format(n=n, **params)


def render(text: Text) -> str:
    return tr(text.key, **text.params)


def system_language() -> str:
    """The best of our languages for this system's locale; English if nothing fits."""
    for name in (os.environ.get(v, "") for v in ("LC_ALL", "LC_MESSAGES", "LANG")):
        if name:
            return _closest(name)
    return _closest(locale.getlocale()[0] or "")


def _closest(name: str) -> str:
    return "zh_CN" if name.lower().startswith(("zh", "chinese")) else "en"


def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    file = _directory() / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def _directory() -> Path:
    return resource("i18n")


def resource(name: str) -> Path:
    """A file or folder under `resources`, wherever the package is installed or run from."""
    inside = Path(str(resources.files("desktopchat"))) / "resources" / name
    return inside if inside.exists() else Path(__file__).parents[3] / "resources" / name
