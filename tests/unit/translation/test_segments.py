"""Texts in pieces and back: paragraphs, wrapped lines, long ones, Markdown; every character between them is kept."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.translation.markdown_parts import cut_markdown
from desktopchat.translation.segments import cut, flattened, stitched
from desktopchat.translation.sizes import tokens

ODD = "a b。A!?.\n\r\t \u2028\u3000\ufeff「」字*_`#>-|[]()\\$~1"


@given(st.text(alphabet=ODD, max_size=200))
def test_an_unchanged_text_comes_back_byte_for_byte(text: str) -> None:
    for parts in (cut(text, 5), cut(text), cut_markdown(text), cut_markdown(text, 5)):
        assert parts.text == text
        assert stitched(parts, [None] * len(parts.segments), "de") == text
        assert stitched(parts, [each.text for each in parts.segments], "zh-Hans") == text


def test_lines_are_pieces_and_keep_what_is_between_them() -> None:
    parts = cut("  One\r\n\r\n\tTwo  \r\nThree\r\n")
    assert [each.text for each in parts.segments] == ["One", "Two", "Three"]
    assert stitched(parts, ["1", "2", "3"]) == "  1\r\n\r\n\t2  \r\n3\r\n"


def test_lines_that_were_wrapped_to_a_width_are_one_paragraph() -> None:
    text = (
        "The lines of this paragraph were wrapped by an editor at about\n"
        "seventy columns, so they belong together and are sent as one\nparagraph.\n\nAnother."
    )
    parts = cut(text)
    assert [each.text for each in parts.segments] == [flattened(text.split("\n\n", maxsplit=1)[0]), "Another."]
    assert "\n" not in parts.segments[0].text


def test_lines_of_their_own_stay_pieces() -> None:
    lines = ["Save", "Cancel", "A rather long label of a button in a dialog, which is alone", "Open"]
    assert [each.text for each in cut("\n".join(lines)).segments] == lines


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {n} is here." for n in range(400))
    parts = cut(text, 100)
    assert len(parts.segments) > 10
    assert all(tokens(each.text) <= 110 for each in parts.segments)
    assert all(each.text.endswith(".") for each in parts.segments)
    assert all(each.soft for each in parts.segments[:-1])
    assert not parts.segments[-1].soft


def test_a_sentence_without_end_is_cut_at_blanks_or_anywhere() -> None:
    for text in ("word " * 2000, "字" * 3000):
        parts = cut(text.strip(), 100)
        assert all(tokens(each.text) <= 100 for each in parts.segments)
        assert parts.text == text.strip()


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("第一句。第二句。", "en", "One. Two."),
        ("One here. Two here.", "zh-Hans", "一。二。"),
        ("One here. Two here.", "de", "Eins. Zwei."),
    ],
)
def test_blanks_inside_a_paragraph_are_those_of_the_target(source: str, target: str, expected: str) -> None:
    parts = cut(source, 4)
    assert len(parts.segments) == 2
    first, second = expected[: len(expected) // 2].strip(), expected[len(expected) // 2 :].strip()
    assert stitched(parts, [first, second], target) == expected


def markdown(text: str) -> list[str]:
    return [each.text for each in cut_markdown(text).segments]


def test_markdown_gives_its_words_and_nothing_else() -> None:
    blocks = (
        "# Head",
        "A para\nin two lines.",
        "- item",
        "```\ncode\n```",
        "| a | b |\n|--|--|\n| c d | 5 |",
        "> quote\n> more",
    )
    text = "\n\n".join(blocks)
    assert markdown(text) == ["Head", "A para in two lines.", "item", "a", "b", "c d", "quote more"]


def test_what_only_looks_like_words_is_left_alone() -> None:
    assert markdown("---\ntitle: x\n---\n\n`code`\n\n$x$\n\n<p>html</p>\n\n![](a.png)\n\n[a]: http://x\n\n***\n") == []


def test_a_hard_line_break_keeps_its_form() -> None:
    text = "> one  \n> two\n"
    parts = cut_markdown(text)
    assert [each.text for each in parts.segments] == ["one\ntwo"]
    assert stitched(parts, ["eins\nzwei"]) == "> eins  \n> zwei\n"


def test_the_pieces_of_a_translated_markdown_follow_each_other() -> None:
    text = "1. one\n2. one\n\none\n\n| one | one |\n|--|--|\n"
    parts = cut_markdown(text)
    assert [each.text for each in parts.segments] == ["one"] * 5
    made = stitched(parts, list("abcde"))
    assert made == "1. a\n2. b\n\nc\n\n| d | e |\n|--|--|\n"


def test_pieces_never_overlap() -> None:
    text = "a *b* c\n\n- a\n  - a\n    a\n\n| a\\|b | a |\n|-|-|\n| `a` | a |\n"
    parts = cut_markdown(text)
    at = len(parts.lead)
    places = []
    for each in parts.segments:
        places.append((at, at + len(each.raw)))
        at += len(each.raw) + len(each.trail)
    assert all(first[1] <= second[0] for first, second in pairwise(places))
    assert at == len(text)
