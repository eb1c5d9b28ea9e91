"""Numbers in texts, compared across the ways in which languages write them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

_NUMBER = re.compile(r"\d+(?:[.,'’٬٫．][\d]+|[\u00a0\u202f ]\d{3}(?!\d))*")
_SCALE = re.compile(
    r"\s*(?:k\b|m\b|bn\b|thousand|million|billion|trillion|hundred|dozen|mille|tausend|million|milliard|milliarde|mil\b|millones"
    r"|тыс|млн|млрд|万|萬|亿|億|千|百|만|억)",
    re.IGNORECASE,
)
_MONTH = re.compile(r"\s*(?:月|월)")
_SMALL = 12


@dataclass(frozen=True, slots=True)
class Number:
    """A number at its place. `value` is its digits alone.

    A scaled one (3 million, 5月) may be written otherwise with good reason, a small one in letters.
    """

    value: str
    span: tuple[int, int]
    is_scaled: bool
    is_small: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Numbers that only one of two texts has."""

    missing: tuple[Number, ...]
    surplus: tuple[Number, ...]

    @property
    def is_certain(self) -> bool:
        """Whether one was surely changed or lost, not only written in words or in another unit."""
        changed = any(not each.is_scaled for each in self.surplus)
        return any(not each.is_scaled and (changed or not each.is_small) for each in self.missing)


@lru_cache(maxsize=256)
def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of `text`, whatever their digits look like."""
    plain = _plain(text)
    return tuple(_number(plain, found) for found in _NUMBER.finditer(plain))


def difference(source: str, target: str) -> Difference:
    """The numbers that `target` lacks or has too many of."""
    one, other = numbers(source), numbers(target)
    if _runs(source) == _runs(target):
        return Difference((), ())
    missing = _without(one, Counter(each.value for each in other))
    surplus = _without(other, Counter(each.value for each in one))
    return Difference(missing, tuple(each for each in surplus if missing or len(each.value) > 2))


def _without(found: tuple[Number, ...], there: Counter[str]) -> tuple[Number, ...]:
    left = []
    for each in found:
        if there[each.value] > 0:
            there[each.value] -= 1
        else:
            left.append(each)
    return tuple(left)


def _number(text: str, found: re.Match[str]) -> Number:
    value = re.sub(r"\D", "", found[0])
    is_scaled = _SCALE.match(text, found.end()) is not None or _MONTH.match(text, found.end()) is not None
    return Number(value, found.span(), is_scaled, int(value[:6]) <= _SMALL)


def _runs(text: str) -> Counter[str]:
    """All stretches of digits, for texts that differ in nothing but their separators."""
    return Counter(re.findall(r"\d+", _plain(text)))


def _plain(text: str) -> str:
    """`text` with every decimal digit as 0 to 9; places stay what they are."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if not character.isascii() and character.isdecimal() else character
        for character in text
    )
