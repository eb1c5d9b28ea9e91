"""Where sentences end: the essence of Unicode's rules (UAX 29) with the exceptions that translators need."""

import re
from collections.abc import Iterator

_ABBREVIATIONS = {
    "en": "mr mrs ms dr prof st sr jr vs etc no nos vol fig figs eq ch sec pp al ed eds inc ltd co corp dept est approx"
    " jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e cf a.m p.m u.s u.k ph.d gen col capt lt sgt rev hon",
    "de": "z.b d.h u.a usw bzw ca dr prof nr abs bd vgl evtl ggf inkl str tel hr fr s z o.ä u.ä zzgl bspw sog st",
    "fr": "m mm mme mmes mlle dr pr p.ex etc cf env éd fig vol chap art no st ste av bd",
    "es": "sr sra srta dr dra ud uds p.ej etc pág núm fig vol cap art av no ee.uu",
    "it": "sig sig.ra dott dott.ssa prof ecc es pag fig vol cap art n ing avv",
    "pt": "sr sra dr dra prof etc pág fig vol cap art n av ex",
    "nl": "dhr mevr dr prof enz bijv bv o.a d.w.z nr blz fig vgl ca",
    "ru": "г гг т.е т.д т.п им ул д стр рис см др пр руб коп тыс млн млрд проф",
}
"""Without the last full stop, folded."""

_GENERAL = frozenset(_ABBREVIATIONS["en"].split())
_BY_LANGUAGE = {language: frozenset(words.split()) | _GENERAL for language, words in _ABBREVIATIONS.items()}
_LAST_WORD = re.compile(r"([^\W\d_](?:[^\W_]|\.(?=[^\W_]))*)\.[\"'”’)\]]*\s*$")
_OPENERS = "「『“‘（《〈【〔«([{"
_END = re.compile(
    r"(?P<marks>[.!?…]+|(?P<wide>[。！？｡．؟۔।॥။።՞‼⁇⁈⁉]+[!?…]*))[\"'”’»›)\]}」』）】》〉]*(?P<blanks>\s*)"
)
_CONTINUES = re.compile(r"[,;:，、；：.!?…。！？]")
_FIRST_LETTER = re.compile(r"[^\w\n.!?。！？]*([^\W\d_])")
_LATE_OPENER = re.compile(f"[{re.escape(_OPENERS)}]+\\s*$")
_WORDS_TOO = frozenset({"no", "nos", "n", "art", "fig", "st", "co", "est", "ed", "sec", "p", "pp", "ch", "s"})
"""These are words or units as well: abbreviations only in front of a number or a name."""


def sentences(text: str, language: str = "") -> Iterator[tuple[int, int]]:
    """The sentences of `text` with the blanks behind them: spans that follow each other from its start to its end."""
    start = 0
    for border in _borders(text):
        if border == len(text):
            break
        end = border - _opened_late(text, start, border)
        if end > start and not _goes_on(text, start, end, language):
            yield start, end
            start = end
    if start < len(text):
        yield start, len(text)


def _borders(text: str) -> Iterator[int]:
    """The places behind a sentence's mark, what closes with it, and the blanks after that."""
    for found in _END.finditer(text):
        marks, blanks, border = found["marks"], found["blanks"], found.end()
        following = text[border : border + 1]
        is_free = bool(blanks) or not following.isascii() or found["wide"] is not None
        if following and is_free and not _CONTINUES.match(following) and not _is_lower_after(text, border, marks):
            yield border


def _is_lower_after(text: str, border: int, marks: str) -> bool:
    """Whether a sentence goes on in a small letter behind a full stop (SB8), as after most abbreviations."""
    found = _FIRST_LETTER.match(text, border)
    return marks.endswith((".", "…")) and found is not None and found[1].islower()


def _opened_late(text: str, start: int, border: int) -> int:
    """How many characters at the end belong to the next sentence: a quotation that opens there."""
    found = _LATE_OPENER.search(text, start, border)
    return border - found.start() if found and found.start() > start else 0


def _goes_on(text: str, start: int, border: int, language: str) -> bool:
    """Whether the full stop before `border` ends an abbreviation, an initial or the number of something."""
    before = text[max(start, border - 40) : border]
    found = _LAST_WORD.search(before)
    if found is None:
        return False
    word = found[1]
    if len(word) == 1 and word.isupper():
        return True
    known = _BY_LANGUAGE.get(language.split("-", maxsplit=1)[0], _GENERAL)
    folded = word.casefold()
    if folded not in known:
        return False
    following = text[border : border + 1]
    return following.isdigit() if folded == "no" else folded not in _WORDS_TOO or following.isalnum()
