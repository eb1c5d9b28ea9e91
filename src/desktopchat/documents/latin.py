"""Tells apart the single-byte encodings of the Latin alphabet, in which the same bytes are different letters.

A text is in one language, so its letters must all be of one alphabet: Czech that is read as French has letters of four.
"""

import re

_ALPHABETS = {
    "windows-1252": (
        "àâæçèéêëîïôœùûüÿ",  # French
        "äöüß",  # German
        "áéíóúüñ",  # Spanish
        "áâãàçéêíóôõúü",  # Portuguese
        "àèéìíòóùú",  # Italian
        "åäöé",  # Swedish, Finnish
        "åæøéôòó",  # Danish, Norwegian
        "áðéíóúýþæö",  # Icelandic
        "éëïóöüèêáíú",  # Dutch
        "àçèéíïòóúü",  # Catalan
    ),
    "windows-1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "ăâîşţ",  # Romanian
        "čćđšž",  # Croatian, Slovene
    ),
    "windows-1254": ("çğıiöşüâîû\u0307",),  # Turkish
    "windows-1257": (
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņšūž",  # Latvian
        "äöõüšž",  # Estonian
    ),
}
_NEVER_INSIDE = "„‚«»‹›•§©®™€£¥¢½¼¾±×÷²³¹ªº¿¡"
_SIGNS = _NEVER_INSIDE + "“”‘’–—…·°\u00a0\u00ad"
# what is not in the plain alphabet, also signs inside of words: no language has any there
_other = re.compile(f"(?<=[a-z])[{_NEVER_INSIDE}](?=[a-z])|[^\x00-\x7f{_SIGNS}]")
_ENOUGH = 0.9
"""The share of letters that must be of one alphabet; names may come from another language."""


def latin_encoding(sample: bytes) -> str:
    """The encoding in which the letters are of one alphabet; empty if there is none. In doubt the Western one."""
    best, best_share = "", _ENOUGH
    for encoding, alphabets in _ALPHABETS.items():
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        letters = _other.findall(text.lower())
        for alphabet in alphabets:
            share = sum(letter in alphabet for letter in letters) / len(letters) if letters else 1.0
            if share > best_share or (share == best_share and not best):
                best, best_share = encoding, share
    return best
