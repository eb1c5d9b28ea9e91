"""The piece of text that a hit shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.storage.queries import parsed
from desktopchat.storage.snippets import WIDTH, snippet


def cut(text: str, query: str) -> tuple[str, list[str]]:
    found = snippet(text, parsed(query))
    return found.text, [found.text[start:end] for start, end in found.highlights]


def test_a_short_text_is_shown_whole_with_every_match() -> None:
    assert cut("one two one", "one") == ("one two one", ["one", "one"])


def test_a_long_text_is_cut_around_the_first_match() -> None:
    text, marks = cut("before " * 100 + "needle " + "after " * 100, "needle")
    assert text.startswith("…before")
    assert text.endswith("…")
    assert marks == ["needle"]
    assert len(text) <= WIDTH + 2


def test_it_is_one_line_without_control_or_direction_characters() -> None:
    text, marks = cut("a\n\n\tb\x00c \u202eneedle\u202c\r\nend", "needle end")
    assert text == "a b c needle end"
    assert marks == ["needle", "end"]


@pytest.mark.parametrize(
    ("text", "query", "marks"),
    [
        ("使用数据库的人", "数据库", ["数据库"]),
        ("使用数据库的人", "据", ["据"]),
        ("Le Café noir", "cafe", ["Café"]),
        ("programming", "prog", ["prog"]),
        ("x" * 300 + " the Straße", "strasse", ["Straße"]),
        ("a quick brown fox", '"quick brown"', ["quick brown"]),
        ("数据库", "数据 据库", ["数据库"]),
        ("pineapple apple", "apple", ["apple"]),
        ("nothing here", "absent", []),
    ],
)
def test_what_matched_is_marked(text: str, query: str, marks: list[str]) -> None:
    assert cut(text, query)[1] == marks


@given(st.text(max_size=400), st.text(max_size=20))
def test_marks_are_in_order_and_inside(text: str, query: str) -> None:
    found = snippet(text, parsed(query))
    places = [place for span in found.highlights for place in span]
    assert places == sorted(places)
    assert all(0 <= place <= len(found.text) for place in places)
    assert len(found.text) <= WIDTH + 2
    assert "\n" not in found.text
