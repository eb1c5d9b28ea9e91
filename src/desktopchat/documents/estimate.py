"""How many tokens a text has, roughly: no provider's tokenizer is known here."""

import math

_ASCII_PER_TOKEN = 4.0
_OTHER_LETTERS_PER_TOKEN = 2.0
_WIDE_PER_TOKEN = 1.0


def estimated_tokens(text: str) -> int:
    """An estimate on the high side, to be shown as one: a token for four letters of English, two letters of Russian
    or Arabic, or one Chinese character. Fast enough for whole books.
    """
    if not text:
        return 0
    plain = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    others = len(text) - plain
    # of the others, each has two bytes in UTF-8 or (from U+0800 on, where the wide scripts are) three
    wide = min(max(len(text.encode("utf-8", "replace")) - plain - 2 * others, 0), others) if others else 0
    narrow = others - wide
    return math.ceil(plain / _ASCII_PER_TOKEN + narrow / _OTHER_LETTERS_PER_TOKEN + wide / _WIDE_PER_TOKEN)
