"""Markdown that arrives in pieces gives the blocks that the whole text gives."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktopchat.render.blocks import BlockStream, parse
from desktopchat.render.content import Block, BlockKind, plain, plain_text
from desktopchat.render.flatten import Source, flatten
from desktopchat.render.markdown import block_tokens

SNIPPETS = (
    "# Heading\n",
    "Setext\n===\n",
    "two\nlines\n---\n",
    "A paragraph with **bold**, *it* and `code`.\n",
    "一段中文，**词。**字，還有「引號」。\n",
    "\n",
    "\n\n",
    "- a\n- b\n",
    "- a\n\n- b\n\n  more of b\n- c\n",
    "* other bullet\n",
    "  - indented\n    - nested\n      text\n",
    "1. one\n2. two\n7. eight?\n",
    "0) zero\n1) one\n",
    "-\n",
    "-\n\n  foo\n",
    "> quote\n> more\nlazy\n",
    "> a\n>\n> b\n> - c\n> - d\n\n",
    "> # h\n> text\n",
    "```python\nprint(1)\n\n- not a list\n```\n",
    "~~~\ntilde\n",
    "  ```\n  indented fence\n  ```\n",
    "    indented code\n\n    more\n",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 |\n",
    "|a|b|\n|-|-|\n|1|2|3 too many|\n\n",
    "text | with pipe\n",
    "|-|-|\n",
    "***\n",
    "---\n",
    "[foo]: http://example.com 'title'\n",
    "[bar]: http://example.org\n'a title\nover lines'\n",
    "'a title that is none\n",
    "See [foo] and [the text][bar], ![pic](http://h.org/p.png).\n",
    "> [quoted]: http://q.org\n",
    "[quoted] is used\n",
    "<b>html</b> & &amp; &copy;\n",
    "[bad](javascript:alert(1)) [smb](smb://x/y)\n",
    "https://example.com/a?b=c and www.example.com\n",
    "no newline at the end",
    "\tTab\n",
    "a\\\nhard  \nbreak\n",
    "2. not a start of a list in a paragraph\n",
    "+",
    "=",
    "`",
    "# ",
    "x\u2028y\x0bz\n",
    "with\rreturns\r\nof\rall\r\nkinds\n",
)


def whole(text: str) -> list[Block]:
    """One parse of everything, by the shortest way."""
    text = re.sub("\r\n?", "\n", text)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    references: dict[str, dict[str, object]] = {}
    tokens = block_tokens(text, references)
    return flatten(tokens, Source(lines), references)


def in_pieces(pieces: list[str]) -> list[Block]:
    stream = BlockStream()
    blocks: list[Block] = []
    for change in [*(stream.append(piece) for piece in pieces), stream.finish()]:
        blocks += change.closed
        for index, block in change.revised:
            blocks[index] = block
    return blocks


def split(text: str, sizes: random.Random, most: int) -> list[str]:
    pieces = []
    at = 0
    while at < len(text):
        size = sizes.randint(1, most)
        pieces.append(text[at : at + size])
        at += size
    return pieces


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(SNIPPETS), max_size=8), st.randoms(use_true_random=False), st.sampled_from([1, 3, 9, 60])
)
def test_any_split_gives_what_the_whole_gives(snippets: list[str], sizes: random.Random, most: int) -> None:
    text = "".join(snippets)
    assert in_pieces(split(text, sizes, most)) == whole(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab *_`[]()-+>#1.|:\n\t~!<&;=词。", max_size=80))
def test_any_text_gives_the_same_at_each_split(text: str) -> None:
    assert in_pieces(list(text)) == whole(text)
