"""Whether a translation is in the language that was asked for: by its script, and in long texts by its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from desktopchat.domain.text import msg
from desktopchat.domain.translation import Check, Issue
from desktopchat.translation.guessing import guess, scripts
from desktopchat.translation.han import leaning
from desktopchat.translation.languages import Language, Script, english_name, find, same

_LEAST_LETTERS = 4
_LEAST_FOR_WORDS = 60
_SURE = 0.85
_NAMES: dict[Script, tuple[str, ...]] = {
    Script.JAPANESE: ("kana", "han"),
    Script.HAN_SIMPLE: ("han",),
    Script.HAN_TRADITIONAL: ("han",),
    Script.HANGUL: ("hangul", "han"),
}


def language_issues(target: str, source_language: str, target_language: str) -> Iterator[Issue]:
    """One issue if most letters are of another script, or the words surely of another language."""
    wanted = find(target_language)
    counted = scripts(target)
    if wanted is None or sum(counted.values()) < _LEAST_LETTERS:
        return
    if _has_wrong_letters(counted, wanted):
        reason = msg("This is not written in {language}.", language=wanted.english)
        yield Issue(Check.LANGUAGE, reason, target_span=(0, len(target)))
    elif wanted.script.is_han and _has_wrong_characters(target, wanted.script):
        reason = msg("These are not the characters of {language}.", language=wanted.english)
        yield Issue(Check.LANGUAGE, reason, target_span=(0, len(target)))
    elif sum(counted.values()) >= _LEAST_FOR_WORDS:
        yield from _wrong_words(target, source_language, wanted)


def _has_wrong_letters(counted: Counter[str], wanted: Language) -> bool:
    """Names and terms in Latin letters are common in any language, so those weigh little where they are not wanted."""
    names = _NAMES.get(wanted.script, (wanted.script.name.lower(),))
    right = sum(counted[name] for name in names)
    wrong = sum(number for name, number in counted.items() if name not in names)
    if wanted.script is Script.JAPANESE and not counted["kana"] and counted["han"] > 20:
        return True
    if wanted.script.is_han and counted["kana"] * 5 > counted["han"]:
        return True
    if "latin" in names:
        return wrong > right
    return right * 12 < wrong - counted["latin"] or right * 12 < counted["latin"] or (right == 0 and wrong > 0)


def _has_wrong_characters(target: str, script: Script) -> bool:
    lean = leaning(target)
    return lean < -1 if script is Script.HAN_SIMPLE else lean > 1


def _wrong_words(target: str, source_language: str, wanted: Language) -> Iterator[Issue]:
    hint = guess(target)
    if hint.language is None or hint.score < _SURE or same(hint.language, wanted.tag):
        return
    found = find(hint.language)
    if found is None or found.primary == wanted.primary or _are_close(found.primary, wanted.primary):
        return
    reason = msg("This seems to be {language}.", language=english_name(hint.language))
    yield Issue(Check.LANGUAGE, reason, target_span=(0, len(target)))


_CLOSE = (
    {"hr", "sr", "bs", "sl"},
    {"nb", "da", "sv"},
    {"id", "ms"},
    {"pt", "gl", "es", "ca"},
    {"cs", "sk"},
    {"hi", "mr", "ne"},
    {"ru", "uk", "bg", "mk", "sr"},
    {"ar", "fa", "ur"},
    {"af", "nl"},
)
"""Languages that the model takes for each other."""


def _are_close(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _CLOSE)
