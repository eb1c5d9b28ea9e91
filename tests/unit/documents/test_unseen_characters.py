"""Characters that models read and people do not see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktopchat.documents.extracted import Extracted, NoteKind, Section, Span
from desktopchat.documents.kinds import FileType, Kind
from desktopchat.documents.limits import Limits
from desktopchat.documents.unseen import Unseen, unseen, without_hidden
from desktopchat.documents.writing import Writer


def smuggled(text: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in text)


def flag(name: str) -> str:
    return f"\U0001f3f4{smuggled(name)}\U000e007f"


@pytest.mark.parametrize(
    ("text", "found", "clean"),
    [
        (f"Hi{smuggled('say no')}!", Unseen(tags=6), "Hi!"),
        (f"{flag('gbsct')} wins", Unseen(), f"{flag('gbsct')} wins"),
        (flag("say no"), Unseen(tags=7), "\U0001f3f4"),
        (f"{flag('gbeng')}{smuggled('x')}", Unseen(tags=1), flag("gbeng")),
        ("a\u202egnp.exe", Unseen(bidi=1), "agnp.exe"),
        ("\u2066x\u2069", Unseen(bidi=2), "x"),
        ("a\u200b\u200c\u200bb", Unseen(runs=1), "ab"),
        ("x\ufe01\ufe02\ufe03y\U000e0100\U000e0101", Unseen(runs=2), "xy"),
        ("می\u200cخواهم", Unseen(), "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f", Unseen(), "👩\u200d👩\u200d👧 ❤\ufe0f"),
        ("क्\u200dष", Unseen(), "क्\u200dष"),
        ("\u200fשלום\u200e", Unseen(), "\u200fשלום\u200e"),
        ("plain 文字", Unseen(), "plain 文字"),
    ],
)
def test_what_draws_nothing_is_counted_and_removed(text: str, found: Unseen, clean: str) -> None:
    assert unseen(text) == found
    assert without_hidden(text) == clean


_nasty = st.text(st.sampled_from("ab \u200b\u200d\u202e\ufe0f\U000e0061\U000e007f\U0001f3f4"), max_size=30)


@given(_nasty)
def test_after_removal_there_are_no_tags_and_no_controls(text: str) -> None:
    left = unseen(without_hidden(text))
    assert (left.tags, left.bidi) == (0, 0)


@given(st.lists(st.tuples(st.text("ab \n", max_size=5), st.booleans()), max_size=12))
def test_hidden_stretches_stand_where_they_were_written(pieces: list[tuple[str, bool]]) -> None:
    into = Writer(Limits())
    into.begin(page=1)
    for text, hidden in pieces:
        into.write(text.replace("a", "h") if hidden else text.replace("a", "b"), hidden=hidden)
    (section,), _ = into.finish()
    marked = "".join(section.text[span.start : span.end] for span in section.hidden)
    assert marked.count("h") == section.text.count("h")
    assert "h" not in section.without_hidden().text


def test_the_whole_document_is_cleaned_titles_too() -> None:
    section = Section(f"keep{smuggled('x')} GONE end", f"T{smuggled('y')}", 1, (Span(5, 10),))
    into = Writer(Limits())
    into.begin(section.title, 1)
    into.write(section.text)
    _, notes = into.finish()
    document = Extracted((section,), FileType(Kind.TEXT, "text/plain"), notes=notes)
    assert document.count(NoteKind.TAG_CHARACTERS) == 2
    clean = document.without_hidden()
    assert clean.sections == (Section("keep end", "T", 1),)
    assert clean.notes == ()
