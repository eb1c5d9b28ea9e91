"""Which way a block is read."""

import unicodedata
from itertools import islice

from desktopchat.render.content import Block, plain

_LOOKED_AT = 400


def is_right_to_left(block: Block) -> bool:
    """Whether the first letter that has a direction belongs to Arabic, Hebrew or their like (UAX #9, P2)."""
    text = plain(block)
    if text.isascii():
        return False
    directions = map(unicodedata.bidirectional, islice(text, _LOOKED_AT))
    return next((direction != "L" for direction in directions if direction in ("L", "R", "AL")), False)
