"""Whether everything that was written is shown: letters and digits are counted on both sides."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from markdown_it.token import Token

from desktopchat.render.content import Block, Item, plain
from desktopchat.render.tasks import DONE


def loses_words(source: str, blocks: Sequence[Block], tokens: Sequence[Token]) -> bool:
    """Whether letters or digits of `source` are neither shown nor part of an address, a title or a marker.

    Counts characters instead of comparing words: emphasis may stand inside a word, tables reorder nothing.
    """
    said, shown = _letters(source), [plain(block) for block in blocks]
    if said == _letters("".join(shown)):
        return False  # the usual case, told without counting
    return not Counter(said) <= Counter(_letters("".join([*shown, *_hidden(source, blocks, tokens)])))


def _letters(text: str) -> str:
    if "&" in text or "%" in text:
        text = unquote(html.unescape(text))
    return _NO_LETTERS.sub("", text)


_NO_LETTERS = re.compile(r"[\W_]+")


def _hidden(source: str, blocks: Sequence[Block], tokens: Sequence[Token]) -> Iterator[str]:
    """What is legitimately not on the screen."""
    for block in blocks:
        for container in block.within:
            if isinstance(container, Item):
                yield container.marker.replace(DONE, "xX")
    for token in tokens:
        yield token.info
        yield from _definition(token)
        for child in token.children or ():
            for value in child.attrs.values():
                yield _readable(str(value))
            yield from _attributes_of_children(child)
    for part in source.split("][")[1:]:
        yield part.partition("]")[0]


def _attributes_of_children(token: Token) -> Iterator[str]:
    for child in token.children or ():
        for value in child.attrs.values():
            yield _readable(str(value))
        yield from _attributes_of_children(child)


def _definition(token: Token) -> Iterator[str]:
    for value in token.meta.values():
        yield _readable(str(value))


def _readable(address: str) -> str:
    """An address with its host in the letters that were written."""
    from markdown_it.common.normalize_url import normalizeLinkText

    try:
        return normalizeLinkText(address)
    except ValueError:
        return address
