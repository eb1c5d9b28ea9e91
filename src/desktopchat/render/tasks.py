"""Task lists: items of lists that begin with `[ ]` or `[x]`."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

OPEN, DONE = "\N{BALLOT BOX}", "\N{BALLOT BOX WITH CHECK}"
_BOX = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


def mark_tasks(tokens: Sequence[Token]) -> None:
    """Takes the brackets out of the text, in place; the item's `meta` tells the box under "task"."""
    for item, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open":
            box = _BOX.match(inline.content)
            if box is not None:
                item.meta["task"] = OPEN if box[1] == " " else DONE
                inline.content = inline.content[box.end() :]
