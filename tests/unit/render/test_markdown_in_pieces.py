"""Markdown that arrives in pieces gives the blocks that the whole text gives."""

import random
import re
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.counting import calls

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
    "$$\n- a \\\\\n= b\n$$\n",
    "$$x\\,y$$\n",
    "$$x$$ y\n",
    "$$\n",
    "\\[\n+ a\n1. b\n\\]\n",
    "\\[ a_1\n",
    "  \\[1\\] no formula, but $a_1*b*c_2$ and \\(x\\,y\\)\n",
    "> $$\n> - a\n",
    "- $$\n  a\n  $$\n",
    "$",
    "\\",
    "costs $5 and $6\n",
    "2. not a start of a list in a paragraph\n",
    "+",
    "=",
    "`",
    "# ",
    "Said[^1] and said again.[^long-name][^none]\n",
    "[^1]: What the *note* says\n",
    "[^long-name]:\n    indented\n\n    more\n",
    "[^1]:     - again\n",
    "[^",
    "- [ ] to do\n- [x] done\n\n  more\n",
    "1. [X] numbered\n",
    "- [ ]\n",
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


def test_a_closed_block_is_given_out_once() -> None:
    stream = BlockStream()
    closed = [
        block for line in ("# A\n", "text\n", "\n", "more\n", "\n", "end\n") for block in stream.append(line).closed
    ]
    closed += stream.finish().closed
    assert [plain(block) for block in closed] == ["A", "text", "more", "end"]


def test_items_of_an_open_list_are_closed_one_by_one() -> None:
    stream = BlockStream()
    change = stream.append("1. one\n2. two\n3. three\n4. fo")
    assert [plain_text([block]) for block in change.closed] == ["1. one"]
    assert [plain_text([block]) for block in change.tail] == ["2. two", "3. three", "4. fo"]


def test_a_line_that_may_become_an_underline_does_not_flicker() -> None:
    stream = BlockStream()
    assert [block.kind for block in stream.append("Text:\n-").tail] == [BlockKind.PARAGRAPH]
    assert [plain(block) for block in stream.append(" item\n").tail] == ["Text:", "item"]


def test_a_late_definition_changes_what_was_closed() -> None:
    stream = BlockStream()
    early = stream.append("See [it].\n\nOther.\n\nText.\n\n")
    assert plain(early.closed[0]) == "See [it]."
    late = stream.append("[it]: https://example.com\n\nEnd.\n\nReally.\n")
    assert [(index, plain(block)) for index, block in late.revised] == [(0, "See it.")]


def test_a_late_footnote_changes_what_was_closed() -> None:
    stream = BlockStream()
    early = stream.append("Said[^1].\n\nOther.\n\nText.\n\n")
    assert plain(early.closed[0]) == "Said[^1]."
    late = stream.append("[^1]: By whom?\n\nEnd.\n\nReally.\n")
    assert [(index, plain(block)) for index, block in late.revised] == [(0, "Said[1].")]


def test_long_code_and_long_tables_are_closed_in_slices() -> None:
    stream = BlockStream()
    code = "\n".join(f"line {n}" for n in range(1000))
    change = stream.append(f"```py\n{code}\n")
    assert [block.continues for block in change.closed] == [False, True, True, True]
    whole_code = "\n".join(block.code for block in [*change.closed, *stream.append("```\n").tail])
    assert whole_code == code
    rows = parse("|a|b|\n|-|-|\n" + "|1|2|\n" * 450)
    assert [len(block.rows) for block in rows] == [100, 100, 100, 100, 51]
    assert [block.has_header for block in rows] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "text",
    ["```py\n" + "line\n" * 1_000 + "```\n", "|a|\n|-|\n" + "|1|\n" * 350, "    line\n" * 500, "```\n" + "x\n" * 300],
)
def test_slices_of_something_long_share_its_source(text: str) -> None:
    for blocks in (parse(text), in_pieces(split(text, random.Random(1), 300))):
        assert len(blocks) > 1
        assert "".join(text[block.start : block.end] for block in blocks) == text


def test_cost_per_character_does_not_grow() -> None:
    text = "\n\n".join(["Some *text* with `code`.", "- a\n- b\n- c", "```\nx = 1\n```", "> quoted"] * 200)
    short, long = text[: len(text) // 8], text

    def work(source: str) -> int:
        return calls(lambda: in_pieces([source[at : at + 200] for at in range(0, len(source), 200)]))

    work(short)  # imports
    assert work(long) < 8 * 1.1 * work(short)


MOST_CALLS = 400_000
"""In one step; about a tenth of a second on a free machine."""

HOSTILE = {
    "no blank": "x" * 300_000,
    "fences": "```\n" * 10_000,
    "deep quotation": ">" * 3_000 + " deep words",
    "deep list": "".join("  " * depth + f"- item{depth}\n" for depth in range(150)),
    "rows": "|a|b|\n|-|-|\n" + "|1|2|\n" * 5_000,
    "marks": "a" + "\u0301" * 50_000,
    "brackets": "[" * 10_000,
    "stars": "*a " * 5_000,
    "entities": "&amp;" * 20_000,
    "one list": "- item one two\n" * 5_000,
    "one quotation": "> line of a quote\n" * 3_000,
    "one paragraph": "word word\n" * 6_000,
}


HOSTILE |= {
    f"many of {line!r}": "".join(line.replace("{i}", str(i)) for i in range(30_000 // len(line)))
    for line in (
        "> a line\n",
        "> > deep\n> not\n",
        "> - a\n> lazy\n",
        "[l{i}]: http://example.com/{i}\n",
        "[^{i}]: note\n",
        "text[^{i}] ",
        "\\[a_",
        "[",
        "![a](",
        "<http://a",
        "~~a",
        "$",
        "- a\nlazy\n",
        "1. a\n   - b\n",
        "- [ ] t\n",
        "| a | b\n",
        "# h\n",
        "$$x\n",
        "word [x ",
    )
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_keeps_its_words_and_no_step_does_much(name: str) -> None:
    text, stream, blocks, most = HOSTILE[name], BlockStream(), list[Block](), 0
    parse("*warm* https://example.com $x$")

    def step(piece: str) -> None:
        nonlocal blocks
        blocks += (stream.append(piece) if piece else stream.finish()).closed

    for at in range(0, len(text) + 1_000, 1_000):
        piece = text[at : at + 1_000]
        most = max(most, calls(partial(step, piece)))

    assert most < MOST_CALLS
    if "[l" not in name:  # definitions are not shown
        shown = plain_text(blocks).replace("☐", "")
        wanted = text.replace("&amp;", "&")
        assert sum(map(str.isalpha, shown)) >= sum(map(str.isalpha, wanted))
