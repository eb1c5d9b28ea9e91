"""CommonMark's own examples: what they show survives, whole and in pieces, and both ways are the same."""

import html
import json
import random
import re
from collections import Counter
from functools import cache

import pytest
from tools.commonmark import examples_file

from desktopchat.render.blocks import BlockStream, parse
from desktopchat.render.content import Block, plain_text


@cache
def examples() -> list[dict[str, str]]:
    file = examples_file()
    if not file.is_file():
        pytest.skip("CommonMark's examples are not here; `python3 dev.py test` fetches them from the package index")
    found: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def in_pieces(text: str, sizes: random.Random) -> list[Block]:
    stream, blocks, at = BlockStream(), list[Block](), 0
    while at < len(text):
        size = sizes.randint(1, 7)
        change = stream.append(text[at : at + size])
        blocks += change.closed
        for index, block in change.revised:
            blocks[index] = block
        at += size
    change = stream.finish()
    blocks += change.closed
    for index, block in change.revised:
        blocks[index] = block
    return blocks


def letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, text))


def seen_in_a_browser(page: str) -> str:
    """The text of an example's HTML; what is HTML already in the Markdown is text with us."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))


def test_the_examples_are_all_there() -> None:
    assert len(examples()) > 600


def test_the_text_of_each_example_survives() -> None:
    for example in examples():
        blocks = parse(example["markdown"])
        shown = " ".join([plain_text(blocks), *(block.language for block in blocks)])
        missing = letters(seen_in_a_browser(example["html"])) - letters(shown)
        assert not missing, (example, shown)


@pytest.mark.parametrize("seed", range(3))
def test_each_example_in_pieces_is_the_same_as_whole(seed: int) -> None:
    sizes = random.Random(seed)
    for example in examples():
        assert in_pieces(example["markdown"], sizes) == parse(example["markdown"]), example


def test_all_examples_one_after_the_other_in_pieces_are_the_same_as_whole() -> None:
    text = "\n\n".join(example["markdown"] for example in examples())
    assert in_pieces(text, random.Random(5)) == parse(text)
