"""Characters that draw nothing but are read by a model: found, counted, removed. Plain text only.

What scripts need stays: joiners between letters, marks for right-to-left text, selectors of emoji, and the three flags
(England, Scotland, Wales) that are spelled with tag characters.
"""

import re
from dataclasses import dataclass

_FLAG_NAMES = ("gbeng", "gbsct", "gbwls")
_FLAGS = "|".join("\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in name) + "\U000e007f" for name in _FLAG_NAMES)
_flags = re.compile(_FLAGS)
_tags = re.compile("[\U000e0000-\U000e007f]+")
_bidi = re.compile("[\u202a-\u202e\u2066-\u2069]")
_run = re.compile(
    "[\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\u180e\u115f\u1160\u3164\uffa0]{2,}"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
_suspect = re.compile(
    "[\u200b-\u200d\u202a-\u202e\u2060-\u206f\ufeff\u180e\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e01ef]|\u115f\u1160"
)


@dataclass(frozen=True, slots=True)
class Unseen:
    """How much of a text draws nothing: tag and direction characters one by one, the others in runs of two or more."""

    tags: int = 0
    bidi: int = 0
    runs: int = 0

    def __bool__(self) -> bool:
        return bool(self.tags or self.bidi or self.runs)


def unseen(text: str) -> Unseen:
    if not _suspect.search(text):
        return Unseen()
    plain = _flags.sub("", text)
    tags = sum(len(found.group()) for found in _tags.finditer(plain))
    return Unseen(tags, len(_bidi.findall(plain)), len(_run.findall(plain)))


def without_hidden(text: str) -> str:
    """`text` without the characters that `unseen` counts."""
    if not _suspect.search(text):
        return text
    kept: list[str] = []
    position = 0
    for flag in _flags.finditer(text):
        kept += [_stripped(text[position : flag.start()]), flag.group()]
        position = flag.end()
    return "".join([*kept, _stripped(text[position:])])


def _stripped(text: str) -> str:
    return _run.sub("", _bidi.sub("", _tags.sub("", text)))
