"""The seam between the old end of an answer and what goes on with it."""

import random

import pytest

from desktopchat.services.continuing import anchor
from desktopchat.services.stitching import Stitcher

OLD = "The fox is quick. It jumps over the lazy dog, and then it runs into the woo"
CODE = "Here it is:\n\n```python\ndef area(radius):\n    pi = 3.14159\n    return pi * rad"


def joined(old: str, new: str, *, asked: bool = True, size: int = 3) -> str:
    stitcher = Stitcher(old, anchor(old) if asked else "")
    pieces = [stitcher.feed(new[at : at + size]) for at in range(0, len(new), size)]
    return old + "".join(pieces) + stitcher.flush()


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        (OLD, "then it runs into the woods.", OLD + "ds."),
        (OLD, OLD + "ds. The end.", OLD + "ds. The end."),
        (OLD, "woods.", OLD + "ds."),
        ("He said that ", "said that he was", "He said that he was"),
        ("- one\n- two\n", "- two\n- three\n", "- one\n- two\n- three\n"),
        ("- one\n- two\n", "- one\n- two\n- three", "- one\n- two\n- three"),
        ("我们先看第一个例子,然后再", "然后再看第二个。", "我们先看第一个例子,然后再看第二个。"),
        ("a  \n\n", "Next: b", "a  \n\nNext: b"),
        ("Zeros: 0, 0, 0, 0", ", 0, 0, 1", "Zeros: 0, 0, 0, 0, 0, 0, 1"),
    ],
)
def test_what_is_said_again_is_taken_off_however_it_is_cut(old: str, new: str, whole: str, size: int) -> None:
    assert joined(old, new, size=size) == whole


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        ("It ends here.", "And goes on.", "It ends here. And goes on."),
        ("It ends in the", "middle.", "It ends in the middle."),
        ("It ends", ", of course", "It ends, of course"),
        ("词语", "很长", "词语很长"),
        ("A list:", "- one\n- two", "A list:\n- one\n- two"),
        ("Line\n", "    indented", "Line\n    indented"),
        ("x = (1 + ", "2)", "x = (1 + 2)"),
    ],
)
def test_a_model_that_repeats_nothing_is_joined_as_it_reads(old: str, new: str, whole: str) -> None:
    assert joined(old, new) == whole


@pytest.mark.parametrize("size", [1, 4, 10_000])
@pytest.mark.parametrize(
    "new",
    [
        "ius ** 2\n```\nDone.",
        "    return pi * radius ** 2\n```\nDone.",
        "```python\n    return pi * radius ** 2\n```\nDone.",
        "```\n    return pi * radius ** 2\n```\nDone.",
        "```python\ndef area(radius):\n    pi = 3.14159\n    return pi * radius ** 2\n```\nDone.",
    ],
)
def test_code_goes_on_in_its_fence(new: str, size: int) -> None:
    whole = joined(CODE, new, size=size)
    assert whole.endswith("    pi = 3.14159\n    return pi * radius ** 2\n```\nDone.")
    assert whole.count("```") == 2


def test_a_fence_that_closes_the_code_is_kept() -> None:
    old = "```python\nx = 1\n"
    assert joined(old, "```\nThat is all.") == "```python\nx = 1\n```\nThat is all."
    assert joined(old.rstrip(), "```\nThat is all.") == "```python\nx = 1\n```\nThat is all."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ha ha ", "ha ha!"),
        ("It costs 10", "10.5 dollars"),
        ("| a |\n|---|\n| 0 |\n", "| 0 |\n| 1 |\n"),
        ("x = [0, 0, 0, ", "0, 0, 0]"),
        ("Row, row, row your boat. ", "Row, row, row your boat. Gently"),
    ],
)
def test_who_goes_on_by_itself_may_say_the_same_again(old: str, new: str) -> None:
    """Short or repeated pieces are taken for what they are when nobody asked for a repetition."""
    expected = old + new
    if new.startswith("Row"):
        expected = old + "Gently"  # a whole sentence of two dozen characters is an echo
    assert joined(old, new, asked=False) == expected


def test_an_echo_of_the_whole_beginning_is_taken_off() -> None:
    assert joined(OLD, OLD + "ds.", asked=False) == OLD + "ds."


def test_the_old_text_stays_and_no_new_words_are_lost_whatever_comes() -> None:
    chance = random.Random(4711)
    words = ["one", "two", "three ", " ", "\n", "```\n", "- ", "```py\n", "四", "五六", "."]
    for _ in range(2000):
        old = "".join(chance.choices(words, k=chance.randint(1, 12))) or "x"
        new = "".join(chance.choices(words, k=chance.randint(0, 12)))
        asked, size = chance.random() < 0.5, chance.randint(1, 5)
        whole = joined(old, new, asked=asked, size=size)
        assert whole.startswith(old)
        assert joined(old, new, asked=asked, size=1000) == whole
        tail = _letters(new)[len(_letters(old)) :]  # what lies behind the longest possible repetition
        assert _letters(whole).endswith(tail)


def _letters(text: str) -> str:
    """Without white space and fences, which may be taken off or put in where the seam needs it."""
    return "".join(text.replace("```py", "").replace("```", "").split())


def test_the_anchor_begins_with_a_word_and_is_short() -> None:
    assert anchor("short end ") == "short end"
    long = anchor("word " * 100)
    assert long.startswith("word ")
    assert 40 <= len(long) <= 80
    assert len(anchor("字" * 500)) == 30
